import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Uint8ArrayList } from "uint8arraylist";
import { HIGH_WATER_BYTES, type SocketConnection } from "../../src/transport/connection.ts";
import { TransportError } from "../../src/transport/errors.ts";
import {
  connectionPair,
  digest,
  next,
  type Pair,
  pattern,
  readAll,
  stalled,
  turn,
  writeAll,
} from "./sockets.ts";

const MESSAGE = new Uint8Array(16 * 1024);

Deno.test("`SocketConnection.send()` delivers lists and arrays in order", async () => {
  await using pair = await connectionPair();
  const sent = pattern(300_000);
  const parts: Uint8Array[] = [];
  for (let start = 0, size = 1; start < sent.byteLength; start += size, size = size * 3 % 9_973) {
    parts.push(sent.subarray(start, start + size));
  }
  const received = readAll(pair.peer);
  for (const [index, part] of parts.entries()) {
    const list = new Uint8ArrayList(part.subarray(0, 5), part.subarray(5));
    if (!pair.connection.send(index % 2 === 0 ? part : list)) await pair.connection.onDrain();
  }
  await pair.connection.close();
  assertEquals(digest(await received), digest(...parts));
});

Deno.test("`SocketConnection.send()` puts the messages of one turn into one write", async () => {
  await using pair = await connectionPair();
  const sizes: number[] = [];
  const write = pair.socket.write.bind(pair.socket);
  pair.socket.write = (bytes) => {
    sizes.push(bytes.byteLength);
    return write(bytes);
  };
  for (let i = 0; i < 100; i++) pair.connection.send(new Uint8Array(256));
  assertEquals(sizes, [], "nothing is written while the turn lasts");
  await Promise.all([pair.connection.close(), readAll(pair.peer)]);
  assertEquals(sizes, [25_600]);
});

Deno.test("`SocketConnection.send()` returns false from the high-water mark on, and 'drain' comes when all is sent", async () => {
  await using pair = await connectionPair();
  const accepted = await fill(pair.connection, (mayGoOn) => {
    assertEquals(mayGoOn, pair.connection.writeBufferLength < HIGH_WATER_BYTES);
  });
  assert(pair.connection.writeBufferLength > 0);
  assert(pair.connection.writeBufferLength <= HIGH_WATER_BYTES + MESSAGE.byteLength);

  const drained = next(pair.connection, "drain");
  const received = readAll(pair.peer);
  await drained;
  assertEquals(pair.connection.writeBufferLength, 0);
  assertEquals(pair.connection.writableNeedsDrain, false);
  await pair.connection.close();
  assertEquals((await received).byteLength, accepted);
});

Deno.test("`SocketConnection.onDrain()` waits every time, not only the first", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  const room = new Uint8Array(1 << 20);
  for (let cycle = 0; cycle < 3; cycle++) {
    await fill(connection);
    let resolved = false;
    const drained = connection.onDrain().then(() => resolved = true);
    await turn();
    assertEquals(resolved, false);
    while (!resolved) await Promise.all([peer.read(room), turn()]);
    assertEquals(connection.writableNeedsDrain, false);
    await drained;
  }
});

Deno.test("`SocketConnection.onDrain()` returns at once while there is room", async () => {
  await using pair = await connectionPair();
  await pair.connection.onDrain();
  pair.connection.send(MESSAGE);
  await pair.connection.onDrain({ signal: AbortSignal.abort() });
});

Deno.test("`SocketConnection.onDrain()` rejects on abort of its signal and of the connection", async () => {
  await using pair = await connectionPair();
  const { connection } = pair;
  await fill(connection);

  const controller = new AbortController();
  const impatient = connection.onDrain({ signal: controller.signal });
  const patient = connection.onDrain();
  controller.abort(new Error("enough"));
  await assertRejects(() => impatient, Error, "enough");

  connection.abort(new Error("gone"));
  await assertRejects(() => patient, Error, "gone");
  await assertRejects(() => connection.onDrain(), Error, "gone");
});

