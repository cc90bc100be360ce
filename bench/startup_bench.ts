/**
 * Measures what a person feels when the program starts: how long `--version`, `--help` and a Tab in a
 * shell take, how long a node takes until it listens, how long it takes until the whole menu is on the
 * screen, also where a mandatory peer does not answer, how long a `send` through a node that runs takes
 * until it has printed that the message is delivered and ended, and how much memory a node holds that
 * is idle with three peers.
 *
 *     deno task bench:startup BIN [RUNS]
 *
 * BIN is a compiled binary. Every run of `listen` gets a fresh profile, so its time includes making
 * the key and the database. Nodes run with `--no-mdns`: they talk to nobody but each other. Memory is
 * read from /proc, hence only on Linux and with --allow-all. It prints medians with their ranges and
 * judges nothing; it fails only when BIN does not start.
 */

/** Longer than the slowest machine needs to start or stop: a node that takes longer is killed. */
const PATIENCE_MS = 30_000;
/** Young garbage is collected and start-up work is over by then. */
const IDLE_MS = 5_000;
const PEERS_OF_IDLE_NODE = 3;
const DEFAULT_RUNS = 9;
const CTRL_C = 0x03;

/** A node in a process of its own; stopped, and its profile removed, when disposed. */
class NodeProcess implements AsyncDisposable {
  readonly startedAt = performance.now();
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;

  constructor(binary: string, readonly home: string, args: string[] = []) {
    this.#child = new Deno.Command(binary, {
      args: ["listen", "--json", "--home", home, "--port", "0", "--no-mdns", ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#lines = this.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(lineSplitter())
      .getReader();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Resolves with the next line that reports `event`; lines before it are dropped.
   * @throws Error when the process ends first, or needs longer than `PATIENCE_MS`
   */
  async next(event: string): Promise<string> {
    const line = await this.#readUntil((line) => line.includes(`"event":"${event}"`));
    if (line === undefined) throw new Error(`the node ended before it reported "${event}"`);
    return line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It ended already, which is all that is wanted here.
    }
    await this.#readUntil(() => false);
    await this.#child.status;
    await Deno.remove(this.home, { recursive: true });
  }

  /** The first line that is `wanted`, or undefined at the end of the output. */
  async #readUntil(wanted: (line: string) => boolean): Promise<string | undefined> {
    const timeout = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    try {
      while (true) {
        const { done, value } = await this.#lines.read();
        if (done || wanted(value)) return value;
      }
    } finally {
      clearTimeout(timeout);
    }
  }
}

function lineSplitter(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
  });
}

/** A run that needs no profile, from its start to its end. */
async function timeOf(binary: string, ...args: string[]): Promise<number> {
  const startedAt = performance.now();
  const { success } = await new Deno.Command(binary, { args, stdin: "null" }).output();
  if (!success) throw new Error(`"${binary} ${args.join(" ")}" failed`);
  return performance.now() - startedAt;
}

async function timeToListening(binary: string): Promise<number> {
  await using node = new NodeProcess(binary, await Deno.makeTempDir());
  await node.next("ready");
  return performance.now() - node.startedAt;
}

/**
 * Until the last entry of the menu is on the screen of a pseudo-terminal, which `script` of util-linux
 * makes.
 * @throws Deno.errors.NotFound where that is not installed; Error when the menu does not open
 */
