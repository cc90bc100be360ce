/**
 * One TCP socket as a libp2p `MultiaddrConnection`.
 *
 * - Writing: `send` takes everything at once and returns false from `HIGH_WATER_BYTES` unsent bytes
 *   on; 'drain' comes when all of them are with the operating system. Who goes on sending all the
 *   same loses the connection at `maxUnsentBytes`. Messages of one turn leave in one write.
 * - Reading: one read at a time, and none while the connection is paused or nobody listens for
 *   what came: then the operating system's window fills and the peer has to wait.
 * - The peer's end of stream (FIN) ends the connection, as libp2p expects of TCP: what came before
 *   is delivered, what is unsent still goes out, then it closes.
 * - A write that fails does not end it at once: what the peer sent before it went, perhaps its
 *   goodbye, is still delivered.
 * - `close()` waits for unsent bytes, `abort()` drops them.
 *
 * It counts what it receives, but does not watch for silence: whether a peer is alive is for a ping
 * to find out (`node/liveness`). An aborted
 * connection looks to the peer like a closed one, since the runtime has no way to send a RST.
 */
import {
  type AbortOptions,
  type Connection,
  type Logger,
  type MessageStreamDirection,
  StreamMessageEvent,
} from "@libp2p/interface";
import { AbstractMultiaddrConnection, type SendResult } from "@libp2p/utils";
import type { Multiaddr } from "@multiformats/multiaddr";
import type { Uint8ArrayList } from "uint8arraylist";
import { abortable } from "./abortable.ts";
import { socketIp } from "./addresses.ts";
import { TransportError } from "./errors.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";
import { SendQueue } from "./send_queue.ts";

/** Unsent bytes from which on `send` asks to wait: enough to keep the socket busy between turns. */
export const HIGH_WATER_BYTES = 256 * 1024;

/**
 * How long a peer that has ended its side may take to accept what is still unsent; one that reads
 * needs a round trip.
 */
const LAST_BYTES_TIMEOUT_MS = 10_000;

/**
 * How long to wait for the peer's FIN after ours. Closing earlier would answer anything that is
 * still on its way with a RST, and that can destroy what we have sent. Less than the 1 s that
 * libp2p allows for closing a connection.
 */
const LINGER_MS = 500;

export interface SocketConnectionInit {
  readonly socket: Deno.TcpConn;
  readonly remoteAddr: Multiaddr;
  readonly direction: MessageStreamDirection;
  readonly log: Logger;
  /** Bytes sent in spite of a full buffer at which the connection is aborted. */
  readonly maxUnsentBytes: number;
}

export class SocketConnection extends AbstractMultiaddrConnection {
  /**
   * Resolves when the socket is closed and no operation holds it. On Deno 2.4.2 that can be after
   * the 'close' event: there, a write that the peer does not accept goes on until the peer is gone.
   */
  readonly released: Promise<void>;
  /** Resolves when nothing more will be read. */
  readonly reading: Promise<void>;
  /** The address of this machine that the peer sees: an IP address. */
  readonly localIp: string;

  readonly #socket: Deno.TcpConn;
  /**
   * - `ended`: the peer's FIN came, nothing more will be read
   * - `discarding`: all is sent and so is our FIN, what still comes is of no interest
   */
  #life: "open" | "ended" | "discarding" | "closed" = "open";
  readonly #released = Promise.withResolvers<void>();
  #endedBy: Error | undefined;
  #bytesReceived = 0;

  readonly #unsent = new SendQueue();
  /** Stays when a write has failed: nothing can be sent any more. */
  #writing: Promise<void> | undefined;
  #writeError: unknown;
  #drained: PromiseWithResolvers<void> | undefined;

  readonly #received = new ReceiveBuffer();
  #wanted: PromiseWithResolvers<void> | undefined;