Deno.test("`SocketConnection.send()` in spite of a full buffer ends the connection at the limit", async () => {
  const maxUnsentBytes = 1 << 20;
  await using pair = await connectionPair({ maxUnsentBytes });
  const { connection } = pair;
  await fill(connection);

  let ended: Error | undefined;
  connection.addEventListener("close", ({ error }) => ended = error);
  let queued = 0;
  while (connection.status === "open") {
    connection.send(MESSAGE);
    queued += MESSAGE.byteLength;
    assert(queued <= maxUnsentBytes + MESSAGE.byteLength);
  }
  assertEquals(ended?.name, "StreamBufferError");
  assertEquals(connection.writeBufferLength, 0);
});

Deno.test("`SocketConnection.send()` keeps the order when it is called in spite of a full buffer", async () => {
  await using pair = await connectionPair();
  const sent = pattern(4 << 20);
  for (let start = 0; start < sent.byteLength; start += 10_000) {
    pair.connection.send(sent.subarray(start, start + 10_000));
  }
  const received = readAll(pair.peer);
  await pair.connection.close();
  assertEquals(digest(await received), digest(sent));
});

Deno.test("`SocketConnection.send()` refuses a closed connection", async () => {
  await using pair = await connectionPair();
  pair.connection.abort(new Error("gone"));
  assertThrows(() => pair.connection.send(MESSAGE), Error, "closed");
});

Deno.test("`SocketConnection` delivers what the peer sent last, though a write has failed before", async () => {
  await using pair = await connectionPair();
  const { connection } = pair;
  const received: Uint8Array[] = [];
  connection.addEventListener("message", ({ data }) => received.push(data.subarray().slice()));
  const failed = failingWrite(pair);
  const closed = next(connection, "close");
  const lastWords = pattern(100_000);
  await breakOff(pair, lastWords, failed);
  await closed;
  assertEquals(digest(...received), digest(lastWords));
  assertEquals([connection.status, connection.writeBufferLength], ["aborted", 0]);
});

Deno.test("`SocketConnection` ends at a write that fails when nobody takes what came", async () => {
  await using pair = await connectionPair();
  const { connection } = pair;
  const failed = failingWrite(pair);
  const closed = next(connection, "close");
  connection.addEventListener("message", () => connection.pause());
  await breakOff(pair, pattern(100_000), failed);
  await closed;
  assertEquals([connection.status, connection.writeBufferLength], ["aborted", 0]);
});

Deno.test("`SocketConnection.close()` rejects when a write has failed before, though the rest is read", async () => {
  await using pair = await connectionPair();
  const { connection } = pair;
  const failed = failingWrite(pair);
  const closing = Promise.withResolvers<void>();
  connection.addEventListener("message", () => {
    if (failed.isOver) connection.close().then(closing.resolve, closing.reject);
  });
  const rejected = assertRejects(() => closing.promise, TransportError);
  await breakOff(pair, pattern(100_000), failed);
  assertEquals((await rejected).code, "connection-reset");
});

/** The peer says something and is gone, then a write to it fails. */
async function breakOff(
  { connection, peer }: Pair,
  lastWords: Uint8Array,
  failed: { readonly isOver: boolean },
): Promise<void> {
  connection.send(MESSAGE);
  await writeAll(peer, lastWords);
  // It has not read what was sent to it: the system answers what comes now with a reset.
  peer.close();
  while (!failed.isOver) {
    connection.send(MESSAGE);
    await turn();
  }
}

/** Lets nothing be read before a write has failed. */
function failingWrite({ socket }: Pair): { readonly isOver: boolean } {
  const failed = Promise.withResolvers<void>();
  const result = { isOver: false };
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket);
  socket.read = async (buffer) => {
    await failed.promise;
    return await read(buffer);
  };
  socket.write = async (bytes) => {
    try {
      return await write(bytes);
    } catch (error) {
      result.isOver = true;
      failed.resolve();
      throw error;
    }
  };
  return result;
}

/**
 * Sends until neither the connection nor the operating system takes any more.
 * @returns how many bytes were sent
 */
async function fill(
  connection: SocketConnection,
  sent: (mayGoOn: boolean) => void = () => {},
): Promise<number> {
  for (let bytes = MESSAGE.byteLength;; bytes += MESSAGE.byteLength) {
    const mayGoOn = connection.send(MESSAGE);
    sent(mayGoOn);
    if (mayGoOn) continue;
    const drained = next(connection, "drain").then(() => true);
    const full = stalled(() => connection.writeBufferLength).then(() => false);
    if (!await Promise.race([drained, full])) return bytes;
  }
}
