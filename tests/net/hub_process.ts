/** The hub as the tests have it: a process that takes orders. */
import type { HubOrder, HubReport } from "./hub.ts";
import { lines } from "./lines.ts";

/** Addresses of the two ends between the kernel and the hub. */
export interface HubEnds {
  readonly hub: string;
  readonly kernel: string;
}

/** Disposing ends it. */
export class HubProcess implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reports: AsyncGenerator<string>;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#orders = process.stdin.getWriter();
    this.#reports = lines(process.stdout);
  }

  /** Resolves when it hands frames on. */
  static async start(namespace: string, ends: HubEnds, hosts: number): Promise<HubProcess> {
    const script = new URL("hub.ts", import.meta.url).href;
    const flags = ["--quiet", "--no-config", "--no-lock", "--no-check", "--allow-net"];
    const process = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", namespace, Deno.execPath(), "run", ...flags],
        ...[script, ends.hub, ends.kernel, String(hosts)],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const hub = new HubProcess(process);
    try {
      await hub.#answer();
      return hub;
    } catch (error) {
      await hub[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Resolves when the order holds. @param order null only asks */
  async tell(order: HubOrder | null): Promise<HubReport> {
    await this.#orders.write(new TextEncoder().encode(JSON.stringify(order) + "\n"));
    return await this.#answer();
  }

  async #answer(): Promise<HubReport> {
    const { value, done } = await this.#reports.next();
    if (done) throw new Error("the hub has ended");
    return JSON.parse(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#orders.close().catch(() => {/* it has ended already */});
    await this.#process.status;
    await this.#reports.return(undefined);
  }
}
