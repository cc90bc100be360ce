/**
 * Where the demo plays: a temporary folder with a profile for each peer, and the processes that run.
 * Disposing it kills whatever still runs and removes the folder.
 */
import type { MessageLine, NdjsonLine } from "../ndjson.ts";
import { ownProgram } from "./own_program.ts";
import { PeerProcess } from "./peer_process.ts";
import type { PeerRecord } from "./tally.ts";

/** More than the demo sends; the most that `history` gives. */
const ALL_MESSAGES = 100_000;

export class Stage implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack;
  /** Every process that ever ran, in the order of their starts. */
  readonly #processes: PeerProcess[] = [];

  private constructor(readonly folder: string, resources: AsyncDisposableStack) {
    this.#resources = resources;
  }

  static async open(): Promise<Stage> {
    await using resources = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "p2p-chat-demo-" });
    resources.defer(() => Deno.remove(folder, { recursive: true }));
    return new Stage(folder, resources.move());
  }

  /** Starts a peer on loopback and a free port; with a name that ran before, on its profile. */
  start(name: string, args: readonly string[] = []): PeerProcess {
    const loopback = ["--host", "127.0.0.1", "--port", "0", "--no-mdns"];
    const peer = new PeerProcess(name, [
      ...this.#profile(name),
      "--name",
      name,
      ...loopback,
      ...args,
    ]);
    this.#processes.push(this.#resources.use(peer));
    return peer;
  }

  /**
   * All that is known of a peer that does not run any more: what it printed, and its database.
   * @throws Error when the database cannot be read
   */
  async record(name: string, signal: AbortSignal): Promise<PeerRecord> {
    const lines = this.#processes.filter((one) => one.name === name).flatMap(({ lines }) => lines);
    const ready = lines.find((line) => line.event === "ready");
    return {
      name,
      peerId: ready?.peerId ?? "",
      accepted: lines.filter((line) => line.event === "result").map(({ id }) => id)
        .filter((id) => id !== null),
      shown: messages(lines),
      history: messages(await this.#history(name, signal)),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]();
  }

  #profile(name: string): string[] {
    return ["--home", this.folder, "--profile", name];
  }

  async #history(name: string, signal: AbortSignal): Promise<NdjsonLine[]> {
    const args = ["history", "--json", "--limit", String(ALL_MESSAGES), ...this.#profile(name)];
    const child = ownProgram(args).spawn();
    await child.stdin.close();
    const kill = () => child.kill("SIGKILL");
    signal.addEventListener("abort", kill, { once: true });
    const { success, stdout, stderr } = await child.output();
    signal.removeEventListener("abort", kill);
    signal.throwIfAborted();
    const decoder = new TextDecoder();
    if (!success) {
      throw new Error(`the history of ${name} cannot be read: ${decoder.decode(stderr)}`);
    }
    const lines = decoder.decode(stdout).split("\n").filter((line) => line !== "");
    return lines.map((line): NdjsonLine => JSON.parse(line));
  }
}

function messages(lines: readonly NdjsonLine[]): MessageLine[] {
  return lines.filter((line) => line.event === "message");
}
