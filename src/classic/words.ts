/**
 * What goes out in the two classic dialects (see `wire.ts`), and how a text of this program is cut
 * into what they can carry.
 */
import { MAX_TEAM_BYTES, OLD_READ_BYTES } from "./limits.ts";
import type { Dialect } from "./peer.ts";
import { meaningOf } from "./wire.ts";

/** Dialect B: a connection that only asks for an answer. */
export const CHECK = bytesOf("CONNECT\n");

/** Ends a part of a text that goes on, and begins the one that goes on with it. */
const GOES_ON = " …";
const CONTINUES = "… ";

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Who speaks in dialect A. */
export interface Letterhead {
  /** Without brackets. */
  readonly host: string;
  /** 1 to 65535 */
  readonly port: number;
  /** Any text; spaces become "_". */
  readonly team: string;
}

/** Dialect A, a whole connection. */
export function encodeLetter(head: Letterhead, text: string): Uint8Array {
  return bytesOf(header(head) + text);
}

/** How much text fits into a letter so that the old programs read it whole; bytes. */
export function roomFor(head: Letterhead): number {
  return OLD_READ_BYTES - byteLength(header(head));
}

/** Dialect B: the beginning of a conversation. */
export function encodeGreeting(port: number): Uint8Array {
  return bytesOf(`${port}\n`);
}

/** Dialect B. @param line a text without line ends */
export function encodeMessage(port: number, line: string): Uint8Array {
  return bytesOf(`${port}\n${line}\n`);
}

/** Dialect B: a whole conversation of somebody who only leaves. */
export function encodeFarewell(port: number): Uint8Array {
  return bytesOf(`${port}\n${port}\nexit\n`);
}

/**
 * Dialect B. Some read a line, others whatever comes: a line serves both.
 * @param what is answered
 * @param address `HOST:PORT` of the one who said it
 */
export function answerTo(what: "Message" | "CONNECT", address: string): string {
  return `✅ ${what} received from ${address}\n`;
}

/** Why a text cannot be said in a dialect; undefined if it can. */
export function unsayable(text: string, dialect: Dialect): string | undefined {
  const words = dialect === "a" ? [text] : linesOf(text);
  const fatal = dialect === "a" ? ["departure", "arrival"] : ["departure"];
  const word = words.find((each) => fatal.includes(meaningOf(each)))?.trim();
  if (word !== undefined) return `"${word}" alone is a command in the classic protocol, not a text`;
  return words.length === 0 || meaningOf(text) === "nothing" ? "the text is blank" : undefined;
}

/** Dialect B knows no line ends within a message: the lines that say something. */
export function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== "");
}

/** A part of a text that fits into a letter, and where the next one begins; undefined: nowhere. */
export interface Part {
  readonly text: string;
  readonly next: number | undefined;
}

/**
 * Cuts between characters as people see them; only what fits into no letter is cut within. Parts
 * say with "…" that they go on.
 * @param start where the part begins, UTF-16 units
 * @param room bytes, at least 16
 */
export function partAt(text: string, start: number, room: number): Part {
  const before = start === 0 ? "" : CONTINUES;
  const rest = text.slice(start);
  // A UTF-16 unit takes at least a byte.
  if (rest.length <= room && byteLength(before + rest) <= room) {
    return { text: before + rest, next: undefined };
  }
  const budget = room - byteLength(before) - byteLength(GOES_ON);
  const window = rest.slice(0, budget + 1);
  const clusters = [...SEGMENTER.segment(window)].map(({ segment }) => segment);
  // The last one may go on behind the window.
  const taken = fitting(clusters.slice(0, -1), budget) || fitting([...window], budget);
  return { text: before + taken + GOES_ON, next: start + taken.length };
}

function fitting(pieces: readonly string[], budget: number): string {
  let bytes = 0;
  let taken = "";
  for (const piece of pieces) {
    bytes += byteLength(piece);
    if (bytes > budget) break;
    taken += piece;
  }
  return taken;
}

function header({ host, port, team }: Letterhead): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port} ${teamWord(team)} `;
}

function teamWord(team: string): string {
  const word = team.trim().replace(/[\s\p{Cc}]/gu, "_") || "_";
  return fitting([...word], MAX_TEAM_BYTES);
}

function byteLength(text: string): number {
  return bytesOf(text).length;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
