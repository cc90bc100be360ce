/** The menu of the real program: at the end of pipes, and on the screen of a pseudo-terminal. */
import { TmuxScreen } from "../terminal/tmux_screen.ts";
import { commandLine, type Home, LOOPBACK, type Running, type StartOptions } from "./program.ts";

/** The last line of the menu: an answer is awaited. */
const ASKING = "Number:";

/** A menu that is given its answers line by line. */
export class PipedMenu implements AsyncDisposable {
  readonly #running: Running;

  private constructor(running: Running) {
    this.#running = running;
  }

  /** Resolves when the main menu asks. */
  static async open(home: Home, name: string, port: number): Promise<PipedMenu> {
    const args = ["menu", "--name", name, "--port", `${port}`, ...LOOPBACK];
    const menu = new PipedMenu(home.start(args));
    await menu.seen((line) => line === ASKING);
    return menu;
  }

  get running(): Running {
    return this.#running;
  }

  /** Gives answers, one a line. */
  answer(...answers: readonly string[]): Promise<void> {
    return this.#running.write(answers.map((line) => `${line}\n`).join(""));
  }

  /** Waits until `count` lines were printed that fit. */
  seen(fits: (line: string) => boolean, count = 1): Promise<void> {
    return this.#running.until(() => this.#running.lines.filter(fits).length >= count);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#running[Symbol.asyncDispose]();
  }
}

export interface ScreenOptions extends Pick<StartOptions, "preload"> {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Opens a pseudo-terminal of `home` with the program in it. When the program ends, its exit code and
 * the mode of the terminal are printed.
 */
export function openOnScreen(
  home: Home,
  args: readonly string[],
  options: ScreenOptions = {},
): Promise<TmuxScreen> {
  const { columns = 80, rows = 24, env = {} } = options;
  const variables = Object.entries({ ...env, P2P_CHAT_HOME: home.path });
  const report = '"$@"; echo "code $?"; stty -a | grep -o ".\\?icanon"; cat';
  return TmuxScreen.open({
    columns,
    rows,
    command: [
      ...["env", ...variables.map(([name, value]) => `${name}=${value}`)],
      ...["sh", "-c", report, "sh"],
      ...commandLine(args, options),
    ],
  });
}
