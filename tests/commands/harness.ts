/** Runs the program in a folder of its own, with a terminal in memory and a twin of the node. */
import { lineFault } from "../../src/commands/ndjson_schema.ts";
import { runProgram } from "../../src/commands/program.ts";
import { Interruption } from "../../src/commands/interruption.ts";
import { COMMANDS } from "../../src/commands/table.ts";
import { MemoryTerminal, type MemoryTerminalOptions } from "../../src/terminal/memory_terminal.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";
import { NOW, type TwinBehaviour, TwinNode } from "./twin_node.ts";

export interface HarnessOptions extends TwinBehaviour {
  readonly terminal?: MemoryTerminalOptions;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: always `NOW`. */
  readonly now?: () => number;
  /** What becomes of the node that is started; default: it runs. */
  readonly start?: (node: TwinNode) => Promise<TwinNode>;
  /** There is no terminal: the settings can be read again, by `reload()`. Default: false. */
  readonly asService?: boolean;
}

/** One home folder; each `run` is a process of its own in it. */
export class Harness implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #options: HarnessOptions;
  /** Of the last run. */
  terminal: MemoryTerminal;
  /** Of the last run, once it started a node. */
  node: TwinNode | undefined;
  /** Of all runs. */
  readonly nodes: TwinNode[] = [];
  readonly #started = new Set<(node: TwinNode) => void>();
  #interruption = new AbortController();
  /** Of the last run; undefined: none that people use. */
  #command: string | undefined;
  #onReload: (() => void) | undefined;

  private constructor(folder: TemporaryFolder, options: HarnessOptions) {
    this.#folder = folder;
    this.#options = options;
    this.terminal = new MemoryTerminal(options.terminal);
  }

  static async make(options: HarnessOptions = {}): Promise<Harness> {
    return new Harness(await TemporaryFolder.make(), options);
  }

  /** The folder that holds the profiles. */
  get home(): string {
    return this.#folder.path;
  }

  /** Runs a command line to its end. */
  run(...args: string[]): Promise<number> {
    const { env = {}, now = () => NOW, terminal } = this.#options;
    const { start = (node: TwinNode) => Promise.resolve(node) } = this.#options;
    this.terminal = new MemoryTerminal(terminal);
    this.#interruption = new AbortController();
    this.#command = args.find((word) => COMMANDS.has(word));
    const variables: Readonly<Record<string, string>> = { P2P_CHAT_HOME: this.home, ...env };
    return runProgram(args, {
      terminal: this.terminal,
      env: (name) => variables[name],
      variables: () => Object.keys(variables),
      signal: this.#interruption.signal,
      now,
      ...(this.#options.asService !== true ? {} : {
        onReload: (listener: () => void) => {
          this.#onReload = listener;
          return { [Symbol.dispose]: () => void (this.#onReload = undefined) };
        },
      }),
      startNode: (init) => {
        const node = new TwinNode(init, this.#options);
        this.node = node;
        this.nodes.push(node);
        this.#started.forEach((notify) => notify(node));
        return start(node);
      },
    });
  }

  /** A signal from outside, to the last run. */
  interrupt(by: Deno.Signal = "SIGINT"): void {
    this.interruption(by);
  }

  /** The same for this run, to be called after the next has begun. */
  get interruption(): (by: Deno.Signal) => void {
    const run = this.#interruption;
    return (by) => run.abort(new Interruption(by));
  }

  /** The program is to end for another reason. */
  abort(reason: unknown): void {
    this.#interruption.abort(reason);
  }

  /** Resolves with the node that the next run starts. */
  nextNode(): Promise<TwinNode> {
    const { promise, resolve } = Promise.withResolvers<TwinNode>();
    this.#started.add(resolve);
    return promise;
  }

  /** SIGHUP, to the last run. @returns whether it is wanted */
  reload(): boolean {
    this.#onReload?.();
    return this.#onReload !== undefined;
  }

  /**
   * Standard output of the last run, line by line, as JSON.
   * @throws Error for a line that is not as `src/commands/NDJSON.md` says
   */
  get jsonLines(): unknown[] {
    return this.terminal.outLines.map((line) => {
      const event: unknown = JSON.parse(line);
      const fault = lineFault(event, this.#command);
      if (fault !== undefined) throw new Error(`${line} ${fault}`);
      return event;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}
