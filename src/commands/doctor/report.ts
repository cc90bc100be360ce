/**
 * Findings as lines for people: a word for how it is, what was looked at, what was found, and below
 * what is not in order a hint. On a narrow terminal the text goes below its heading.
 */
import { sanitise } from "../../terminal/sanitise.ts";
import type { Style } from "../../terminal/style.ts";
import { displayWidth, graphemes, padEnd } from "../../terminal/width.ts";
import type { Finding, Status } from "./finding.ts";

const WORDS: { readonly [Kind in Status]: string } = {
  ok: "ok",
  warning: "warn",
  bad: "bad",
  skipped: "-",
};
const WORD_COLUMNS = 4;
/** Of the longest name of a check. */
const NAME_COLUMNS = "mandatory".length;
const GAP = "  ";
/** Below that the text would be a thin strip beside the names. */
const NARROW_COLUMNS = 60;

/** @param columns the terminal's width; Infinity where nothing should be broken */
export function findingLines(finding: Finding, style: Style, columns: number): string[] {
  const { check, status, message, hint } = finding;
  const word = colour(status, style)(padEnd(WORDS[status], WORD_COLUMNS));
  const isNarrow = columns < NARROW_COLUMNS;
  const heading = word + GAP + style.bold(isNarrow ? check : padEnd(check, NAME_COLUMNS));
  const indent = isNarrow
    ? WORD_COLUMNS + GAP.length
    : WORD_COLUMNS + NAME_COLUMNS + 2 * GAP.length;
  const body = (text: string) => wrap(sanitise(text), columns - indent);
  const calm = status === "skipped" ? style.dim : (text: string) => text;
  const lines = body(message).map(calm);
  const hints = hint === undefined ? [] : body(`hint: ${hint}`)
    .map((line) => line.replace(/^hint:/, style.accent("hint:")));
  const below = (line: string) => " ".repeat(indent) + line;
  if (isNarrow) return [heading, ...lines.map(below), ...hints.map(below)];
  const [first = "", ...rest] = lines;
  return [heading + GAP + first, ...rest.map(below), ...hints.map(below)];
}

/** The last line: all is well, or how much is not. */
export function summaryLine(findings: readonly Finding[], style: Style): string {
  const count = (wanted: Status) => findings.filter(({ status }) => status === wanted).length;
  const [bad, warnings] = [count("bad"), count("warning")];
  if (bad + warnings === 0) return style.good("all is well");
  const parts = [
    ...(bad > 0 ? [style.bad(`${bad} bad`)] : []),
    ...(warnings > 0 ? [style.warn(`${warnings} ${warnings === 1 ? "warning" : "warnings"}`)] : []),
  ];
  return parts.join(", ");
}

function colour(status: Status, style: Style): (text: string) => string {
  switch (status) {
    case "ok":
      return style.good;
    case "warning":
      return style.warn;
    case "bad":
      return style.bad;
    case "skipped":
      return style.dim;
  }
}

/** Breaks at spaces; a word that is longer than a line, such as a path, wherever it has to. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  const room = () => columns - displayWidth(line);
  for (const word of text.split(" ")) {
    if (line !== "" && displayWidth(word) + 1 > room()) {
      lines.push(line);
      line = "";
    } else if (line !== "") line += " ";
    for (const grapheme of displayWidth(word) > columns ? graphemes(word) : [word]) {
      if (line !== "" && displayWidth(grapheme) > room()) {
        lines.push(line);
        line = "";
      }
      line += grapheme;
    }
  }
  return [...lines, line];
}
