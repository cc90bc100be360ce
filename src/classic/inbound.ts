/**
 * One inbound connection: reads it, has its messages saved, answers them. Nothing more is read while
 * what came is not saved and answered, which is the back-pressure.
 */
import { classicId } from "../config/classic_id.ts";
import { WRITE_WITHIN_MS } from "./limits.ts";
import type { Dialect } from "./peer.ts";
import { close, writeAll } from "./socket.ts";
import type { ClassicMessage } from "./store.ts";
import { ClassicDecoder, type ClassicItem, meaningOf } from "./wire.ts";
import { answerTo } from "./words.ts";

/** A few hundred short messages at a time. */
const READ_BYTES = 8 * 1024;

/** What becomes of what is said. */
export interface Audience {
  /** Whether a peer is listened to; if not, why. */
  readonly objection: (peerId: string) => string | undefined;
  /** It is there. @param name undefined: it told none */
  readonly heard: (peerId: string, dialect: Dialect, name: string | undefined) => void;
  readonly conversationBegan: (peerId: string) => void;
  /** A conversation ended without `exit`. */
  readonly conversationBroke: (peerId: string) => void;
  /** It said that it leaves. */
  readonly left: (peerId: string) => void;
  /** Resolves when the messages are saved. */
  readonly save: (messages: readonly ClassicMessage[]) => Promise<void>;
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

/** What a connection is given. */
export interface InboundInit {
  readonly socket: Deno.TcpConn;
  readonly audience: Audience;
  /** It said something that was understood. */
  readonly onSpoke: () => void;
  /** How long a letter, a line, or the first word may take to be complete, ms. */
  readonly completeWithinMs: number;
}

/** Run it, or close it. */
export class InboundConnection {
  /** The address from which it comes. */
  readonly host: string;
  readonly #init: InboundInit;
  readonly #socket: Deno.TcpConn;
  readonly #audience: Audience;
  readonly #decoder = new ClassicDecoder();
  #peer: { readonly id: string; readonly port: number } | undefined;
  #isConversation = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Nothing that comes matters any more. */
  #over = false;
  #timeIsUp = false;

  constructor(init: InboundInit) {
    this.#init = init;
    this.#socket = init.socket;
    this.#audience = init.audience;
    // IPv4 as a socket for both families tells it.
    this.host = init.socket.remoteAddr.hostname.replace(/^::ffff:(?=\d+\.)/i, "");
  }

  /** Who speaks, once that is known. */
  get peerId(): string | undefined {
    return this.#peer?.id;
  }

  /** Resolves when the connection is closed. */
  async run(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      while (!this.#over) {
        this.#watch();
        const length = await this.#read(buffer);
        const items = length === null
          ? this.#decoder.end()
          : this.#decoder.push(buffer.subarray(0, length));
        if (items.length > 0) this.#stopWatch();
        await this.#take(items);
        if (length === null) break;
      }
    } catch (error) {
      if (!this.#over) this.#trouble("a connection broke off", { error });
    } finally {
      this.#stopWatch();
      close(this.#socket);
      if (this.#isConversation && this.#peer !== undefined) {
        this.#audience.conversationBroke(this.#peer.id);
      }
    }
  }

  /** @param reason for the log; undefined: nobody cares */
  close(reason: string | undefined): void {
    if (this.#over) return;
    this.#over = true;
    if (reason !== undefined) this.#trouble("a connection was closed", { reason });
    close(this.#socket);
  }

  /** @returns null where nothing more comes */
  async #read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#socket.read(buffer);
    } catch (error) {
      // A letter without an end: the old programs read once, and take what has come.
      if (this.#timeIsUp && this.#decoder.dialect === "a") return null;
      throw error;
    }
  }

  /** What was begun has to be complete in time. */
  #watch(): void {
    if (!this.#decoder.unfinished) this.#stopWatch();
    else {
      this.#timer ??= this.#closeAfter(this.#init.completeWithinMs, "nothing complete came");
    }
  }

  #stopWatch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #closeAfter(ms: number, what: string) {
    return setTimeout(() => {
      this.#timeIsUp = true;
      if (this.#decoder.dialect === "a") close(this.#socket);
      else this.close(`${what} within ${ms / 1_000} s`);
    }, ms);
  }

  async #take(items: readonly ClassicItem[]): Promise<void> {
    const messages: ClassicMessage[] = [];
    const answers: string[] = [];
    for (const item of items) {
      switch (item.type) {
        case "letter":
          if (this.#meet(item.port)) this.#takeLetter(item.team, item.text, messages);
          break;
        case "greeting":
          if (this.#meet(item.port)) this.#beginConversation();
          break;
        case "message":
          if (item.text.trim() !== "") this.#keep(item.text, messages);
          answers.push(answerTo("Message", this.#address(this.#peer?.port)));
          break;
        case "check":
          answers.push(answerTo("CONNECT", this.#address(undefined)));
          break;
        case "exit":
        case "fault":
          // The last of all: what came before it is saved and answered first.
          break;
      }
      if (this.#over) return;
    }
    if (messages.length > 0) {
      if (this.#isConversation) this.#hear("b", undefined);
      await this.#audience.save(messages);
    }
    if (answers.length > 0) await this.#write(answers);
    const last = items.at(-1);
    if (last?.type === "fault") this.close(last.reason);
    if (last?.type === "exit") this.#leave();
  }

  /** @returns whether the peer is listened to */
  #meet(port: number): boolean {
    const id = classicId(this.host, port);
    const { hostname, port: ownPort } = this.#socket.localAddr;
    const isSelf = port === ownPort && this.#socket.remoteAddr.hostname === hostname;
    const objection = isSelf ? "is this program" : this.#audience.objection(id);
    if (objection !== undefined) {
      this.close(`${id} ${objection}`);
      return false;
    }
    this.#peer = { id, port };
    this.#init.onSpoke();
    return true;
  }

  #takeLetter(team: string, text: string, messages: ClassicMessage[]): void {
    const meaning = meaningOf(text);
    if (meaning === "departure") {
      this.#leave();
      return;
    }
    this.#hear("a", team);
    if (meaning === "greeting" || meaning === "message") this.#keep(text, messages);
  }

  #beginConversation(): void {
    if (this.#peer === undefined) return;
    this.#isConversation = true;
    // It may be silent for days; where its host is gone, nobody else would tell.
    this.#socket.setKeepAlive(true);
    this.#hear("b", undefined);
    this.#audience.conversationBegan(this.#peer.id);
  }

  #hear(dialect: Dialect, name: string | undefined): void {
    if (this.#peer !== undefined) this.#audience.heard(this.#peer.id, dialect, name);
  }

  #keep(text: string, messages: ClassicMessage[]): void {
    if (this.#peer !== undefined) messages.push({ peerId: this.#peer.id, text });
  }

  #leave(): void {
    this.#over = true;
    this.#isConversation = false;
    if (this.#peer !== undefined) this.#audience.left(this.#peer.id);
  }

  async #write(answers: readonly string[]): Promise<void> {
    const timer = this.#closeAfter(WRITE_WITHIN_MS, "the answers are not taken");
    try {
      await writeAll(this.#socket, new TextEncoder().encode(answers.join("")));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Of the other side, as the answers say it. */
  #address(port: number | undefined): string {
    const host = this.host.includes(":") ? `[${this.host}]` : this.host;
    return `${host}:${port ?? this.#socket.remoteAddr.port}`;
  }

  #trouble(what: string, detail: Record<string, unknown>): void {
    this.#audience.onTrouble(what, { host: this.host, peer: this.#peer?.id, ...detail });
  }
}
