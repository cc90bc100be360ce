/** A real pseudo-terminal for tests: a tmux server of its own, with its keyboard and its screen. */

const POLL_MS = 30;

/** Far longer than the program ever needs, also on a busy machine. */
const TIMEOUT_MS = 60_000;

/** What is on the screen. */
export interface Capture {
  /** Rows of the screen, top first, without trailing spaces and empty rows at the end. */
  readonly rows: readonly string[];
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean };
  /** Whether it is the other screen, which programs draw on that take the whole terminal. */
  readonly alternate: boolean;
}

export interface TmuxOptions {
  readonly command: readonly string[];
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
}

export class TmuxScreen implements AsyncDisposable {
  /** Holds the socket of the server, which tmux leaves behind. */
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether tmux is installed here. */
  static async available(): Promise<boolean> {
    try {
      return (await new Deno.Command("tmux", { args: ["-V"] }).output()).success;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  static async open(options: TmuxOptions): Promise<TmuxScreen> {
    const screen = new TmuxScreen(await Deno.makeTempDir({ prefix: "p2p-chat-tmux-" }));
    const { columns = 80, rows = 24, cwd = Deno.cwd() } = options;
    await screen.#run("new-session", "-d", "-x", `${columns}`, "-y", `${rows}`, "-c", cwd, "cat");
    await screen.#run("set-option", "-g", "remain-on-exit", "on");
    await screen.#run("set-option", "-g", "status", "off");
    await screen.resize(columns, rows);
    await screen.#run("respawn-pane", "-k", "-c", cwd, ...options.command);
    return screen;
  }

  /**
   * From now on keeps the bytes that the program writes.
   * @returns a function that gives those so far
   */
  async record(): Promise<() => Promise<string>> {
    const file = `${this.#folder}/bytes`;
    await Deno.writeTextFile(file, "");
    await this.#run("pipe-pane", "-O", `cat >> ${file}`);
    return () => Deno.readTextFile(file);
  }

  /** Presses keys by their tmux names: "Enter", "Down", "C-c". */
  press(...keys: string[]): Promise<string> {
    return this.#run("send-keys", ...keys);
  }

  /** Types characters. */
  type(text: string): Promise<string> {
    return this.#run("send-keys", "-l", text);
  }

  /** Pastes as a terminal does from its clipboard, with paste marks if the program wants them. */
  async paste(text: string): Promise<void> {
    await this.#run("set-buffer", text);
    await this.#run("paste-buffer", "-p", "-r");
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#run("resize-window", "-x", `${columns}`, "-y", `${rows}`);
  }

  async capture(): Promise<Capture> {
    const state = "#{cursor_x} #{cursor_y} #{cursor_flag} #{alternate_on}";
    // One call for both, so that they belong together.
    const seen = await this.#run("display-message", "-p", state, ";", "capture-pane", "-p");
    const [first = "", ...rows] = seen.trimEnd().split("\n");
    const [x = 0, y = 0, visible, alternate] = first.split(" ").map(Number);
    return {
      rows: rows.map((row) => row.trimEnd()),
      cursor: { x, y, visible: visible === 1 },
      alternate: alternate === 1,
    };
  }

  /** The rows of the screen as they are, with the sequences for their looks (SGR). */
  async painted(): Promise<string[]> {
    const seen = await this.#run("capture-pane", "-p", "-e", "-N");
    return seen.replace(/\n$/, "").split("\n");
  }

  /** The rows that scrolled away and those on the screen, wrapped lines joined. */
  async transcript(): Promise<string[]> {
    return (await this.#run("capture-pane", "-p", "-J", "-S", "-")).trimEnd().split("\n")
      .map((row) => row.trimEnd());
  }

  /** Waits until the screen is as `condition` wants it. */
  until(condition: (capture: Capture) => boolean): Promise<Capture> {
    return poll(() => this.capture(), condition);
  }

  /** Waits until the transcript is `lines`. */
  async untilTranscript(lines: readonly string[]): Promise<void> {
    const expected = JSON.stringify(lines);
    await poll(() => this.transcript(), (rows) => JSON.stringify(rows) === expected);
  }

  /** Waits until a row of the screen contains `text`. */
  untilText(text: string): Promise<Capture> {
    return this.until(({ rows }) => rows.some((row) => row.includes(text)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run("kill-server");
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #run(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-S", `${this.#folder}/socket`, "-f", "/dev/null", "-u", ...args],
    }).output();
    if (!success) throw new Error(`tmux ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }
}

/** Asks again and again, since tmux does not say when something changed. */
async function poll<T>(look: () => Promise<T>, condition: (seen: T) => boolean): Promise<T> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const seen = await look();
    if (condition(seen)) return seen;
    if (performance.now() > deadline) {
      throw new Error(`the screen stayed ${JSON.stringify(seen, undefined, 1)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
