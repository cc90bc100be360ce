/**
 * A network of a few hosts on this machine, for tests that run real peers: every host is a Linux
 * network namespace, and all hang on one wire (`hub.ts`) that can be cut and made bad. Names are
 * random and addresses exist inside the namespaces only, so networks stand side by side and touch
 * nothing of the machine.
 *
 * Behind it: `eth0` of a host is a VXLAN device whose datagrams go to the hub, a program, which does
 * what `tc netem` would, on kernels without it too. The datagrams travel between two namespaces of
 * the wire, since a kernel that finds their goal in its own delivers them itself. Checksum offload
 * goes with them (`remcsum`), else the frames that the hub sees would lack their checksums.
 *
 * Disposing kills what was started, by process id, and removes the namespaces, whatever happened.
 */
import { Host } from "./host.ts";
import type { HubReport } from "./hub.ts";
import { HubProcess } from "./hub_process.ts";
import { ip, Namespaces } from "./namespaces.ts";
import { Peer } from "./peer.ts";
import { type Outcome, runOnce } from "./program.ts";

const ENDS = { kernel: "10.0.0.1", hub: "10.0.0.2" };
const MTU = 1500;
/** What VXLAN adds to a frame over IPv4: 14 + 20 + 8 + 8 B, RFC 7348 section 5. */
const VXLAN_BYTES = 50;

/** Hosts on one wire. */
export class Network implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack;
  readonly #folder: string;
  readonly #hub: HubProcess;
  readonly #hosts: readonly Host[];

  private constructor(
    resources: AsyncDisposableStack,
    folder: string,
    hub: HubProcess,
    hosts: readonly Host[],
  ) {
    this.#resources = resources;
    this.#folder = folder;
    this.#hub = hub;
    this.#hosts = hosts;
  }

  /** @param size how many hosts, 1 to 253 */
  static async make(size: number): Promise<Network> {
    await using resources = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "p2p-chat-net-" });
    resources.defer(() => Deno.remove(folder, { recursive: true }));
    const namespaces = resources.use(new Namespaces());
    const [kernel, hubSide] = [await namespaces.make("kernel"), await namespaces.make("hub")];
    const up = `link set wire mtu ${MTU + VXLAN_BYTES} up`;
    await ip(kernel, [
      `link add wire type veth peer name wire netns ${hubSide}`,
      `addr add ${ENDS.kernel}/30 dev wire`,
      up,
    ]);
    await ip(hubSide, [`addr add ${ENDS.hub}/30 dev wire`, up]);
    const hub = resources.use(await HubProcess.start(hubSide, ENDS, size));
    const hosts: Host[] = [];
    for (let number = 1; number <= size; number++) {
      const namespace = await namespaces.make(`host${number}`);
      // Its datagrams belong to the namespace in which it was made, wherever it goes.
      await ip(kernel, [
        `link add host${number} type vxlan id ${number} dstport 4789 local ${ENDS.kernel} ` +
        `remote ${ENDS.hub} nolearning remcsumtx remcsumrx`,
        `link set host${number} netns ${namespace} name eth0`,
      ]);
      await ip(namespace, [`link set eth0 mtu ${MTU}`]);
      const host = new Host(number, namespace, hub);
      await host.plug();
      hosts.push(host);
    }
    return new Network(resources.move(), folder, hub, hosts);
  }

  /** @param number from 1 */
  host(number: number): Host {
    const host = this.#hosts[number - 1];
    if (host === undefined) throw new RangeError(`there is no host ${number}`);
    return host;
  }

  /**
   * Starts a peer on a host, on port 7000, and waits until it listens.
   * @param name its name and, within this network, its profile
   */
  async start(host: Host, name: string, ...args: readonly string[]): Promise<Peer> {
    const launch = { home: this.#home(name), place: host, args };
    const peer = this.#resources.use(Peer.spawn(name, launch));
    await peer.ready();
    return peer;
  }

  /** Runs a command of the program on a host to its end. */
  async run(host: Host, profile: string, ...args: readonly string[]): Promise<Outcome> {
    return await runOnce({ home: this.#home(profile), place: host, args });
  }

  /** What the wire has done so far. */
  async report(): Promise<HubReport> {
    return await this.#hub.tell(null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  #home(profile: string): string {
    return `${this.#folder}/${profile}`;
  }
}
