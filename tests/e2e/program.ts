/**
 * The real program in processes: the compiled binary that `P2P_CHAT_BIN` names, else the sources
 * with the permissions of `deno task start` and no others.
 *
 * A `Home` is one person's machine: a temporary folder for profiles. Disposing it kills what still
 * runs there and removes the folder. Nothing here sleeps; whatever waits gives up after
 * `PATIENCE_MS` and then shows all that the process said.
 */
import manifest from "../../deno.json" with { type: "json" };
import type { MessageLine, NdjsonLine } from "../../src/commands/ndjson.ts";
import { lineFault } from "../../src/commands/ndjson_schema.ts";
import { COMMANDS } from "../../src/commands/table.ts";

/** The compiled binary under test; undefined: the sources. */
export const BINARY = Deno.env.get("P2P_CHAT_BIN") || undefined;

/** Far above what anything here takes on a busy machine. */
const PATIENCE_MS = 120_000;

/** Options of a node that does not leave this machine. */
export const LOOPBACK: readonly string[] = ["--host", "127.0.0.1", "--no-mdns"];

/** A listener as a program starts it. @param port 0: any free one */
export function listen(port = 0): string[] {
  return ["listen", "--json", "--port", String(port), ...LOOPBACK];
}

/** A node that takes orders on its standard input, see `src/commands/demo/orders.ts`. */
export function demoPeer(port = 0): string[] {
  return ["demo-peer", "--port", String(port), ...LOOPBACK];
}

export interface StartOptions {
  /** Environment variables to set, or with undefined to unset. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Instead of the permissions of `deno task start`; not for the binary. */
  readonly task?: "start" | "start:exec" | "demo";
  /** A command that becomes the program, by `exec`: `["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"]` */
  readonly through?: readonly string[];
  /** A module that is run before the program; not for the binary. */
  readonly preload?: string;
}

/** How a process ended and what it said. */
export interface Finished {
  /** Exit code; 128 and more for a signal, as in a shell. */
  readonly code: number;
  readonly signal: Deno.Signal | null;
  /** Lines of standard output. */
  readonly out: readonly string[];
  /** Lines of standard error. */
  readonly err: readonly string[];
  /** Standard output as JSON; only of a command with `--json`. */
  readonly events: readonly NdjsonLine[];
}

/** A node that listens. */
export interface Listener {
  readonly node: Running;
  readonly peerId: string;
  readonly port: number;
}

export class Home implements AsyncDisposable {
  readonly #started: Running[] = [];

  private constructor(readonly path: string) {}

  /** @param dir where the folder is made; default: the system's temporary folder */
  static async make(dir?: string): Promise<Home> {
    const prefix = "p2p-chat-e2e-";
    return new Home(await Deno.makeTempDir(dir === undefined ? { prefix } : { prefix, dir }));
  }

  /** The folder of the default profile; not there before the first start. */
  get profile(): string {
    return `${this.path}/default`;
  }

  /** Starts the program; its standard input stays open. */
  start(args: readonly string[], options: StartOptions = {}): Running {
    const running = new Running(args, {
      ...options,
      env: { P2P_CHAT_HOME: this.path, ...options.env },
    });
    this.#started.push(running);
    return running;
  }

  /** Starts a listener and waits until it listens. */
  async listen(args: readonly string[] = [], port = 0): Promise<Listener> {
    const node = this.start([...listen(port), ...args]);
    const ready = await node.find((line) => line.event === "ready" ? line : undefined);
    return { node, peerId: ready.peerId, port: ready.port };
  }

  /** Runs the program to its end, with `input` on standard input. */
  async run(
    args: readonly string[],
    options: StartOptions & { readonly input?: string } = {},
  ): Promise<Finished> {
    const running = this.start(args, options);
    if (options.input !== undefined) await running.write(options.input);
    await running.closeInput();
    return await running.finished();
  }

