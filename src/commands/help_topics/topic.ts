/** What a help topic is made of, and how it becomes lines. A topic writes text; this file breaks it. */
import type { Style } from "../../terminal/style.ts";
import { displayWidth, padEnd } from "../../terminal/width.ts";
import { wrapLine } from "../../terminal/wrap_line.ts";

/** One long text of the help. */
export interface Topic {
  readonly name: string;
  /** What it is about, in a few words; begins with a capital and ends with a full stop. */
  readonly summary: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: "heading"; readonly text: string }
  /** Line breaks in it count as spaces. */
  | { readonly kind: "paragraph"; readonly text: string }
  /** Words with what they mean, in two columns where there is room. */
  | { readonly kind: "terms"; readonly rows: readonly (readonly [term: string, meaning: string])[] }
  /** Lines to type; two spaces or more part a command from a remark on it. */
  | { readonly kind: "commands"; readonly lines: readonly string[] };

/** Longer lines are tiring to read. */
const MAX_COLUMNS = 80;
const INDENT = 2;
/** A longer term has its meaning on the next line. */
const MAX_TERM_COLUMNS = 24;
/** With less room for the meanings, each has its own line. */
const MIN_MEANING_COLUMNS = 30;

export const heading = (text: string): Block => ({ kind: "heading", text });
export const paragraph = (text: string): Block => ({ kind: "paragraph", text });
export const terms = (...rows: readonly (readonly [string, string])[]): Block => ({
  kind: "terms",
  rows,
});
export const commands = (...lines: readonly string[]): Block => ({ kind: "commands", lines });

/** @param columns of the terminal */
export function topicLines({ summary, blocks }: Topic, columns: number, style: Style): string[] {
  const width = Math.min(columns, MAX_COLUMNS);
  const title = blockLines(heading(summary.replace(/\.$/, "")), width, style);
  return blocks.reduce<string[]>((lines, block, index) => {
    const follows = blocks[index - 1]?.kind === "heading";
    return [...lines, ...(follows ? [] : [""]), ...blockLines(block, width, style)];
  }, title);
}

function blockLines(block: Block, width: number, style: Style): string[] {
  switch (block.kind) {
    case "heading":
      return wrapLine(block.text, width, 0).map(style.bold);
    case "paragraph":
      return wrapLine(block.text.replace(/\s+/g, " ").trim(), width, 0);
    case "commands":
      return block.lines.flatMap((line) => commandLines(line, width, style));
    case "terms":
      return termLines(block.rows, width, style);
  }
}

/** A remark behind a command goes below it where it would not fit. */
function commandLines(line: string, width: number, style: Style): string[] {
  const margin = " ".repeat(INDENT);
  const [command = "", remark] = line.split(/ {2,}/);
  if (remark === undefined || displayWidth(margin + line) <= width) {
    return [style.accent(margin + command) + line.slice(command.length)];
  }
  const rows = wrapLine(remark, width - 2 * INDENT, 0);
  return [style.accent(margin + command), ...rows.map((row) => margin + margin + row)];
}

function termLines(
  rows: readonly (readonly [string, string])[],
  width: number,
  style: Style,
): string[] {
  const widths = rows.map(([term]) => displayWidth(term)).filter((each) =>
    each <= MAX_TERM_COLUMNS
  );
  const column = INDENT + Math.max(0, ...widths) + 2;
  const inColumns = widths.length > 0 && width - column >= MIN_MEANING_COLUMNS;
  const margin = inColumns ? column : 2 * INDENT;
  return rows.flatMap(([term, meaning]) => {
    const rows = wrapLine(meaning, width - margin, 0).map((row) => " ".repeat(margin) + row);
    const label = " ".repeat(INDENT) + term;
    if (!inColumns || displayWidth(label) + 2 > column) return [style.accent(label), ...rows];
    const [first = "", ...others] = rows;
    return [style.accent(padEnd(label, column)) + first.trimStart(), ...others];
  });
}
