/**
 * Virtual peers that do not keep the protocol. Whatever they do, the others lose nothing by it; what
 * is promised for messages to and from them is less: a message of theirs is stored at most once, and
 * the first text under an id stays.
 */
import {
  encodeAnswers,
  encodeMessages,
  encodeRead,
  MAX_FRAME_BYTES,
  WINDOW_MESSAGES,
  type WireMessage,
} from "../../src/direct/wire.ts";
import { encodeFrames } from "../../src/framing/mod.ts";
import type { Endpoint, Machine, StreamEnd } from "./endpoint.ts";
import { FrameReader } from "./frame_reader.ts";
import type { Ledger } from "./ledger.ts";
import type { Network } from "./network.ts";
import { newId } from "./peer.ts";
import type { Random } from "../seeded_random.ts";
import type { Plan, VirtualTime } from "./virtual_time.ts";

export const MALICE = ["mute", "liar", "replayer", "garbler", "glutton"] as const;

/**
 * - `mute` takes everything and never answers
 * - `liar` acknowledges and claims to have read what it was never sent, and more
 * - `replayer` sends the same messages again and again, in any order, also with other texts
 * - `garbler` sends bytes that mean nothing
 * - `glutton` sends more than the window without waiting for answers
 */
export type Malice = typeof MALICE[number];

const BUSY_MS = [50, 4_000] as const;

export interface HostilePeerInit {
  readonly name: string;
  readonly malice: Malice;
  readonly time: VirtualTime;
  readonly network: Network;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly others: readonly string[];
}

/** A peer up to no good. It never crashes. */
export class HostilePeer implements Machine {
  readonly #init: HostilePeerInit;
  readonly #streams: StreamEnd[] = [];
  readonly #sent: WireMessage[] = [];
  #active = true;

  constructor(init: HostilePeerInit) {
    this.#init = init;
    init.network.attach(this);
    this.#goOn();
  }

  get name(): string {
    return this.#init.name;
  }

  get responsive(): boolean {
    return true;
  }

  enter(run: () => void): void {
    run();
  }

  soon(run: () => void): void {
    run();
  }

  connected(endpoint: Endpoint): void {
    if (this.#init.malice === "mute") return;
    const stream = endpoint.newStream();
    stream.onOpened = () => this.#streams.push(stream);
  }

  disconnected(): void {}

  incoming(stream: StreamEnd): void {
    const { malice, ledger, random } = this.#init;
    const reader = new FrameReader({
      later: (delay, run) => this.#later(delay, run),
      onFrames: (frames) => {
        if (malice === "mute" || !stream.isOpen || !stream.endpoint.isOpen) return;
        const received = frames.flatMap((frame) => frame.type === "message" ? [frame.message] : []);
        const honestly = received.map(({ id }) => id);
        const acknowledged = malice === "liar" && random.chance(0.5)
          ? [...honestly, ...this.#falseIds()]
          : honestly;
        const refused = random.chance(0.1) && ledger.allIds.length > 0
          ? [{ id: random.pick(ledger.allIds), reason: "because" }]
          : [];
        const read = frames.flatMap((frame) => frame.type === "read" ? frame.ids : []);
        this.#send(stream, encodeAnswers({ acknowledged, refused, read }));
      },
      onFault: (reason) => stream.abort(reason),
    });
    stream.onData = (bytes) => reader.push(bytes);
    stream.onClosed = () => reader[Symbol.dispose]();
  }

  /** It has had its time, and is only connected from now on. */
  settleDown(): void {
    this.#active = false;
  }

  #goOn(): void {
    const { random, network, others, malice } = this.#init;
    this.#later(random.between(...BUSY_MS), () => {
      if (!this.#active) return;
      const other = random.pick(others);
      if (network.endpoints(this, other).length === 0) network.dial(this, other);
      const open = this.#streams.filter((stream) => stream.isOpen && stream.endpoint.isOpen);
      this.#streams.splice(0, Infinity, ...open);
      if (open.length > 0 && malice !== "mute") this.#harass(random.pick(open));
      for (const endpoint of network.endpoints(this, other)) {
        if (random.chance(0.3)) this.connected(endpoint);
      }
      this.#goOn();
    });
  }

  #harass(stream: StreamEnd): void {
    const { malice, random } = this.#init;
    switch (malice) {
      case "liar":
        this.#send(stream, encodeRead(this.#falseIds()));
        break;
      case "replayer": {
        if (this.#sent.length === 0 || random.chance(0.4)) this.#sent.push(this.#message());
        const again = Array.from({ length: random.int(1, 5) }, () => random.pick(this.#sent))
          .map((message) => random.chance(0.2) ? { ...message, text: "something else" } : message);
        this.#send(stream, encodeMessages(again));
        break;
      }
      case "garbler": {
        const bytes = Uint8Array.from({ length: random.int(1, 300) }, () => random.int(0, 255));
        this.#send(stream, random.chance(0.5) ? bytes : encodeFrames([bytes]));
        break;
      }
      case "glutton": {
        const many = random.chance(0.3) ? WINDOW_MESSAGES + random.int(1, 200) : random.int(1, 20);
        const text = "x".repeat(random.chance(0.3) ? MAX_FRAME_BYTES / 4 : 10);
        const count = text.length > 10 ? Math.min(many, 80) : many;
        this.#send(
          stream,
          encodeMessages(
            Array.from({ length: count }, () => ({ ...this.#message(), text })),
          ),
        );
        break;
      }
      case "mute":
    }
  }

  #send(stream: StreamEnd, bytes: Uint8Array): void {
    try {
      stream.send(bytes);
    } catch {
      // The connection is over: it has others to harass.
    }
  }

  #message(): WireMessage {
    const { random } = this.#init;
    const sequence = random.int(1, 1_000);
    const text = `number ${sequence}`;
    return { id: newId(random), sequence, sentAt: random.int(0, 1e12), text, replyTo: undefined };
  }

  /** Ids of messages between others, and of none at all. */
  #falseIds(): string[] {
    const { random, ledger } = this.#init;
    const known = ledger.allIds;
    return Array.from(
      { length: random.int(1, 5) },
      () => known.length > 0 && random.chance(0.7) ? random.pick(known) : newId(random),
    );
  }

  #later(delay: number, run: () => void): Plan {
    return this.#init.time.after(delay, run);
  }
}
