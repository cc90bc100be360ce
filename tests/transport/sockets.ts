/** Real sockets on the loopback interface for the tests of the transport. */
import { createHash } from "node:crypto";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { SocketConnection } from "../../src/transport/connection.ts";
import { MAX_UNSENT_BYTES } from "../../src/transport/mod.ts";
import { SILENT_LOGGER } from "./raw_upgrader.ts";

/** Whether this machine has IPv6 at all; some containers do not. */
export const HAS_IPV6 = Deno.networkInterfaces().some(({ address }) => address === "::1");

/** Both ends of a new TCP connection. */
export async function socketPair(): Promise<[Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const dialled = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  return [dialled, await accepted];
}

export interface Pair extends AsyncDisposable {
  readonly connection: SocketConnection;
  /** The other end, as a bare socket. */
  readonly peer: Deno.TcpConn;
  /** The socket of `connection`. */
  readonly socket: Deno.TcpConn;
}

/** A connection of ours and the bare socket at its other end; both are gone after disposal. */
export async function connectionPair(options: { maxUnsentBytes?: number } = {}): Promise<Pair> {
  const [socket, peer] = await socketPair();
  const connection = new SocketConnection({
    socket,
    remoteAddr: addressOf(peer.localAddr),
    direction: "outbound",
    log: SILENT_LOGGER.forComponent("test"),
    maxUnsentBytes: options.maxUnsentBytes ?? MAX_UNSENT_BYTES,
  });
  return {
    connection,
    peer,
    socket,
    async [Symbol.asyncDispose]() {
      connection.abort(new Error("the test is over"));
      peer[Symbol.dispose]();
      await connection.released;
    },
  };
}

export function addressOf({ hostname, port }: Deno.NetAddr): Multiaddr {
  return multiaddr(`/ip4/${hostname}/tcp/${port}`);
}

/** Resolves with the next event of that name. */
export function next(target: EventTarget, name: string): Promise<void> {
  return new Promise((resolve) => target.addEventListener(name, () => resolve(), { once: true }));
}

/** Resolves when a macrotask has run, so that everything that was ready before is done. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Resolves once `progress` has stood still for a while: the operating system's buffers are full and
 * somebody waits. There is no event for "nothing happens any more".
 */
export async function stalled(progress: () => number): Promise<void> {
  const QUIET_TURNS = 20;
  for (let quiet = 0, last = progress(); quiet < QUIET_TURNS; quiet++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (progress() !== last) quiet = 0;
    last = progress();
  }
}

/** Reads to the end of the stream. */
export async function readAll(socket: Deno.TcpConn): Promise<Uint8Array> {
  return new Uint8Array(await new Response(socket.readable).arrayBuffer());
}

/** Writes all of `bytes`; `written` is told of every step. */
export async function writeAll(
  socket: Deno.TcpConn,
  bytes: Uint8Array,
  written: (count: number) => void = () => {},
): Promise<void> {
  for (let offset = 0; offset < bytes.byteLength;) {
    const count = await socket.write(bytes.subarray(offset));
    offset += count;
    written(count);
  }
}

/** Bytes that differ from place to place, so that a loss or a swap shows. */
export function pattern(byteLength: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(byteLength);
  for (let index = 0, x = 1; index < byteLength; index++) {
    x = (x * 1_103_515_245 + 12_345) & 0x7fffffff;
    bytes[index] = x >> 16;
  }
  return bytes;
}

/** SHA-256 in hexadecimal. */
export function digest(...parts: Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** The lines of what a program prints. */
export async function* linesOf(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
