/**
 * The escape sequences that terminals send for keys: those of xterm, the Linux console and rxvt, the
 * form of modified keys that xterm calls modifyOtherKeys, and kitty's `CSI u`. Pure.
 *
 * Source: xterm's "XTerm Control Sequences", "PC-Style Function Keys"; console_codes(4).
 */
import { type KeyEvent, keyEvent, type KeyName, type Modifiers } from "./key_event.ts";

const BY_FINAL: ReadonlyMap<string, KeyName> = new Map([
  ["A", "up"],
  ["B", "down"],
  ["C", "right"],
  ["D", "left"],
  ["F", "end"],
  ["H", "home"],
  ["P", "f1"],
  ["Q", "f2"],
  ["R", "f3"],
  ["S", "f4"],
]);

const BY_NUMBER: ReadonlyMap<number, KeyName> = new Map([
  [1, "home"],
  [2, "insert"],
  [3, "delete"],
  [4, "end"],
  [5, "page-up"],
  [6, "page-down"],
  [7, "home"],
  [8, "end"],
  [11, "f1"],
  [12, "f2"],
  [13, "f3"],
  [14, "f4"],
  [15, "f5"],
  [17, "f6"],
  [18, "f7"],
  [19, "f8"],
  [20, "f9"],
  [21, "f10"],
  [23, "f11"],
  [24, "f12"],
]);

/** `CSI [ A` to `CSI [ E` of the Linux console. */
const CONSOLE_F: ReadonlyMap<string, KeyName> = new Map([
  ["A", "f1"],
  ["B", "f2"],
  ["C", "f3"],
  ["D", "f4"],
  ["E", "f5"],
]);

/** rxvt marks modifiers with another final character; of lower case for Shift with arrows. */
const RXVT_FINALS: ReadonlyMap<string, Partial<Modifiers>> = new Map([
  ["~", {}],
  ["$", { shift: true }],
  ["^", { ctrl: true }],
  ["@", { ctrl: true, shift: true }],
]);

/**
 * The key of a control sequence; undefined for anything that is not a key.
 * @param body what follows `ESC [`, final character included
 */
export function controlSequence(body: string): KeyEvent | undefined {
  const final = body.at(-1) ?? "";
  if (body.startsWith("[")) return named(CONSOLE_F.get(final));
  const match = /^(\d*)(?:;(\d*)(?::(\d*))?)?(?:;(\d*))?[^\d;]$/.exec(body);
  if (match === null) return undefined;
  const [first, second, action, third] = match.slice(1).map((digits) => Number(digits || 1));
  if (action === 3 && match[3] !== undefined) return undefined; // a key was let go
  const modifiers = modifiersOf(second ?? 1);
  if (final === "Z") return keyEvent("tab", { ...modifiers, shift: true });
  if (final === "u") return byCode(first ?? 0, modifiers);
  if (final === "~" && first === 27) return byCode(third ?? 0, modifiers);
  const rxvt = RXVT_FINALS.get(final);
  if (rxvt !== undefined) return named(BY_NUMBER.get(first ?? 0), { ...modifiers, ...rxvt });
  if (/^[a-d]$/.test(body)) return named(BY_FINAL.get(body.toUpperCase()), { shift: true });
  return named(BY_FINAL.get(final), modifiers);
}

/** The key of `ESC O` and one more character; undefined for anything that is not a key. */
export function singleShift(final: string): KeyEvent | undefined {
  if (final === "M") return keyEvent("enter");
  if (/^[a-d]$/.test(final)) return named(BY_FINAL.get(final.toUpperCase()), { ctrl: true });
  const operator = /^[j-y]$/.test(final); // the keypad with digits and signs
  if (operator) return { kind: "text", text: String.fromCharCode(final.charCodeAt(0) - 0x40) };
  return named(BY_FINAL.get(final));
}

/** The key of a character from 0x00 to 0x1f, or 0x7f. */
export function controlCharacter(code: number, alt = false): KeyEvent {
  switch (code) {
    case 0x00:
      return keyEvent(" ", { ctrl: true, alt });
    case 0x08:
    case 0x7f:
      return keyEvent("backspace", { alt });
    case 0x09:
      return keyEvent("tab", { alt });
    case 0x0d:
      return keyEvent("enter", { alt });
    case 0x1b:
      return keyEvent("escape", { alt });
    default:
      // 0x01 is Ctrl-A, 0x1f is Ctrl-_
      return keyEvent(String.fromCharCode(code + 0x40).toLowerCase(), { ctrl: true, alt });
  }
}

function byCode(code: number, modifiers: Modifiers): KeyEvent | undefined {
  if (code < 0x20 || code === 0x7f) {
    const plain = controlCharacter(code);
    return plain.kind === "key" ? { ...plain, ...modifiers } : plain;
  }
  const isText = code <= 0x10ffff && !(code >= 0x80 && code <= 0x9f) &&
    !(code >= 0xd800 && code <= 0xdfff) && !(code >= 0xe000 && code <= 0xf8ff);
  if (!isText) return undefined; // kitty has numbers in the private area for keys that type nothing
  const text = String.fromCodePoint(code);
  const { ctrl, alt, shift } = modifiers;
  if (ctrl || alt) return keyEvent(text.toLowerCase(), modifiers);
  return { kind: "text", text: shift ? text.toUpperCase() : text };
}

function named(key: KeyName | undefined, modifiers?: Partial<Modifiers>): KeyEvent | undefined {
  return key === undefined ? undefined : keyEvent(key, modifiers);
}

/** xterm's number for modifiers: 1 and 1 for Shift, 2 for Alt, 4 for Ctrl, 8 for Meta. */
function modifiersOf(number: number): Modifiers {
  const bits = Math.max(0, number - 1);
  return { shift: (bits & 1) !== 0, alt: (bits & 10) !== 0, ctrl: (bits & 4) !== 0 };
}
