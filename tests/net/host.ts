/** One computer of a test network: a namespace with one interface, `eth0`, on the wire. */
import type { HubOrder } from "./hub.ts";
import type { HubProcess } from "./hub_process.ts";
import type { Impairment } from "./impairment.ts";
import { ip } from "./namespaces.ts";

/** Hosts are numbered from 1, and their first addresses end in that number. */
export class Host {
  #order: HubOrder;
  #address: number;

  constructor(
    number: number,
    private readonly namespace: string,
    private readonly hub: HubProcess,
  ) {
    this.#order = { host: number, cut: false, impairment: {} };
    this.#address = number;
  }

  get ip4(): string {
    return `10.83.0.${this.#address}`;
  }

  get ip6(): string {
    return `fd83::${this.#address}`;
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
      `addr replace ${this.ip4}/24 dev eth0`,
      `addr replace ${this.ip6}/64 dev eth0 nodad`,
      "route replace 224.0.0.0/4 dev eth0",
    ]);
  }

  /** Takes other addresses, as after a new lease. @param number the last part of both, 1 to 254 */
  async readdress(number: number): Promise<void> {
    await this.unplug();
    await ip(this.namespace, ["addr flush dev eth0"]);
    this.#address = number;
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