  /** The whole history, oldest first. */
  async history(): Promise<MessageLine[]> {
    const { code, events, err } = await this.run(["history", "--json", "--limit", "100000"]);
    if (code !== 0) throw new Error(`history ended with ${code}: ${err.join("\n")}`);
    return events.filter((line) => line.event === "message");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#started.map((running) => running[Symbol.asyncDispose]()));
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A process of the program. Dispose it to kill it, if it still runs. */
export class Running implements AsyncDisposable {
  readonly #args: readonly string[];
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #reading: Promise<void>;
  readonly #lines: string[] = [];
  /** The lines that were parsed so far. */
  readonly #events: NdjsonLine[] = [];
  #errors = "";
  #over = false;
  #changed = Promise.withResolvers<void>();

  constructor(
    args: readonly string[],
    { env = {}, through = [], ...options }: StartOptions = {},
  ) {
    this.#args = args;
    const [program, ...flags] = [...through, ...commandLine([], options)];
    this.#child = new Deno.Command(program ?? "", {
      args: [...flags, ...args],
      clearEnv: true,
      env: environment(env),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
    this.#reading = this.#read();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Lines of standard output so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /**
   * The same as JSON.
   * @throws Error for a line that is not as `src/commands/NDJSON.md` says
   */
  get events(): readonly NdjsonLine[] {
    const [command = ""] = this.#args;
    for (const line of this.#lines.slice(this.#events.length)) {
      const event: NdjsonLine = JSON.parse(line);
      const fault = lineFault(event, COMMANDS.has(command) ? command : undefined);
      if (fault !== undefined) throw new Error(`${this.#args.join(" ")}: ${line} ${fault}`);
      this.#events.push(event);
    }
    return this.#events;
  }

  /** Standard error so far. */
  get errors(): string {
    return this.#errors;
  }

  /** Writes to standard input. */
  async write(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  async closeInput(): Promise<void> {
    // A process that ended, or reads nothing, has closed it already.
    await this.#input.close().catch(() => {});
  }

  /** Closes the pipe that it prints to, as `| head` does. */
  async closeOutput(): Promise<void> {
    await this.#output.cancel();
  }

  /**
   * Resolves with what `pick` finds in the first line where it finds something, past or to come.
   * @throws Error with all output, when the process ends before or the time is up
   */
  async find<Found>(pick: (line: NdjsonLine) => Found | undefined): Promise<Found> {
    const looked = { lines: 0 };
    for (;;) {
      for (const line of this.events.slice(looked.lines)) {
        looked.lines++;
        const found = pick(line);
        if (found !== undefined) return found;
      }
      await this.until(() => this.#lines.length > looked.lines);
    }
  }

  /**
   * Resolves when `condition` holds; it is asked whenever something was printed.
   * @throws Error with all output, when the process ends before or the time is up
   */
  async until(condition: () => boolean): Promise<void> {
    await this.#patiently(async () => {
      while (!condition()) {
        if (this.#over) throw this.#failure("it ended");
        await this.#changed.promise;
      }
    });
  }

  /** Resolves with what `pattern` finds in standard error, past or to come. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    await this.until(() => pattern.test(this.#errors));
    const found = pattern.exec(this.#errors);
    if (found === null) throw new Error("until() resolved before its condition held");
    return found;
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Kills it as `kill -9` does. Resolves when it is dead and all that it printed is here. */
  async crash(): Promise<void> {
    this.kill("SIGKILL");
    await this.finished();
  }

  /**
   * Resolves when it has ended.
   * @throws Error with all output, when the time is up
   */
  async finished(): Promise<Finished> {
    const { code, signal } = await this.#patiently(async () => {
      await this.#reading;
      return await this.#child.status;
    });
    return {
      code,
      signal,
      out: this.#lines,
      err: this.#errors.split("\n").filter((line) => line !== ""),
      events: this.#args.includes("--json") ? this.events : [],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.kill("SIGKILL");
    } catch {
      // It ended already, which is all that is wanted here.
    }
    await this.#reading;
    await this.#child.status;
    await this.#input.abort().catch(() => {}); // It may be closed.
  }

  async #patiently<Result>(work: () => Promise<Result>): Promise<Result> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(this.#failure("time is up")), PATIENCE_MS);
    try {
      return await Promise.race([work(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #read(): Promise<void> {
    await Promise.all([this.#readLines(), this.#readErrors()]);
    this.#over = true;
    this.#notify();
  }

  async #readLines(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await this.#output.read();
      const lines = (rest + decoder.decode(value, { stream: !done })).split("\n");
      // What a killed process could not finish is no line.
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      this.#notify();
      if (done) return;
    }
  }

  async #readErrors(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#errors += text;
      this.#notify();
    }
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #failure(why: string): Error {
    const output = [...this.#lines, this.#errors].join("\n");
    return new Error(`p2p-chat ${this.#args.join(" ")}: ${why}. It said:\n${output}`);
  }
}

/**
 * A port that is free now, and that no outgoing connection takes: below the range that Linux, macOS
 * and Windows choose from.
 */
export function freePort(): number {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** The words that start the program. */
export function commandLine(
  args: readonly string[],
  { task = "start", preload }: Pick<StartOptions, "task" | "preload"> = {},
): string[] {
  if (BINARY !== undefined) return [BINARY, ...args];
  return [...fromSources(task, preload), ...args];
}

/** Deno and the flags of a task of deno.json, with the whole path of main.ts. */
function fromSources(
  task: NonNullable<StartOptions["task"]>,
  preload: string | undefined,
): string[] {
  const words = manifest.tasks[task].command.split(" ");
  const [run = "", ...flags] = words.slice(1, words.indexOf("main.ts"));
  const before = preload === undefined ? [] : [`--preload=${preload}`];
  const main = new URL("../../main.ts", import.meta.url).pathname;
  return [Deno.execPath(), run, ...before, ...flags, main];
}

function environment(
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const own = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("P2P_CHAT_"));
  const variables: Record<string, string> = {};
  for (const [name, value] of [...own, ...Object.entries(changes)]) {
    if (value === undefined) delete variables[name];
    else variables[name] = value;
  }
  return variables;
}
