/**
 * From the bytes that a terminal sends to key events. Pure: the state goes in and comes out, and so
 * does the passing of time, since only a pause tells the Esc key from the beginning of a sequence.
 *
 * Guarantees: however the bytes are cut, the same events come out (text in other pieces); what is no
 * key (answers of the terminal, mouse events, invalid UTF-8) is dropped whole and typed nowhere; a
 * paste is one event, of bounded size.
 *
 * Node's `readline` was tried first: it types the end of every sequence that it does not know, gives
 * a paste as single keys, so that its line ends cannot be told from Enter, and keeps a clock of its
 * own.
 */
import { type KeyEvent, keyEvent } from "./key_event.ts";
import { controlCharacter, controlSequence, singleShift } from "./sequences.ts";

/** After so long without another byte, ESC was the key, also over a slow line; ms. */
export const ESCAPE_PAUSE_MS = 50;
/** After so long without another byte, the end of a paste was lost; ms. */
export const PASTE_PAUSE_MS = 3_000;
/** Twice what a message may have, so that it can be said how much too long a paste is; bytes. */
const LARGEST_PASTE = 64 * 1024;
/** Far longer than the sequence of any key; of what is longer so much is dropped. */
const LONGEST_SEQUENCE = 64;
/** The same for the string of an answer that nobody asked for. */
const LONGEST_STRING = 4 * 1024;

const ESC = 0x1b;
const BEL = 0x07;
/** Told where mode 1004 is on. */
const FOCUS_GAINED = "I";
const FOCUS_LOST = "O";
const PASTE_BEGINS = "200~";
const PASTE_ENDS = [0x1b, 0x5b, 0x32, 0x30, 0x31, 0x7e]; // ESC [ 201 ~
/** `]`, `P`, `X`, `^`, `_`: a string for somebody follows (OSC, DCS, SOS, PM, APC). */
const STRING_INTRODUCERS = new Set([0x5d, 0x50, 0x58, 0x5e, 0x5f]);

export interface KeyState {
  /** The beginning of something that is not complete. */
  readonly held: Uint8Array;
  /** What came of a paste so far, at most `LARGEST_PASTE`, and how much more was dropped. */
  readonly paste: { readonly bytes: Uint8Array; readonly dropped: number } | undefined;
}

export interface Decoded {
  readonly events: readonly KeyEvent[];
  readonly state: KeyState;
  /** Whether the terminal has the keyboard now, where it told so. */
  readonly focused?: boolean;
}

/** Nothing came yet. */
export const KEYS_AT_REST: KeyState = { held: new Uint8Array(0), paste: undefined };

/**
 * How long to wait, ms, before `decodePause()` is called, unless more bytes come; undefined: no
 * need to.
 */
export function pauseMs(state: KeyState): number | undefined {
  if (state.paste !== undefined) return PASTE_PAUSE_MS;
  return state.held.length > 0 ? ESCAPE_PAUSE_MS : undefined;
}

/** What `bytes` mean after what came before. */
export function decodeKeys(state: KeyState, bytes: Uint8Array): Decoded {
  const input = joined(state.held, bytes);
  const events: KeyEvent[] = [];
  let { paste } = state;
  let focused: boolean | undefined;
  let at = 0;
  while (at < input.length) {
    if (paste !== undefined) {
      const end = findPasteEnd(input, at);
      paste = appended(paste, input.subarray(at, end.at));
      at = end.at;
      if (!end.found) break;
      at += PASTE_ENDS.length;
      events.push(pasteEvent(paste));
      paste = undefined;
      continue;
    }
    const step = next(input, at);
    if (step === "incomplete") break;
    if (step.event === "paste") paste = { bytes: new Uint8Array(0), dropped: 0 };
    else if (step.event === "focused") focused = true;
    else if (step.event === "unfocused") focused = false;
    else if (step.event !== undefined) add(events, step.event);
    at += step.length;
  }
  const after = { held: input.slice(at), paste };
  return { events, state: after, ...(focused === undefined ? {} : { focused }) };
}

/** What it means that nothing more came for `pauseMs()`. */
export function decodePause({ held, paste }: KeyState): Decoded {
  if (paste !== undefined) {
    return { events: [pasteEvent(appended(paste, held))], state: KEYS_AT_REST };
  }
  const events: KeyEvent[] = [];
  if (held[0] === ESC) {
    if (held.length === 1) events.push(keyEvent("escape"));
    else if (held.length === 2 && held[1] === ESC) {
      events.push(keyEvent("escape"), keyEvent("escape"));
    } else if (held.length === 2) {
      events.push(altCharacter(String.fromCharCode(held[1] ?? 0))); // it began no sequence
    }
  }
  return { events, state: KEYS_AT_REST };
}

/** One thing that stands at `at`, and its length in bytes; `event` undefined: not a key. */
type Step = {
  readonly event: KeyEvent | "paste" | "focused" | "unfocused" | undefined;
  readonly length: number;
};

function next(input: Uint8Array, at: number): Step | "incomplete" {
  const first = input[at] ?? 0;
  if (first === ESC) return escape(input, at);
  if (first < 0x20 || first === 0x7f) return { event: controlCharacter(first), length: 1 };
  const character = readCharacter(input, at);
  if (character === "incomplete") return "incomplete";
  const { text, length } = character;
  return { event: text === undefined ? undefined : { kind: "text", text }, length };
}

