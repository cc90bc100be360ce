/**
 * The wire between the hosts of a test network: a program of its own, in a namespace of its own. The
 * kernel hands it the Ethernet frames of every host as VXLAN datagrams (RFC 7348), one network
 * identifier a host; it hands each frame to all other hosts, as a hub does, or loses, delays,
 * reorders or doubles it. What is cut is dropped in silence: nobody sees a link go down or a reset.
 *
 * Arguments: its address, the kernel's address, the number of hosts. Orders come as JSON on standard
 * input, one a line (`HubOrder`, or null for none), and each is answered by a `HubReport` once it
 * holds. It ends with its standard input, so it does not outlive the tests.
 */
import { Buffer } from "node:buffer";
import { createSocket, type Socket } from "node:dgram";
import { arrivals, type Impairment } from "./impairment.ts";
import { lines } from "./lines.ts";

/** From now on the frames of one host fare like this. Hosts are numbered from 1. */
export interface HubOrder {
  readonly host: number;
  /** Drop everything from and to it. */
  readonly cut: boolean;
  /** For what it sends. */
  readonly impairment: Impairment;
}

/** What became of the frames so far. */
export interface HubReport {
  /** Sent by hosts. */
  readonly frames: number;
  /** Lost by an impairment. */
  readonly lost: number;
  /** Arrived twice. */
  readonly doubled: number;
  /** Sent on at once, past others that were delayed. */
  readonly hurried: number;
}

/** The port of VXLAN, RFC 7348 section 5. */
const VXLAN_PORT = 4789;
/** Where the low byte of the 24 bits of the network identifier is, RFC 7348 section 5. */
const IDENTIFIER_BYTE = 6;

/** Hands frames on. */
class Hub {
  readonly #orders = new Map<number, HubOrder>();
  readonly #count = { frames: 0, lost: 0, doubled: 0, hurried: 0 };

  constructor(
    private readonly socket: Socket,
    private readonly kernel: string,
    private readonly hosts: number,
  ) {
    socket.on("message", (frame: Uint8Array) => this.#take(frame));
  }

  get report(): HubReport {
    return this.#count;
  }

  obey(order: HubOrder): void {
    this.#orders.set(order.host, order);
  }

  #take(frame: Uint8Array): void {
    const from = frame[IDENTIFIER_BYTE] ?? 0;
    const impairment = this.#orders.get(from)?.impairment ?? {};
    const times = arrivals(impairment, Math.random);
    this.#count.frames++;
    if (times.length === 0) this.#count.lost++;
    if (times.length > 1) this.#count.doubled++;
    if (times[0] === 0 && impairment.delayMs !== undefined) this.#count.hurried++;
    for (const delay of times) {
      if (delay === 0) this.#deliver(frame, from);
      else setTimeout(() => this.#deliver(frame, from), delay);
    }
  }

  #deliver(frame: Uint8Array, from: number): void {
    if (this.#isCut(from)) return;
    for (let to = 1; to <= this.hosts; to++) {
      if (to === from || this.#isCut(to)) continue;
      const copy = Buffer.from(frame);
      copy[IDENTIFIER_BYTE] = to;
      this.socket.send(copy, VXLAN_PORT, this.kernel);
    }
  }

  #isCut(host: number): boolean {
    return this.#orders.get(host)?.cut === true;
  }
}

if (import.meta.main) {
  const [address = "", kernel = "", hosts = "0"] = Deno.args;
  const socket = createSocket("udp4");
  const hub = new Hub(socket, kernel, Number(hosts));
  await new Promise<void>((resolve) => socket.bind(VXLAN_PORT, address, resolve));
  const answer = () => console.log(JSON.stringify(hub.report));
  answer();
  for await (const line of lines(Deno.stdin.readable)) {
    const order: HubOrder | null = JSON.parse(line);
    if (order !== null) hub.obey(order);
    answer();
  }
  Deno.exit();
}
