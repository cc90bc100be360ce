/**
 * Writes `src/commands/NDJSON.md`, the documentation of what programs read, from
 * `src/commands/ndjson_schema.ts`. Run it with `deno task ndjson` after a change there; the result is
 * committed, formatted as `deno fmt` does it, and a test holds it to be up to date.
 */
import type { Field, Fields } from "../src/commands/ndjson_field.ts";
import { NDJSON_EVENTS } from "../src/commands/ndjson_schema.ts";
import { displayWidth, padEnd } from "../src/terminal/width.ts";

export const NDJSON_TABLE_FILE = new URL("../src/commands/NDJSON.md", import.meta.url);

const INTRODUCTION = `# What programs read

With \`--json\` every command prints one JSON object a line (NDJSON) on standard output, \`event\`
first. Generated from \`ndjson_schema.ts\` by \`deno task ndjson\`; the tests hold every line that the
program prints to it.

- Names stay: a field means the same in every event and is never used for something else. New events
  and new fields may come, so pass over what you do not know.
- Every field is always there; what is not known is null.
- A \`time\` is ISO 8601 in UTC with milliseconds: \`2026-11-22T14:02:07.005Z\`. A \`count\` is a whole
  number from 0.
- Who a peer is says \`peerId\` alone. A name is harmless and never empty, but anybody may take any.
- A \`text\` is complete and as its author wrote it. Control, format and line-separating characters
  are written as \`\\uXXXX\`, so that printing a line raw does nothing to a terminal.
- The last line of a command that failed is \`error\`; the exit code says the same (see the README).
`;

/** The whole file. */
export function ndjsonTable(): string {
  const events = Object.entries(NDJSON_EVENTS);
  const overview = table(
    ["event", "printed by", "what it says"],
    events.map(([event, { meaning, printedBy }]) => [
      `[\`${event}\`](#${event})`,
      printedBy === "every" ? "every command" : printedBy.map((name) => `\`${name}\``).join(", "),
      meaning,
    ]),
  );
  const sections = events.map(([event, { fields }]) => `## \`${event}\`\n\n${fieldTable(fields)}`);
  return [INTRODUCTION, overview, ...sections].join("\n");
}

function fieldTable(fields: Fields<object>): string {
  return table(["field", "type", "null", "meaning"], fieldRows(fields, ""));
}

function fieldRows(fields: Fields<object>, prefix: string): string[][] {
  return Object.entries<Field<unknown>>(fields).flatMap(([name, field]) => [
    [`\`${prefix}${name}\``, field.kind, field.isNullable ? "or null" : "", field.meaning],
    ...(field.inner === undefined ? [] : fieldRows(field.inner, `${prefix}${name}[].`)),
  ]);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[column] ?? "")))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => padEnd(cell, widths[column] ?? 0)).join(" | ")} |\n`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  return [line(header), rule, ...rows.map(line)].join("");
}

if (import.meta.main) await Deno.writeTextFile(NDJSON_TABLE_FILE, ndjsonTable());
