/**
 * The bytes of the two classic dialects, all UTF-8, as they come in.
 *
 * - A: `HOST:PORT TEAM TEXT` and the end of the connection: a letter. Never answered.
 * - B: `PORT\n`, then `PORT\nTEXT\n` for every message, each answered with any text, and `exit` in
 *   place of a text at the end. A connection that begins with `CONNECT\n` only asks for an answer.
 *
 * A decoder tells them apart by their first bytes, takes any bytes in any pieces, never throws and
 * holds no more than one letter or line. What goes out is in `words.ts`.
 */
import { MAX_HEADER_BYTES, MAX_LETTER_BYTES, MAX_LINE_BYTES } from "./limits.ts";
import type { Dialect } from "./peer.ts";

/** What came on a connection. Texts are a stranger's: any characters but NUL. */
export type ClassicItem =
  /** Dialect A, the whole connection. `host` is what the sender says of itself. */
  | {
    readonly type: "letter";
    readonly host: string;
    readonly port: number;
    readonly team: string;
    readonly text: string;
  }
  /** Dialect B: who speaks. Once for a connection, before its messages. */
  | { readonly type: "greeting"; readonly port: number }
  /** Dialect B: to be answered; the text may be empty. */
  | { readonly type: "message"; readonly text: string }
  /** Dialect B: somebody looks whether there is an answer. */
  | { readonly type: "check" }
  /** Dialect B: the speaker leaves. Nothing follows. */
  | { readonly type: "exit" }
  /** The other side is not understood, and its connection has to be closed. Nothing follows. */
  | { readonly type: "fault"; readonly reason: string };

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Ends the decoding; becomes an item. */
class Fault extends Error {}

/** Decodes what comes on one connection. */
export class ClassicDecoder {
  #dialect: Dialect | undefined;
  /** What is not decoded yet are its first `#heldBytes`. Grows by doubling. */
  #held = new Uint8Array();
  #heldBytes = 0;
  /** Dialect B: the speaker's port. */
  #port: number | undefined;
  /** Dialect B: the port was said, its message comes next. */
  #textFollows = false;
  #over = false;

  /** Undefined until the first bytes told. */
  get dialect(): Dialect | undefined {
    return this.#dialect;
  }

  /** Nobody said who speaks, or something was begun: this must not last for ever. */
  get unfinished(): boolean {
    return !this.#over && (this.#port === undefined || this.#heldBytes > 0);
  }

