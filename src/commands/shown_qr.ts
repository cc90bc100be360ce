/** Where a QR code is shown: on a screen that has room for it, or wherever it was asked for. */
import { asScreen } from "../terminal/screen_terminal.ts";
import type { Style } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** `always` and `never` are what a person said. */
export type QrWish = "always" | "never" | "if it fits";

export interface ShownQr {
  /** What the scanner reads. */
  readonly text: string;
  /** Stands above it. */
  readonly caption: string;
  readonly wish: QrWish;
}

/** Rows that the line above the code and a question below it take. */
const ROWS_BESIDE = 2;

/** @returns the code below its caption; or one line that says what room it needs */
export async function shownQr(
  { text, caption, wish }: ShownQr,
  terminal: Terminal,
  style: Style,
): Promise<string[]> {
  const screen = asScreen(terminal);
  if (wish === "never" || wish === "if it fits" && screen === undefined) return [];
  const { qrPicture } = await import("../terminal/qr_code.ts");
  const { lines, columns } = qrPicture(text, terminal);
  const rows = lines.length + ROWS_BESIDE;
  if (wish === "if it fits" && screen !== undefined) {
    if (screen.columns < columns || screen.rows < rows) {
      return [style.dim(`a QR code needs ${columns} columns and ${rows} rows`)];
    }
  }
  // Without colours a terminal with a light background shows it inverted.
  const background = terminal.colors ? "" : ", for a dark background";
  return [`${caption}${background}`, ...lines];
}
