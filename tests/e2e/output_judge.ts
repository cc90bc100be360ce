/**
 * Judges what the program wrote to a terminal or a pipe, knowing nothing of how it makes texts harmless:
 * a parser that accepts text, line ends, and the exact sequences that this program may write. Whatever
 * else acts on a terminal, or would hide or reorder what stands there, is a fault.
 */

export interface JudgeOptions {
  /** What draws: moves of the cursor, modes, carriage returns. Default: colours and line feeds only. */
  readonly screen?: boolean;
  /** One notice of the desktop a time; `\x07` alone counts as a bell. Default: neither. */
  readonly notices?: boolean;
  /** Tabs, where texts are passed on as they are. Default: none. */
  readonly tabs?: boolean;
}

/** Of `ESC [`, what each may have before its final character. */
const COLORS = /^[\d;]*m/;
const DRAWING = [
  /^\d+(?:;\d+)?H/, // cursor to a place
  /^H/,
  /^\d*G/, // cursor to a column
  /^\d+[ABC]/, // cursor up, down, right
  /^2?K/, // erase the row, or from the cursor on
  /^2?J/, // erase the screen, or from the cursor on
  /^\d*X/, // erase cells
  /^\d+[ST]/, // scroll
  /^\d+;\d+r/, // scrolling region
  /^r/,
  // cursor, wrapping, focus, alternate screen, bracketed paste, synchronised frames
  /^\?(?:25|7|1004|1049|2004|2026)[hl]/,
];
// deno-lint-ignore no-control-regex -- a sequence ends with BEL
const NOTICE = /^\]777;notify;[^;\p{Cc}]{0,200};[^;\p{Cc}]{0,200}\x07/u;
const NOTICE_IN_TMUX =
  // deno-lint-ignore no-control-regex -- the same in tmux's own sequence
  /^Ptmux;\x1b\x1b\]777;notify;[^;\p{Cc}]{0,200};[^;\p{Cc}]{0,200}\x07\x1b\\\x07/u;

/** C0 and C1, DEL, other line ends, bidi controls. */
const ACTS = /[\p{Cc}\u2028\u2029\p{Bidi_Control}]/u;
/** What takes no room and has no place between letters of the Latin script. */
const HIDES = /[\u00ad\u034f\u115f\u1160\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0]/u;
/** More marks than any language puts on one letter. */
const FLOOD = /\p{M}{6,}/u;

/** The faults in `output`, each with what stands around it; none: it is harmless. */
export function faultsOf(output: string, options: JudgeOptions = {}): string[] {
  const faults: string[] = [];
  const text = withoutOwnSequences(output, options, (at) => faults.push(around(output, at)));
  for (const [what, pattern] of [["acts", ACTS], ["hides", HIDES], ["floods", FLOOD]] as const) {
    const found = pattern.exec(text);
    if (found !== null) faults.push(`${what}: ${around(text, found.index)}`);
  }
  return faults;
}

function withoutOwnSequences(
  output: string,
  { screen = false, notices = false, tabs = false }: JudgeOptions,
  fault: (at: number) => void,
): string {
  let text = "";
  for (let at = 0; at < output.length;) {
    const character = output[at] ?? "";
    if (character === "\x1b") {
      const length = sequenceLength(output.slice(at + 1, at + 600), screen, notices);
      if (length === undefined) fault(at);
      at += 1 + (length ?? 0);
    } else {
      const isAllowed = character === "\n" || screen && character === "\r" ||
        notices && character === "\x07" || tabs && character === "\t";
      if (!isAllowed) text += character;
      at++;
    }
  }
  return text;
}

/** Of one that is allowed; `rest` begins behind its ESC. */
function sequenceLength(rest: string, screen: boolean, notices: boolean): number | undefined {
  if (rest.startsWith("[")) {
    const body = rest.slice(1);
    for (const pattern of screen ? [COLORS, ...DRAWING] : [COLORS]) {
      const found = pattern.exec(body);
      if (found !== null) return 1 + found[0].length;
    }
    return undefined;
  }
  if (!notices) return undefined;
  return (NOTICE.exec(rest) ?? NOTICE_IN_TMUX.exec(rest))?.[0].length;
}

function around(text: string, at: number): string {
  return JSON.stringify(text.slice(Math.max(0, at - 30), at + 50));
}