async function timeToMenu(binary: string, ...args: string[]): Promise<number> {
  const home = await Deno.makeTempDir();
  const startedAt = performance.now();
  const words = [binary, "menu", "--home", home, "--name", "bench", "--host", "127.0.0.1"];
  const command = [...words, "--port", "0", "--no-mdns", ...args];
  const child = new Deno.Command("script", {
    args: ["-qec", command.map((word) => `'${word}'`).join(" "), "/dev/null"],
    env: { TERM: "xterm" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const timeout = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  try {
    let shown = "";
    let time: number | undefined;
    const keyboard = child.stdin.getWriter();
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      shown += text;
      if (time !== undefined || !shown.includes("Quit")) continue;
      time = performance.now() - startedAt;
      await keyboard.write(Uint8Array.of(CTRL_C));
    }
    if (time === undefined) throw new Error(`the menu did not open: ${shown}`);
    return time;
  } finally {
    clearTimeout(timeout);
    await child.status;
    await Deno.remove(home, { recursive: true });
  }
}

/** Each a whole process, from its start to its end, with the message delivered to a second node. */
async function timesOfSend(binary: string, runs: number): Promise<number[]> {
  await using there = new NodeProcess(binary, await Deno.makeTempDir());
  const address = /"(\/[^"]+)"/.exec(await there.next("ready"))?.[1];
  if (address === undefined) throw new Error("the node did not report an address");
  await using here = new NodeProcess(binary, await Deno.makeTempDir(), ["--mandatory", address]);
  await here.next("peer-up");
  return await repeat(runs, () => timeOf(binary, "send", "--home", here.home, address, "hello"));
}

/** Resident memory in MB of a node that was left alone for a while with its peers connected. */
async function idleMemory(binary: string): Promise<number> {
  await using node = new NodeProcess(binary, await Deno.makeTempDir());
  const port = /\/tcp\/(\d+)/.exec(await node.next("ready"))?.[1];
  if (port === undefined) throw new Error("the node did not report a TCP address");
  await using peers = new AsyncDisposableStack();
  for (let index = 0; index < PEERS_OF_IDLE_NODE; index++) {
    const mandatory = ["--mandatory", `127.0.0.1:${port}`];
    peers.use(new NodeProcess(binary, await Deno.makeTempDir(), mandatory));
    await node.next("peer-up");
  }
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const status = await Deno.readTextFile(`/proc/${node.pid}/status`);
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]) / 1000;
}

/** One line: the median of `values` and their range. */
function report(what: string, unit: string, values: number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? NaN).toFixed(0);
  console.log(
    `${what.padEnd(30)} ${at(0.5).padStart(5)} ${unit}  (${at(0)} to ${
      at(1)
    }, ${sorted.length} runs)`,
  );
}

async function repeat(runs: number, measure: () => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let run = 0; run < runs; run++) values.push(await measure());
  return values;
}

const [binary, runsText] = Deno.args;
const runs = Number(runsText ?? DEFAULT_RUNS);
if (binary === undefined || !Number.isInteger(runs) || runs < 1) {
  console.error("usage: startup_bench.ts BIN [RUNS]");
  Deno.exit(2);
}
const megabytes = (await Deno.stat(binary)).size / 1e6;
console.log(`${"size".padEnd(30)} ${megabytes.toFixed(0).padStart(5)} MB`);
report("--version", "ms", await repeat(runs, () => timeOf(binary, "--version")));
report("--help", "ms", await repeat(runs, () => timeOf(binary, "--help")));
const completion = ["completion", "bash", "--", "send", "--ti"];
report("a Tab in a shell", "ms", await repeat(runs, () => timeOf(binary, ...completion)));
report("start to listening", "ms", await repeat(runs, () => timeToListening(binary)));
if (Deno.build.os === "linux") {
  report("menu on the screen", "ms", await repeat(runs, () => timeToMenu(binary)));
  // Connections are taken by the system and never answered.
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const mandatory = ["--mandatory", `127.0.0.1:${silent.addr.port}`];
  const withSilent = () => timeToMenu(binary, ...mandatory);
  report("the same, a peer is silent", "ms", await repeat(runs, withSilent));
}
report("send through a node", "ms", await timesOfSend(binary, runs));
if (Deno.build.os === "linux") {
  const values = await repeat(Math.min(runs, 3), () => idleMemory(binary));
  report(`resident, idle, ${PEERS_OF_IDLE_NODE} peers`, "MB", values);
}