  constructor({ socket, maxUnsentBytes, ...init }: SocketConnectionInit) {
    super({ ...init, maxWriteBufferLength: maxUnsentBytes });
    this.#socket = socket;
    this.localIp = socketIp(socket.localAddr);
    this.released = this.#released.promise;
    setOptions(socket);
    this.addEventListener("drain", () => {
      this.#drained?.resolve();
      this.#drained = undefined;
    });
    this.addEventListener("close", ({ error }) => {
      this.#endedBy = error;
      this.#drained?.reject(this.#endError());
    });
    this.reading = this.#read();
  }

  /** Bytes that came from the peer so far. */
  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Bytes that are not with the operating system yet. */
  override get writeBufferLength(): number {
    return super.writeBufferLength + this.#unsent.byteLength;
  }

  /** A short cut past the buffer of the base class, for when that is empty. */
  override send(data: Uint8Array | Uint8ArrayList): boolean {
    const direct = this.writeStatus === "writable" && !this.writableNeedsDrain &&
      this.writeBuffer.byteLength === 0;
    if (!direct) return super.send(data);
    this.writableNeedsDrain = !this.#enqueue(data);
    return !this.writableNeedsDrain;
  }

  override sendData(data: Uint8ArrayList): SendResult {
    return { sentBytes: data.byteLength, canSendMore: this.#enqueue(data) };
  }

  /**
   * Resolves when `send` may be called again. Unlike the base class's it waits every time, not
   * only the first.
   * @throws what ended the connection, or the signal's reason
   */
  override async onDrain(options?: AbortOptions): Promise<void> {
    if (!this.writableNeedsDrain) return;
    if (this.#life === "closed") throw this.#endError();
    if (this.#drained === undefined) {
      this.#drained = Promise.withResolvers();
      this.#drained.promise.catch(() => {/* every waiter may have been aborted */});
    }
    await abortable(this.#drained.promise, options?.signal);
  }

  /**
   * Sends what is unsent, then closes. Nothing is delivered any more from the moment when our FIN
   * is sent.
   * @throws TransportError `aborted` or `timed-out` when the signal ends it before all is sent, and
   * what ended the connection otherwise; either way the connection is gone
   */
  override async close(options?: AbortOptions): Promise<void> {
    try {
      await super.close(options);
    } catch (cause) {
      const signal = options?.signal;
      const error = signal?.aborted
        ? TransportError.aborted(signal, `cannot close the connection to ${this.remoteAddr}`)
        : cause instanceof Error
        ? cause
        : this.#endError();
      this.abort(error);
      throw error;
    }
  }

  override async sendClose(options?: AbortOptions): Promise<void> {
    if (this.#writing !== undefined) await abortable(this.#writing, options?.signal);
    if (this.#writeError !== undefined) this.#fail(this.#writeError);
    if (this.#life === "closed") throw this.#endError();
    if (this.#life === "open") {
      this.#life = "discarding";
      this.#wake();
      await this.#socket.closeWrite().catch(() => {/* the peer is gone, which is as good */});
      await this.#linger(options?.signal);
    }
    this.#closeSocket();
  }

  override sendReset(): void {
    this.#closeSocket();
  }

  /** The loop sees it before its next read. */
  override sendPause(): void {}

  override sendResume(): void {
    this.#wake();
  }

  protected override dispatchReadBuffer(): void {
    super.dispatchReadBuffer();
    this.#wake();
  }

  #enqueue(data: Uint8Array | Uint8ArrayList): boolean {
    if (this.#writeError !== undefined) return true;
    if (data instanceof Uint8Array) this.#unsent.append(data);
    else for (const piece of data) this.#unsent.append(piece);
    this.#writing ??= this.#write();
    return this.#unsent.byteLength < HIGH_WATER_BYTES;
  }

  async #write(): Promise<void> {
    // Whatever is sent in the same turn shall leave in the same write.
    await undefined;
    try {
      for (let bytes; (bytes = this.#unsent.peek()) !== undefined;) {
        const count = await this.#socket.write(bytes);
        if (this.#life === "closed") return;
        this.#unsent.sent(count);
      }
    } catch (error) {
      this.#writeError = error;
      this.#unsent.clear();
      // Else the reader goes on to the end of the socket, and then it fails.
      const isReading = this.status === "open" && this.#life === "open" &&
        this.#wanted === undefined;
      if (!isReading) this.#fail(error);
      return;
    }
    this.#writing = undefined;
    if (this.writableNeedsDrain) this.safeDispatchEvent("drain");
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        if (!this.#wantsData()) {
          if (this.#writeError !== undefined) throw this.#writeError;
          await this.#untilWanted();
        }
        if (this.#life === "closed") return;
        const count = await this.#socket.read(this.#received.room());
        if (count === null) break;
        this.#bytesReceived += count;
        if (this.#life === "open") this.#deliver(this.#received.take(count));
      }
      if (this.#writeError !== undefined) throw this.#writeError;
      this.#onEndOfStream();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A short cut past the buffer of the base class, for when that is empty. */
  #deliver(bytes: Uint8Array): void {
    const direct = this.readStatus === "readable" && this.readBuffer.byteLength === 0 &&
      this.listenerCount("message") > 0;
    if (direct) this.dispatchEvent(new StreamMessageEvent(bytes));
    else this.onData(bytes);
  }

  #wantsData(): boolean {
    if (this.#life !== "open") return true;
    if (this.readStatus === "paused") return false;
    return this.readBuffer.byteLength === 0 || this.listenerCount("message") > 0;
  }

  async #untilWanted(): Promise<void> {
    this.#wanted = Promise.withResolvers();
    await this.#wanted.promise;
    this.#wanted = undefined;
  }

  #wake(): void {
    if (this.#wanted !== undefined && this.#wantsData()) this.#wanted.resolve();
  }

  #onEndOfStream(): void {
    if (this.#life !== "open") return;
    this.#life = "ended";
    // Otherwise it is being closed already.
    if (this.status !== "open") return;
    this.onRemoteCloseWrite();
    const impatience = new AbortController();
    const timer = setTimeout(() => impatience.abort(), LAST_BYTES_TIMEOUT_MS);
    this.close({ signal: impatience.signal })
      .catch(() => {/* the 'close' event has told it */})
      .finally(() => clearTimeout(timer));
  }

  /** Waits until the peer ends its side, for `LINGER_MS` at most. */
  async #linger(signal: AbortSignal | undefined): Promise<void> {
    const { promise: enough, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, LINGER_MS);
    try {
      await abortable(Promise.race([this.reading, enough]), signal);
    } catch {
      // All is sent, so being out of patience is no failure.
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(error: unknown): void {
    if (this.#life === "closed") return;
    this.abort(TransportError.from(error, `connection to ${this.remoteAddr} failed`));
  }

  #closeSocket(): void {
    if (this.#life === "closed") return;
    this.#life = "closed";
    this.#unsent.clear();
    this.#socket.close();
    this.#wake();
    Promise.all([this.reading, this.#writing]).then(() => this.#released.resolve());
  }

  /** Why the connection cannot be used any more. */
  #endError(): Error {
    return this.#endedBy ??
      new TransportError("closed", `connection to ${this.remoteAddr} is closed`);
  }
}

/**
 * The socket under a connection of libp2p, which has it but does not show it.
 * @returns undefined where the connection is not on a socket of this transport
 */
export function socketUnder(connection: Connection): SocketConnection | undefined {
  const under: unknown = Reflect.get(connection, "maConn");
  return under instanceof SocketConnection ? under : undefined;
}

/** Small messages leave at once; a peer whose machine is gone is found out in the end. */
function setOptions(socket: Deno.TcpConn): void {
  try {
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
  } catch {
    // Some systems refuse this on a socket that was reset already; the first read will tell.
  }
}
