/** `/help`: the keys of the screen and all commands, or more about one command. */
import { formatTable } from "../../../terminal/table.ts";
import { wrapLine } from "../../../terminal/wrap_line.ts";
import { SLASH_COMMANDS, type SlashName, slashSpec, usageOf } from "../commands.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["Enter; Alt-Enter", "send; a new line"],
  ["Page-Up, Page-Down", "through the history; Ctrl-End to the newest"],
  ["Alt-Up, Alt-Down", "select a message: its state in words"],
  ["Tab, Ctrl-O", "other conversations; Alt-1 to Alt-9 straight to one"],
  ["Esc; Ctrl-C", "one step back; out"],
];
const OF_MESSAGES = "Everything else is sent. //text sends a text that begins with a slash.";
const OF_NAMES = "~ before a name: you have not compared fingerprints yet, see /verify.";

/** @param columns room on each row, or Infinity */
export function help(about: SlashName | undefined, columns: number): string[] {
  const spec = about === undefined ? undefined : slashSpec(about);
  if (spec !== undefined) {
    const lines = [
      `${usageOf(spec)}: ${spec.summary}`,
      ...("details" in spec ? [spec.details ?? ""] : []),
    ];
    return lines.flatMap((line) => wrapLine(line, columns, 0));
  }
  if (!Number.isFinite(columns)) {
    return [...SLASH_COMMANDS.map((each) => `${usageOf(each)}: ${each.summary}`), OF_MESSAGES];
  }
  const commands = SLASH_COMMANDS.map((each) => [usageOf(each), each.summary] as const);
  const all = [...commands, ...KEYS];
  const [, ...rows] = formatTable({ columns: [{ header: "" }, { header: "" }], rows: all });
  const indent = Math.max(...all.map(([what]) => what.length)) + 2;
  const wrapped = rows.map((row) => wrapLine(row, columns, indent));
  return [
    ...wrapped.slice(commands.length).flat(),
    "",
    ...wrapped.slice(0, commands.length).flat(),
    ...[OF_MESSAGES, OF_NAMES].flatMap((line) => wrapLine(line, columns, 0)),
  ];
}
