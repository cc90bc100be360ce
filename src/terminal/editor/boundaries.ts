/** Where a cursor may stand in a text, and where words and lines begin and end. Pure. */

const SEGMENTER = new Intl.Segmenter();
const WORD = /[\p{L}\p{N}\p{M}_]/u;

/** The next place behind `offset`: one grapheme on; the end where there is none. */
export function nextBoundary(text: string, offset: number): number {
  if (offset >= text.length) return text.length;
  const { line, start } = lineAt(text, offset);
  const segment = SEGMENTER.segment(line).containing(offset - start);
  return segment === undefined ? offset + 1 : start + segment.index + segment.segment.length;
}

/** The next place before `offset`: one grapheme back; 0 where there is none. */
export function previousBoundary(text: string, offset: number): number {
  if (offset <= 0) return 0;
  return boundaryAtOrBefore(text, offset - 1);
}

/** `offset` if a cursor may stand there, else the nearest such place before it. */
export function boundaryAtOrBefore(text: string, offset: number): number {
  if (offset >= text.length) return text.length;
  const { line, start } = lineAt(text, offset);
  return start + (SEGMENTER.segment(line).containing(offset - start)?.index ?? offset - start);
}

/** `offset` if a cursor may stand there, else the nearest such place behind it. */
export function boundaryAtOrAfter(text: string, offset: number): number {
  const before = boundaryAtOrBefore(text, offset);
  return before === offset ? offset : nextBoundary(text, before);
}

/** The beginning of the line in which `offset` stands. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** The end of the line in which `offset` stands, before its line feed. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end;
}

/** The end of the word in which `offset` stands, or of the next one. */
export function wordEnd(text: string, offset: number): number {
  let at = offset;
  while (at < text.length && !WORD.test(graphemeAt(text, at))) at = nextBoundary(text, at);
  while (at < text.length && WORD.test(graphemeAt(text, at))) at = nextBoundary(text, at);
  return at;
}

/** The beginning of the word in which `offset` stands, or of the one before. */
export function wordStart(text: string, offset: number): number {
  return backOver(
    text,
    backOver(text, offset, (grapheme) => !WORD.test(grapheme)),
    (grapheme) => WORD.test(grapheme),
  );
}

/** The beginning of what stands before `offset` up to white space, and of that if it comes first. */
export function spacedWordStart(text: string, offset: number): number {
  return backOver(text, backOver(text, offset, isSpace), (grapheme) => !isSpace(grapheme));
}

function isSpace(grapheme: string): boolean {
  return /^\s/u.test(grapheme);
}

function backOver(text: string, offset: number, fits: (grapheme: string) => boolean): number {
  let at = offset;
  while (at > 0) {
    const before = previousBoundary(text, at);
    if (!fits(text.slice(before, at))) break;
    at = before;
  }
  return at;
}

function graphemeAt(text: string, offset: number): string {
  return text.slice(offset, nextBoundary(text, offset));
}

/** The line of `offset` with its line feed: no grapheme goes beyond it. */
function lineAt(text: string, offset: number): { line: string; start: number } {
  const start = lineStart(text, offset);
  return { line: text.slice(start, lineEnd(text, offset) + 1), start };
}
