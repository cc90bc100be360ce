/**
 * A network of a few hosts on this machine, for tests that run real peers: every host is a Linux
 * network namespace with one interface, and all hang on one wire (`hub.ts`) that can be cut and made
 * bad. Names are random and addresses exist inside the namespaces only, so networks stand side by
 * side and touch nothing of the machine.
 *
 * Behind it: `eth0` of a host is a VXLAN device whose datagrams go to the hub, a program, which does
 * what `tc netem` would, on kernels without it too. The datagrams travel between two namespaces of
 * the wire, since a kernel that finds their goal in its own delivers them itself. Checksum offload
 * goes with them (`remcsum`), else the frames that the hub sees would lack their checksums.
 *
 * Disposing kills what was started, by process id, and removes the namespaces, whatever happened.
 */
import type { HubOrder, HubReport } from "./hub.ts";
import type { Impairment } from "./impairment.ts";
import { lines } from "./lines.ts";
import { ip, Namespaces } from "./namespaces.ts";
import { Peer } from "./peer.ts";
import { type Outcome, program, PROJECT, runOnce, speakingProgram } from "./program.ts";

const KERNEL_END = "10.0.0.1";
const HUB_END = "10.0.0.2";

/** One computer. Hosts are numbered from 1. */
export class Host {
  /** As the hub knows it. */
  #order: HubOrder;
  #addresses: readonly string[];

  constructor(
    readonly number: number,
    private readonly namespace: string,
    private readonly hub: Hub,
  ) {
    this.#order = { host: number, cut: false, impairment: {} };
    this.#addresses = [`10.83.0.${number}`, `fd83::${number}`];
  }

  get ip4(): string {
    return this.#addresses[0] ?? "";
  }

  get ip6(): string {
    return this.#addresses[1] ?? "";
  }

  /** From now on packets from and to this host vanish; its link stays up and nothing is reset. */
  async cut(): Promise<void> {
    await this.#tell({ cut: true });
  }

  /** The end of `cut()`. */
  async heal(): Promise<void> {
    await this.#tell({ cut: false });
  }

  /** Makes the link bad for what this host sends. */
  async shape(impairment: Impairment): Promise<void> {
    await this.#tell({ impairment });
  }

  /** Takes the link down, as if the cable were pulled. The system drops routes and IPv6 addresses. */
  async unplug(): Promise<void> {
    await ip(this.namespace, ["link set eth0 down"]);
  }

  /** Takes the link up and sets addresses and routes, as a network manager does. */
  async plug(): Promise<void> {
    await ip(this.namespace, [
      "link set eth0 up",
      ...this.#addresses.map((address) =>
        `addr replace ${address}/${address.includes(":") ? "64 nodad" : "24"} dev eth0`
      ),
      "route replace 224.0.0.0/4 dev eth0",
    ]);
  }

  /** Takes other addresses, as after a new lease, with the link down in between. */
  async readdress(number: number): Promise<void> {
    await this.unplug();
    await ip(this.namespace, ["addr flush dev eth0"]);
    this.#addresses = [`10.83.0.${number}`, `fd83::${number}`];
    await this.plug();
  }

  /** Makes a command run on this host. */
  inside(command: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.namespace, ...command];
  }

  async #tell(change: Partial<HubOrder>): Promise<void> {
    this.#order = { ...this.#order, ...change };
    await this.hub.tell(this.#order);
  }
}

