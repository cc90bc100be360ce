/** Breaks long lines between words, so that a narrow terminal does not break them within. */
import { displayWidth } from "./width.ts";

/**
 * @param line may carry colours; its spaces at the beginning and between columns stay
 * @param columns room on each row; a word that is longer stays whole
 * @param indent spaces before every row but the first
 */
export function wrapLine(line: string, columns: number, indent: number): string[] {
  const rows: string[] = [];
  let row = "";
  for (const [word] of line.matchAll(/ *[^ ]+/g)) {
    if (row.trim() !== "" && displayWidth(row + word) > columns) {
      rows.push(row);
      row = " ".repeat(indent) + word.trimStart();
    } else row += word;
  }
  return [...rows, row];
}
