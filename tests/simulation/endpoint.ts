/**
 * One side of a connection with its streams, as much of libp2p's as the driver of direct messages
 * touches: open a stream, send on it, abort it, hear that it is open, that bytes came, that it closed.
 */
import type { Pipe, Unit } from "./pipe.ts";

/** As libp2p's limit for this protocol: more of the other side's streams are reset. */
const MAX_INCOMING_STREAMS = 4;
const NO_BYTES = new Uint8Array(0);

/** A process on the virtual network. */
export interface Machine {
  readonly name: string;
  /** Whether it would answer at this moment: it runs, and nobody stopped it. */
  readonly responsive: boolean;
  /** Runs `run` inside: not at all once it has ended, later while it stands still. */
  enter(run: () => void): void;
  /** Runs `run` inside a little later. */
  soon(run: () => void): void;
  /** A connection is ready for use. */
  connected(endpoint: Endpoint): void;
  /** The last connection to `remote` is gone. */
  disconnected(remote: string): void;
  /** The other side opened a stream. */
  incoming(stream: StreamEnd): void;
}

/** One side of a stream. */
export class StreamEnd {
  #status: "opening" | "open" | "closed";
  #breaks = false;
  onOpened: () => void = () => {};
  onData: (bytes: Uint8Array) => void = () => {};
  onClosed: (reason: string) => void = () => {};

  constructor(
    readonly endpoint: Endpoint,
    readonly id: number,
    readonly origin: "own" | "incoming",
  ) {
    this.#status = origin === "own" ? "opening" : "open";
  }

  get isOpen(): boolean {
    return this.#status === "open";
  }

  /** @throws Error where the stream or its connection is closed, which may not be reported yet */
  send(bytes: Uint8Array): void {
    if (this.#breaks && this.#status === "open") {
      this.#breaks = false;
      this.endpoint.machine.soon(() => this.abort("reset"));
      throw new Error("the stream broke");
    }
    if (this.#status !== "open" || !this.endpoint.isOpen) {
      throw new Error("the stream is closed for writing");
    }
    if (bytes.byteLength > 0) this.endpoint.transmit({ stream: this.id, kind: "data", bytes });
  }

  /** The next write fails, and the stream is reported as closed a little later. */
  breakAtNextWrite(): void {
    this.#breaks = true;
  }

  /** Ends it on both sides; nothing where it has ended. */
  abort(reason: string): void {
    if (this.#status === "closed") return;
    if (this.endpoint.isOpen) {
      this.endpoint.transmit({ stream: this.id, kind: "reset", bytes: NO_BYTES });
    }
    this.close(reason);
  }

  /** For the endpoint: it is over, without a word to the other side. */
  close(reason: string): void {
    if (this.#status === "closed") return;
    this.#status = "closed";
    this.endpoint.forget(this);
    this.onClosed(reason);
  }

  /** For the endpoint: the other side sent something for this stream. */
  take({ kind, bytes }: Unit): void {
    if (kind === "reset") this.close("reset by the other side");
    else if (kind === "data") {
      if (this.#status === "open") this.onData(bytes);
    } else if (kind === "accept" && this.#status === "opening") {
      this.#status = "open";
      this.onOpened();
    }
  }
}

/** One side of a connection. */
export class Endpoint {
  #isOpen = true;
  #nextStream: number;
  #onBroken: (() => void) | undefined;
  readonly #streams = new Map<number, StreamEnd>();

  /**
   * @param openedAt when it opened as this side sees it, ms of virtual time
   * @param out carries what is sent here to the other side
   */
  constructor(
    readonly machine: Machine,
    readonly remote: string,
    readonly openedAt: number,
    dialled: boolean,
    private readonly out: () => Pipe,
  ) {
    this.#nextStream = dialled ? 1 : 2;
  }

  /** False as soon as this side knows that it is over; the streams hear of it a little later. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  newStream(): StreamEnd {
    const stream = new StreamEnd(this, this.#nextStream, "own");
    this.#nextStream += 2;
    this.#streams.set(stream.id, stream);
    if (this.#isOpen) this.transmit({ stream: stream.id, kind: "open", bytes: NO_BYTES });
    return stream;
  }

  /** The connection is over, and the next write will find that out. */
  breakAtNextWrite(onBroken: () => void): void {
    this.#onBroken = onBroken;
  }

  /** @throws Error where data meets a broken connection */
  transmit(unit: Unit): void {
    const broken = this.#onBroken;
    if (broken !== undefined) {
      this.#onBroken = undefined;
      broken();
      if (unit.kind === "data") throw new Error("broken pipe");
    } else this.out().send(unit);
  }

  /** Something came from the other side. */
  receive(unit: Unit): void {
    if (this.#isOpen) this.machine.enter(() => this.#take(unit));
  }

  forget(stream: StreamEnd): void {
    this.#streams.delete(stream.id);
  }

  /** Nothing can be sent from now on; `closeStreams()` has to follow. */
  shut(loseFlying: boolean): void {
    this.#isOpen = false;
    this.out().sever(loseFlying);
  }

  get streams(): readonly StreamEnd[] {
    return [...this.#streams.values()];
  }

  closeStreams(reason: string): void {
    for (const stream of [...this.#streams.values()]) stream.close(reason);
  }

  #take(unit: Unit): void {
    if (!this.#isOpen) return;
    if (unit.kind !== "open") {
      this.#streams.get(unit.stream)?.take(unit);
      return;
    }
    const incoming = [...this.#streams.values()].filter(({ origin }) => origin === "incoming");
    if (incoming.length >= MAX_INCOMING_STREAMS) {
      this.transmit({ stream: unit.stream, kind: "reset", bytes: NO_BYTES });
      return;
    }
    const stream = new StreamEnd(this, unit.stream, "incoming");
    this.#streams.set(stream.id, stream);
    this.transmit({ stream: stream.id, kind: "accept", bytes: NO_BYTES });
    this.machine.incoming(stream);
  }
}