  /** Bytes that are held until more come. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Takes the next bytes.
   * @param chunk copied where something is not complete
   */
  push(chunk: Uint8Array): ClassicItem[] {
    return this.#collect((items) => {
      const bytes = this.#dialect === undefined ? this.#sniff(chunk) : chunk;
      if (this.#dialect === "a") {
        this.#hold(bytes, MAX_LETTER_BYTES, "the letter");
      } else if (this.#dialect === "b") {
        this.#readLines(bytes, items);
      }
    });
  }

  /** The other side said that nothing more comes. */
  end(): ClassicItem[] {
    const items = this.#collect((items) => {
      const rest = this.#take();
      if (rest.length === 0) return;
      if (this.#dialect === "a") items.push(readLetter(rest));
      else this.#readLastLine(decode(rest), items);
    });
    this.#over = true;
    return items;
  }

  #collect(read: (items: ClassicItem[]) => void): ClassicItem[] {
    const items: ClassicItem[] = [];
    if (this.#over) return items;
    try {
      read(items);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#stop();
      items.push({ type: "fault", reason: error.message });
    }
    return items;
  }

  #stop(): void {
    this.#over = true;
    this.#take();
  }

  /** Looks for the first space or line end; gives everything that came once there is one. */
  #sniff(chunk: Uint8Array): Uint8Array {
    this.#hold(chunk, Infinity, "the beginning");
    const bytes = this.#take();
    const end = bytes.findIndex((byte) => byte === SPACE || byte === LINE_FEED);
    if (end < 0 && bytes.length <= MAX_HEADER_BYTES) {
      this.#hold(bytes, MAX_HEADER_BYTES, "the beginning");
      return new Uint8Array();
    }
    const isWord = end >= 0 && end <= MAX_HEADER_BYTES;
    if (isWord && bytes[end] === LINE_FEED) this.#dialect = "b";
    else if (isWord && readAddress(bytes.subarray(0, end)) !== undefined) this.#dialect = "a";
    else throw new Fault("it speaks neither dialect");
    return bytes;
  }

  #hold(bytes: Uint8Array, limit: number, what: string): void {
    const length = this.#heldBytes + bytes.length;
    if (length > limit) throw new Fault(`${what} is longer than ${limit} bytes`);
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#held.length));
      larger.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = length;
  }

  /** What is held, which is not held any more. */
  #take(): Uint8Array {
    const bytes = this.#held.subarray(0, this.#heldBytes);
    this.#held = new Uint8Array();
    this.#heldBytes = 0;
    return bytes;
  }

  #readLines(bytes: Uint8Array, items: ClassicItem[]): void {
    for (let start = 0; !this.#over && start < bytes.length;) {
      const end = bytes.indexOf(LINE_FEED, start);
      this.#hold(bytes.subarray(start, end < 0 ? bytes.length : end), MAX_LINE_BYTES, "a line");
      if (end < 0) return;
      this.#readLine(decode(this.#take()), items);
      start = end + 1;
    }
  }

  #readLine(lineWithReturn: string, items: ClassicItem[]): void {
    const line = lineWithReturn.replace(/\r$/, "");
    const word = line.trim().toLowerCase();
    if (this.#port === undefined) {
      this.#readFirstLine(line, word, items);
    } else if (word === "exit") {
      items.push({ type: "exit" });
      this.#stop();
    } else if (this.#textFollows) {
      this.#textFollows = false;
      items.push({ type: "message", text: line });
    } else if (readPort(word) === this.#port) {
      this.#textFollows = true;
    } else if (word === "connect") {
      items.push({ type: "check" });
    } else if (word !== "") {
      // Some leave the port out where it was said before.
      items.push({ type: "message", text: line });
    }
  }

  #readFirstLine(line: string, word: string, items: ClassicItem[]): void {
    this.#port = readPort(word);
    if (this.#port !== undefined) {
      items.push({ type: "greeting", port: this.#port });
    } else if (word === "connect") {
      items.push({ type: "check" });
    } else if (/^\d+$/.test(line)) {
      throw new Fault("its port is not a number from 1 to 65535");
    } else {
      throw new Fault("it speaks neither dialect");
    }
  }

  /** A line without an end may be half a message; a word of the protocol is whole. */
  #readLastLine(line: string, items: ClassicItem[]): void {
    const word = line.trim().toLowerCase();
    if (word === "exit" && this.#port !== undefined) items.push({ type: "exit" });
    else if (word === "connect" && this.#port === undefined) items.push({ type: "check" });
    else throw new Fault("the connection ended in the middle of a line");
  }
}

/** What a text of a letter means, in any case and with nothing else in the text. */
export type Meaning = "arrival" | "greeting" | "departure" | "nothing" | "message";

/** @param text of dialect A */
export function meaningOf(text: string): Meaning {
  switch (text.trim().toLowerCase()) {
    case "connect":
    case "connecting":
      return "arrival";
    case "hello":
    case "hi":
    case "hey":
      return "greeting";
    case "exit":
      return "departure";
    case "":
      return "nothing";
    default:
      return "message";
  }
}

function readLetter(bytes: Uint8Array): ClassicItem {
  // Whoever writes letters with other tools leaves a line end behind.
  const whole = decode(bytes).replace(/\r?\n$/, "");
  const afterAddress = whole.indexOf(" ");
  const afterTeam = whole.indexOf(" ", afterAddress + 1);
  const header = afterTeam < 0 ? whole : whole.slice(0, afterTeam);
  if (new TextEncoder().encode(header).length > MAX_HEADER_BYTES) {
    throw new Fault(`the header is longer than ${MAX_HEADER_BYTES} bytes`);
  }
  const address = readAddress(bytes.subarray(0, bytes.indexOf(SPACE)));
  if (address === undefined || afterTeam < 0) {
    throw new Fault("the connection ended in the middle of the header");
  }
  const team = whole.slice(afterAddress + 1, afterTeam);
  return { type: "letter", ...address, team, text: whole.slice(afterTeam + 1) };
}

/** `HOST:PORT`; HOST is not looked at, and may hold anything, even what is not UTF-8. */
function readAddress(bytes: Uint8Array): { host: string; port: number } | undefined {
  const [, host, digits] = /^(.+):(\d{1,5})$/s.exec(new TextDecoder().decode(bytes)) ?? [];
  const port = readPort(digits ?? "");
  return host === undefined || port === undefined ? undefined : { host, port };
}

function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

function decode(bytes: Uint8Array): string {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw new Fault("it is not UTF-8");
  }
  // The database would lose everything behind it.
  if (text.includes("\0")) throw new Fault("the text contains a NUL character");
  return text;
}
