/**
 * Pictures of screens in a Markdown file: each between `<!-- screen: NAME -->` and `<!-- /screen -->`,
 * as an indented block.
 */

const PICTURE = /(<!-- screen: (\w+) -->\n)[^]*?(<!-- \/screen -->)/g;

/**
 * `markdown` with these pictures in it.
 * @param pictures rows by the name of the picture; empty ones at the beginning and the end are left out
 * @throws Error where a picture has no place, a place no picture, or more than one place a name
 */
export function withPictures(
  markdown: string,
  pictures: Readonly<Record<string, readonly string[]>>,
): string {
  const places = [...markdown.matchAll(PICTURE)].map(([, , name = ""]) => name);
  const names = Object.keys(pictures);
  if (places.toSorted().join() !== names.toSorted().join()) {
    throw new Error(`there are places for ${places.join(", ")}; pictures of ${names.join(", ")}`);
  }
  return markdown.replace(
    PICTURE,
    (_, before: string, name: string, behind: string) =>
      `${before}\n${block(pictures[name] ?? [])}\n\n${behind}`,
  );
}

function block(rows: readonly string[]): string {
  const isFull = (row: string) => row !== "";
  const shown = rows.slice(rows.findIndex(isFull), rows.findLastIndex(isFull) + 1);
  return shown.map((row) => row === "" ? "" : `    ${row}`).join("\n");
}