/** Hosts on one wire. */
export class Network implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack;
  readonly #hosts: readonly Host[];
  readonly #folder: string;
  readonly #hub: Hub;

  private constructor(
    resources: AsyncDisposableStack,
    hosts: readonly Host[],
    folder: string,
    hub: Hub,
  ) {
    this.#resources = resources;
    this.#hosts = hosts;
    this.#folder = folder;
    this.#hub = hub;
  }

  static async make(size: number): Promise<Network> {
    await using resources = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "p2p-chat-net-" });
    resources.defer(() => Deno.remove(folder, { recursive: true }));
    const namespaces = resources.use(new Namespaces());
    const kernel = await namespaces.make("kernel");
    const hubSide = await namespaces.make("hub");
    await ip(kernel, [
      `link add wire type veth peer name wire netns ${hubSide}`,
      `addr add ${KERNEL_END}/30 dev wire`,
      // Frames of 1,500 B and what VXLAN adds to them.
      "link set wire mtu 1600 up",
    ]);
    await ip(hubSide, [`addr add ${HUB_END}/30 dev wire`, "link set wire mtu 1600 up"]);
    const hub = resources.use(await Hub.start(hubSide, size));
    const hosts: Host[] = [];
    for (let number = 1; number <= size; number++) {
      const namespace = await namespaces.make(`host${number}`);
      await ip(kernel, [
        `link add host${number} type vxlan id ${number} dstport 4789 local ${KERNEL_END} ` +
        `remote ${HUB_END} nolearning remcsumtx remcsumrx`,
        `link set host${number} netns ${namespace} name eth0`,
      ]);
      await ip(namespace, ["link set eth0 mtu 1500"]);
      const host = new Host(number, namespace, hub);
      await host.plug();
      hosts.push(host);
    }
    return new Network(resources.move(), hosts, folder, hub);
  }

  /** @param number from 1 */
  host(number: number): Host {
    const host = this.#hosts[number - 1];
    if (host === undefined) throw new RangeError(`there is no host ${number}`);
    return host;
  }

  /**
   * Starts `listen --json` on a host, on port 7000, and waits until it is ready.
   * @param name its name and, within this network, its profile
   */
  async listen(host: Host, name: string, ...args: readonly string[]): Promise<Peer> {
    return await this.#start(program(), host, name, args);
  }

  /** The same; this one can be told what to say. */
  async listenAndSpeak(host: Host, name: string, ...args: readonly string[]): Promise<Peer> {
    return await this.#start(speakingProgram(), host, name, args);
  }

  /** Runs a command of the program on a host to its end. */
  async run(host: Host, profile: string, ...args: readonly string[]): Promise<Outcome> {
    return await runOnce({ home: this.#home(profile), place: host, args });
  }

  /** What the wire has carried so far. */
  get report(): HubReport {
    return this.#hub.report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  async #start(
    command: readonly string[],
    host: Host,
    name: string,
    args: readonly string[],
  ): Promise<Peer> {
    const peer = await Peer.start(name, command, { home: this.#home(name), place: host, args });
    return this.#resources.use(peer);
  }

  #home(profile: string): string {
    return `${this.#folder}/${profile}`;
  }
}

/** The wire's program, which takes orders. */
class Hub implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reports: AsyncGenerator<string>;
  #report: HubReport = { frames: 0, cut: 0, lost: 0, doubled: 0 };

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#orders = process.stdin.getWriter();
    this.#reports = lines(process.stdout);
  }

  static async start(namespace: string, hosts: number): Promise<Hub> {
    const script = new URL("hub.ts", import.meta.url);
    const args = ["--quiet", "--no-config", "--no-lock", "--no-check", "--allow-net", script.href];
    const process = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", namespace, Deno.execPath(), "run", ...args],
        ...[HUB_END, KERNEL_END, String(hosts)],
      ],
      cwd: PROJECT,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const hub = new Hub(process);
    try {
      await hub.#next();
    } catch (error) {
      await hub[Symbol.asyncDispose]();
      throw error;
    }
    return hub;
  }

  get report(): HubReport {
    return this.#report;
  }

  /** Resolves when the order holds. */
  async tell(order: HubOrder): Promise<void> {
    await this.#orders.write(new TextEncoder().encode(JSON.stringify(order) + "\n"));
    await this.#next();
  }

  async #next(): Promise<void> {
    const { value, done } = await this.#reports.next();
    if (done) throw new Error("the hub has ended");
    this.#report = JSON.parse(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#orders.close().catch(() => {/* it has ended already */});
    await this.#process.status;
    await this.#reports.return(undefined);
  }
}
