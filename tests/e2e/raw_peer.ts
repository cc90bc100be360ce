/**
 * A peer that the test plays by hand: it greets like one of ours, and what it says about messages is
 * up to the test. With real encryption and streams, in the process of the test.
 */
import "../../src/node/broadcast_channel.ts";
import type { Libp2p, Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import {
  decodeFrame,
  DIRECT_PROTOCOL,
  type DirectFrame,
  encodeAnswers,
  encodeMessages,
  MAX_FRAME_BYTES,
  type WireMessage,
} from "../../src/direct/wire.ts";
import { FrameDecoder } from "../../src/framing/mod.ts";
import { encodeHello, PRESENCE_PROTOCOL } from "../../src/presence/wire.ts";
import { makeNetwork, stop } from "../network_fixture.ts";

/** Dispose it to hang up. */
export class RawPeer implements AsyncDisposable {
  /** What arrived on streams that others opened, in order. */
  readonly frames: DirectFrame[] = [];
  #changed = Promise.withResolvers<void>();

  private constructor(
    private readonly libp2p: Libp2p,
    private readonly refusal: string | undefined,
  ) {}

  /** @param options.refusal in which words it refuses every message; default: it answers nothing */
  static async start(name: string, { refusal }: { refusal?: string } = {}): Promise<RawPeer> {
    const libp2p = await makeNetwork();
    const peer = new RawPeer(libp2p, refusal);
    libp2p.addEventListener("connection:open", async ({ detail: connection }) => {
      try {
        const stream = await connection.newStream(PRESENCE_PROTOCOL);
        stream.send(encodeHello(name));
      } catch {
        // The other side is gone already: nobody is left to greet.
      }
    });
    await libp2p.handle(PRESENCE_PROTOCOL, () => {}); // What others call themselves.
    await libp2p.handle(DIRECT_PROTOCOL, (stream) => peer.#listen(stream));
    await libp2p.start();
    return peer;
  }

  get peerId(): string {
    return this.libp2p.peerId.toString();
  }

  /** `host:port`. */
  get address(): string {
    const parts = this.libp2p.getMultiaddrs()[0]?.getComponents() ?? [];
    return `127.0.0.1:${parts.find(({ name }) => name === "tcp")?.value}`;
  }

  /** Resolves when the condition holds; it is asked whenever something arrived. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  /** Sends messages on a stream of their own; resolves with the frame that answers the last one. */
  async send(port: number, messages: readonly WireMessage[]): Promise<DirectFrame> {
    const connection = await this.libp2p.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}`));
    const stream = await connection.newStream(DIRECT_PROTOCOL);
    const { promise, resolve, reject } = Promise.withResolvers<DirectFrame>();
    const last = messages.at(-1)?.id ?? "";
    this.#read(stream, (frame) => {
      if (frame.type === "acknowledgement" && frame.ids.includes(last)) resolve(frame);
      if (frame.type === "refusal" && frame.id === last) resolve(frame);
    });
    stream.addEventListener("close", () => reject(new Error("it hung up without an answer")));
    stream.send(encodeMessages(messages));
    const answer = await promise;
    await stream.close();
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stop(this.libp2p);
  }

  #listen(stream: Stream): void {
    this.#read(stream, (frame) => {
      this.frames.push(frame);
      if (this.refusal !== undefined && frame.type === "message") {
        const refused = [{ id: frame.message.id, reason: this.refusal }];
        stream.send(encodeAnswers({ acknowledged: [], refused, read: [] }));
      }
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  #read(stream: Stream, take: (frame: DirectFrame) => void): void {
    const decoder = new FrameDecoder(MAX_FRAME_BYTES);
    stream.addEventListener("message", ({ data }) => {
      decoder.push(data.subarray()).map(decodeFrame).forEach(take);
    });
  }
}
