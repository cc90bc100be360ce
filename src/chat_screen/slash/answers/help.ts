/** `/help`: all commands, or more about one. */
import { formatTable } from "../../../terminal/table.ts";
import { wrapLine } from "../../../terminal/wrap_line.ts";
import { SLASH_COMMANDS, type SlashName, slashSpec, usageOf } from "../commands.ts";

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
  const [, ...rows] = formatTable({
    columns: [{ header: "" }, { header: "" }],
    rows: SLASH_COMMANDS.map((each) => [usageOf(each), each.summary]),
  });
  const indent = Math.max(...SLASH_COMMANDS.map((each) => usageOf(each).length)) + 2;
  return [
    ...rows.flatMap((row) => wrapLine(row, columns, indent)),
    ...[OF_MESSAGES, OF_NAMES].flatMap((line) => wrapLine(line, columns, 0)),
  ];
}
