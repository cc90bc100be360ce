/** One of the small programs in Python, as a process. */
import { Watch } from "./classic_fixture.ts";

/** What it tells; see the header of `peer_a.py` and `peer_b.py`. */
export type PythonEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** Whether there is a Python to run it with. */
export const HAS_PYTHON = await new Deno.Command("python3", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);

export class PythonPeer implements AsyncDisposable {
  readonly events: PythonEvent[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #watch = new Watch();
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;
  readonly #listening: Promise<void>;

  private constructor(dialect: "a" | "b", args: readonly string[]) {
    this.#process = new Deno.Command("python3", {
      args: [new URL(`peer_${dialect}.py`, import.meta.url).pathname, ...args],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#commands = this.#process.stdin.getWriter();
    this.#listening = this.#listen();
  }

  /** Resolves when it listens. */
  static async start(dialect: "a" | "b", ...args: string[]): Promise<PythonPeer> {
    const peer = new PythonPeer(dialect, args);
    await peer.until(({ event }) => event === "ready");
    return peer;
  }

  get port(): number {
    return Number(this.events[0]?.port);
  }

  get peerId(): string {
    return `classic:127.0.0.1:${this.port}`;
  }

  async do(command: Record<string, unknown>): Promise<void> {
    await this.#commands.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`));
  }

  /** The first event that fits, now or later. */
  async until(fits: (event: PythonEvent) => boolean): Promise<PythonEvent> {
    let found: PythonEvent | undefined;
    await this.#watch.until(() => (found = this.events.find(fits)) !== undefined);
    if (found === undefined) throw new Error("it was found before");
    return found;
  }

  /** What it showed of others, in order. */
  get texts(): unknown[] {
    return this.events.filter(({ event }) => event === "message").map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commands.close();
    await this.#process.status;
    await this.#listening;
  }

  async #listen(): Promise<void> {
    const decoder = new TextDecoder();
    let held = "";
    for await (const chunk of this.#process.stdout) {
      const lines = (held + decoder.decode(chunk, { stream: true })).split("\n");
      held = lines.pop() ?? "";
      for (const line of lines) this.events.push(JSON.parse(line));
      this.#watch.note();
    }
  }
}
