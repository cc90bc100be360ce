/**
 * The wire between the hosts of a test network: a program of its own, in a namespace of its own. The
 * kernel hands it the Ethernet frames of every host as VXLAN datagrams (RFC 7348), one network
 * identifier a host; it hands each frame to all other hosts, as a hub does, or loses, delays,
 * reorders or doubles it. What is cut is dropped in silence: nobody sees a link go down or a reset.
 *
 * Arguments: its address, the kernel's address, the number of hosts. Orders come as JSON on standard
 * input, one a line (`HubOrder`), and each is answered with a `HubReport` once it holds. It ends with
 * its standard input, so it does not outlive the tests.
 */
import { Buffer } from "node:buffer";
import { createSocket } from "node:dgram";
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

/** What became of frames so far. */
export interface HubReport {
  /** Frames that hosts sent. */
  readonly frames: number;
  /** Dropped by a cut. */
  readonly cut: number;
  /** Lost by an impairment. */
  readonly lost: number;
  /** Arrived twice. */
  readonly doubled: number;
}

/** The port of VXLAN, RFC 7348 section 5. */
const VXLAN_PORT = 4789;
/** Where the low byte of the 24 bits of the network identifier is. */
const IDENTIFIER_BYTE = 6;

if (import.meta.main) await run();

async function run(): Promise<void> {
  const [address = "", kernel = "", hosts = "0"] = Deno.args;
  const orders = new Map<number, HubOrder>();
  const count = { frames: 0, cut: 0, lost: 0, doubled: 0 };
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });

  const isCut = (host: number) => orders.get(host)?.cut === true;
  const deliver = (frame: Uint8Array, from: number) => {
    for (let to = 1; to <= Number(hosts); to++) {
      if (to === from || isCut(to)) continue;
      const copy = Buffer.from(frame);
      copy[IDENTIFIER_BYTE] = to;
      socket.send(copy, VXLAN_PORT, kernel);
    }
  };
  socket.on("message", (frame: Uint8Array) => {
    const from = frame[IDENTIFIER_BYTE] ?? 0;
    count.frames++;
    if (isCut(from)) {
      count.cut++;
      return;
    }
    const times = arrivals(orders.get(from)?.impairment ?? {}, Math.random);
    if (times.length === 0) count.lost++;
    if (times.length > 1) count.doubled++;
    for (const delay of times) {
      if (delay === 0) deliver(frame, from);
      else setTimeout(() => isCut(from) || deliver(frame, from), delay);
    }
  });
  const { promise: bound, resolve } = Promise.withResolvers<void>();
  socket.bind(VXLAN_PORT, address, () => resolve());
  await bound;

  const answer = () => console.log(JSON.stringify(count satisfies HubReport));
  answer();
  for await (const line of lines(Deno.stdin.readable)) {
    const order: HubOrder = JSON.parse(line);
    orders.set(order.host, order);
    answer();
  }
  Deno.exit();
}
