/**
 * Finds the place where a text stops being JSON, for an error message with line and column: the
 * engine's own message names a place only sometimes. A scanner over RFC 8259's tokens; it builds
 * nothing, and its memory grows with the nesting alone.
 */

/** Where a text stops being JSON, and what could have stood there. */
export interface JsonError {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  /** For instance `a comma or "}"`. */
  readonly expected: string;
}

type State = "value" | "value or ]" | "key" | "key or }" | "colon" | "after value";

const SPACE = /[ \t\n\r]*/y;
const PUNCTUATION = /[{}[\],:]/y;
const STRING =
  /"[ !#-[\]-\u{10FFFF}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\u{10FFFF}]*)*"/uy;
const LITERAL = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

/** @returns undefined where `text` is valid JSON */
export function findJsonError(text: string): JsonError | undefined {
  const open: ("{" | "[")[] = [];
  let state: State = "value";
  let offset = 0;

  while (true) {
    offset += match(SPACE, text, offset).length;
    if (offset === text.length && state === "after value" && open.length === 0) return undefined;
    const token = match(PUNCTUATION, text, offset) || match(STRING, text, offset) ||
      match(LITERAL, text, offset);
    const next = step(state, token, open);
    if (next === undefined) return describe(text, offset, state, open.at(-1));
    state = next;
    offset += token.length;
  }
}

/** @returns the state after `token`, undefined where it may not stand; updates `open` */
function step(state: State, token: string, open: ("{" | "[")[]): State | undefined {
  const isKey = token.startsWith('"');
  const isValue = token !== "" && !/^[}\],:]$/.test(token);
  switch (state) {
    case "value or ]":
      if (token === "]") return close(open);
      return isValue ? begin(token, open) : undefined;
    case "value":
      return isValue ? begin(token, open) : undefined;
    case "key or }":
      if (token === "}") return close(open);
      return isKey ? "colon" : undefined;
    case "key":
      return isKey ? "colon" : undefined;
    case "colon":
      return token === ":" ? "value" : undefined;
    case "after value":
      if (token === "," && open.length > 0) return open.at(-1) === "{" ? "key" : "value";
      if (token === "}" && open.at(-1) === "{") return close(open);
      if (token === "]" && open.at(-1) === "[") return close(open);
      return undefined;
  }
}

function begin(token: string, open: ("{" | "[")[]): State {
  if (token !== "{" && token !== "[") return "after value";
  open.push(token);
  return token === "{" ? "key or }" : "value or ]";
}

function close(open: ("{" | "[")[]): State {
  open.pop();
  return "after value";
}

function match(pattern: RegExp, text: string, offset: number): string {
  const sticky = new RegExp(pattern);
  sticky.lastIndex = offset;
  return sticky.exec(text)?.[0] ?? "";
}

function describe(
  text: string,
  offset: number,
  state: State,
  inside: "{" | "[" | undefined,
): JsonError {
  const before = text.slice(0, offset).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  return { line: before.length, column, expected: expectation(state, inside) };
}

function expectation(state: State, inside: "{" | "[" | undefined): string {
  switch (state) {
    case "value":
      return "a value";
    case "value or ]":
      return 'a value or "]"';
    case "key":
      return "a key in double quotes";
    case "key or }":
      return 'a key in double quotes or "}"';
    case "colon":
      return "a colon";
    case "after value":
      if (inside === undefined) return "the end of the file";
      return inside === "{" ? 'a comma or "}"' : 'a comma or "]"';
  }
}
