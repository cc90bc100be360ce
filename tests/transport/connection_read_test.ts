import { assert, assertEquals } from "@std/assert";
import { connectionPair, digest, next, pattern, stalled, writeAll } from "./sockets.ts";
import type { SocketConnection } from "../../src/transport/connection.ts";

/** More than the operating system buffers for a connection. */
const LOTS = 32 << 20;

Deno.test("`SocketConnection` delivers what the peer wrote", async () => {
  await using pair = await connectionPair();
  const sent = pattern(3_000_000);
  const received = collect(pair.connection, sent.byteLength);
  await writeAll(pair.peer, sent);
  assertEquals(digest(...await received), digest(sent));
});

Deno.test("`SocketConnection.pause()` stops reading from the socket, `resume()` goes on", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  const sent = pattern(LOTS);
  const received = collect(connection, sent.byteLength);

  connection.pause();
  let written = 0;
  const writing = writeAll(peer, sent, (count) => written += count);
  await stalled(() => written);
  assert(written < LOTS, "the peer has to wait");
  assert(connection.readBufferLength <= 256 * 1024, `${connection.readBufferLength} B are kept`);

  connection.resume();
  await writing;
  assertEquals(digest(...await received), digest(sent));
});

Deno.test("`SocketConnection.pause()` in a listener keeps what comes next for later", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  const sent = pattern(1 << 20);
  const parts: Uint8Array[] = [];
  let left = sent.byteLength;
  const all = Promise.withResolvers<void>();
  connection.addEventListener("message", ({ data }) => {
    assertEquals(connection.readStatus, "readable");
    parts.push(data.subarray());
    left -= data.byteLength;
    if (left === 0) return all.resolve();
    connection.pause();
    setTimeout(() => connection.resume(), 0);
  });
  await writeAll(peer, sent);
  await all.promise;
  assertEquals(digest(...parts), digest(sent));
});

Deno.test("`SocketConnection` reads no further while nobody listens", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  const sent = pattern(LOTS);
  let written = 0;
  const writing = writeAll(peer, sent, (count) => written += count);
  await stalled(() => written);
  assert(written < LOTS, "the peer has to wait");
  assert(connection.readBufferLength <= 256 * 1024, `${connection.readBufferLength} B are kept`);
  assertEquals(connection.status, "open");

  const received = collect(connection, sent.byteLength);
  await writing;
  assertEquals(digest(...await received), digest(sent));
});

Deno.test("`SocketConnection.unshift()` puts back what is delivered first", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  await peer.write(new Uint8Array([1, 2, 3]));
  await next(connection, "message");
  connection.unshift(new Uint8Array([2, 3]));
  const received = collect(connection, 3);
  await peer.write(new Uint8Array([4]));
  assertEquals((await received).flatMap((part) => [...part]), [2, 3, 4]);
});

Deno.test("`for await` over a `SocketConnection` ends with the peer's end of stream", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  const sent = pattern(100_000);
  writeAll(peer, sent).then(() => peer.close());
  const parts: Uint8Array[] = [];
  for await (const part of connection) parts.push(part.subarray());
  assertEquals(digest(...parts), digest(sent));
});

/** The next `count` bytes, in the parts in which they came. */
function collect(connection: SocketConnection, count: number): Promise<Uint8Array[]> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array[]>();
  const parts: Uint8Array[] = [];
  let left = count;
  connection.addEventListener("message", ({ data }) => {
    parts.push(data.subarray());
    left -= data.byteLength;
    if (left === 0) resolve(parts);
  });
  return promise;
}