function escape(input: Uint8Array, at: number): Step | "incomplete" {
  const second = input[at + 1];
  if (second === undefined) return "incomplete";
  if (second === 0x5b) return control(input, at);
  if (second === 0x4f) return singleShifted(input, at);
  if (STRING_INTRODUCERS.has(second)) return skippedString(input, at);
  if (second === ESC) {
    const third = input[at + 2];
    if (third === undefined) return "incomplete";
    // Some terminals put an ESC before a sequence for Alt.
    if (third !== 0x5b && third !== 0x4f) return { event: keyEvent("escape"), length: 1 };
  }
  const inner = next(input, at + 1);
  return inner === "incomplete" ? inner : withAlt({ ...inner, length: inner.length + 1 });
}

/** `ESC [ ... final`; ECMA-48, 5.4. */
function control(input: Uint8Array, at: number): Step | "incomplete" {
  const start = at + 2;
  let end = start;
  if (input[end] === 0x5b) end++; // the Linux console's second bracket
  for (; end < input.length; end++) {
    if (end - at >= LONGEST_SEQUENCE) return { event: undefined, length: end - at };
    const byte = input[end] ?? 0;
    // `$` is a final character of rxvt, where a digit stands before it and nothing follows in ECMA-48.
    const final = byte >= 0x40 && byte <= 0x7e || byte === 0x24 && isDigits(input, start, end);
    if (final) {
      const length = end + 1 - at;
      const body = ascii(input.subarray(start, end + 1));
      if (body === PASTE_BEGINS) return { event: "paste", length };
      if (body === FOCUS_GAINED) return { event: "focused", length };
      if (body === FOCUS_LOST) return { event: "unfocused", length };
      return { event: controlSequence(body), length };
    }
    // Anything but a parameter breaks the sequence off.
    if (byte < 0x20 || byte > 0x7e) return { event: undefined, length: end - at };
  }
  return "incomplete";
}

function singleShifted(input: Uint8Array, at: number): Step | "incomplete" {
  const third = input[at + 2];
  if (third === undefined) return "incomplete";
  if (third < 0x20 || third > 0x7e) return { event: altCharacter("O"), length: 2 };
  return { event: singleShift(String.fromCharCode(third)), length: 3 };
}

/** Up to BEL or `ESC \`; a control character or another ESC ends it too. */
function skippedString(input: Uint8Array, at: number): Step | "incomplete" {
  for (let end = at + 2; end < input.length; end++) {
    const byte = input[end] ?? 0;
    if (end - at >= LONGEST_STRING) return { event: undefined, length: end - at };
    if (byte === BEL) return { event: undefined, length: end + 1 - at };
    if (byte === ESC) {
      if (end + 1 === input.length) return "incomplete";
      return { event: undefined, length: (input[end + 1] === 0x5c ? end + 2 : end) - at };
    }
    if (byte < 0x20) return { event: undefined, length: end - at };
  }
  return "incomplete";
}

function withAlt(step: Step): Step {
  const { event, length } = step;
  if (event === undefined || typeof event === "string" || event.kind === "paste") return step;
  if (event.kind === "key") return { event: { ...event, alt: true }, length };
  return { event: altCharacter(event.text), length };
}

function altCharacter(character: string): KeyEvent {
  const lower = character.toLowerCase();
  return keyEvent(lower, { alt: true, shift: lower !== character });
}

/** One character of UTF-8; `text` undefined: not valid, or a control character. */
function readCharacter(
  input: Uint8Array,
  at: number,
): { text: string | undefined; length: number } | "incomplete" {
  const first = input[at] ?? 0;
  if (first < 0x80) return { text: String.fromCharCode(first), length: 1 };
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  for (let part = 1; part < length; part++) {
    const byte = input[at + part];
    if (byte === undefined) return "incomplete";
    if ((byte & 0xc0) !== 0x80) return { text: undefined, length: part };
  }
  const text = new TextDecoder().decode(input.subarray(at, at + length));
  return { text: isTyped(text) ? text : undefined, length };
}

function isTyped(text: string): boolean {
  return !/[\p{Cc}\ufffd]/u.test(text);
}

/** Characters typed one after the other are one event. */
function add(events: KeyEvent[], event: KeyEvent): void {
  const last = events.at(-1);
  if (event.kind === "text" && last?.kind === "text") {
    events[events.length - 1] = { kind: "text", text: last.text + event.text };
  } else events.push(event);
}

/** Where the end of a paste, or what may be the beginning of it, stands. */
function findPasteEnd(input: Uint8Array, from: number): { at: number; found: boolean } {
  for (let at = input.indexOf(ESC, from); at >= 0; at = input.indexOf(ESC, at + 1)) {
    const here = input.subarray(at, at + PASTE_ENDS.length);
    if (here.every((byte, index) => byte === PASTE_ENDS[index])) {
      return { at, found: here.length === PASTE_ENDS.length };
    }
  }
  return { at: input.length, found: false };
}

function appended(paste: { bytes: Uint8Array; dropped: number }, more: Uint8Array) {
  const taken = more.subarray(0, LARGEST_PASTE - paste.bytes.length);
  return {
    bytes: joined(paste.bytes, taken),
    dropped: paste.dropped + more.length - taken.length,
  };
}

function pasteEvent({ bytes, dropped }: { bytes: Uint8Array; dropped: number }): KeyEvent {
  const text = new TextDecoder().decode(bytes)
    .replace(/\r\n?/g, "\n")
    .replace(/[\p{Cc}--[\n\t]]/gv, "");
  return { kind: "paste", text, truncated: dropped > 0 };
}

function isDigits(input: Uint8Array, from: number, to: number): boolean {
  return to > from && input.subarray(from, to).every((byte) => byte >= 0x30 && byte <= 0x39);
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
