/**
 * The whole terminal as a screen of cells, until it is disposed: the alternate screen, so that what
 * stood there before comes back, with bracketed paste and reports of the focus on, and wrapping at the
 * right edge off. Where
 * disposing is skipped, `restoreTerminal()` with the terminal's `leaving` does the same.
 *
 * Does not read keys and does not know what it shows.
 */
import type { ScreenTerminal } from "../screen_terminal.ts";
import type { Grid } from "./grid.ts";
import type { ColorDepth } from "./look.ts";
import { paint } from "./painter.ts";

const ALTERNATE_SCREEN = { on: "\x1b[?1049h", off: "\x1b[?1049l" };
const NO_WRAPPING = { on: "\x1b[?7l", off: "\x1b[?7h" };
const FOCUS_REPORTS = { on: "\x1b[?1004h", off: "\x1b[?1004l" };
const BRACKETED_PASTE = { on: "\x1b[?2004h", off: "\x1b[?2004l" };
/**
 * A frame may have been cut off in the middle: it ends, scrolls everything, and has no colours. What
 * is left is cleared, since tmux takes rows as wide as the screen over to the other one if its size
 * has changed in the meantime.
 */
const PAINTING = { on: "", off: "\x1b[?2026l\x1b[r\x1b[m\x1b[2J\x1b[?25h" };

const MODES = [ALTERNATE_SCREEN, NO_WRAPPING, BRACKETED_PASTE, FOCUS_REPORTS, PAINTING];

type Target = Pick<ScreenTerminal, "columns" | "rows" | "write" | "enter">;

export class Screen implements Disposable {
  readonly #terminal: Target;
  readonly #depth: ColorDepth;
  readonly #modes = new DisposableStack();
  #shown: Grid | undefined;

  /** Takes the terminal over. */
  constructor(terminal: Target, depth: ColorDepth) {
    this.#terminal = terminal;
    this.#depth = depth;
    for (const mode of MODES) this.#modes.use(terminal.enter(mode));
  }

  /** Size of the terminal now. */
  get size(): { columns: number; rows: number } {
    return { columns: this.#terminal.columns, rows: this.#terminal.rows };
  }

  /** Shows `grid`, which must not be changed afterwards. @returns UTF-16 units written */
  draw(grid: Grid): number {
    const output = paint(this.#shown, grid, this.#depth);
    this.#shown = grid;
    if (output !== "") this.#terminal.write(output);
    return output.length;
  }

  /** The next `draw()` writes everything: after a change of size, or when something else wrote. */
  invalidate(): void {
    this.#shown = undefined;
  }

  [Symbol.dispose](): void {
    this.#modes.dispose();
  }
}
