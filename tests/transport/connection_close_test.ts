import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import net from "node:net";
import { SocketConnection } from "../../src/transport/connection.ts";
import { TransportError } from "../../src/transport/errors.ts";
import {
  addressOf,
  connectionPair,
  digest,
  next,
  pattern,
  readAll,
  stalled,
  writeAll,
} from "./sockets.ts";
import { SILENT_LOGGER } from "./raw_upgrader.ts";

/** More than the operating system buffers for a connection. */
const LOTS = 32 << 20;

Deno.test("`SocketConnection` delivers what came before the peer's end of stream, then closes", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  const sent = pattern(500_000);
  const parts: Uint8Array[] = [];
  const events: string[] = [];
  connection.addEventListener("message", ({ data }) => parts.push(data.subarray()));
  for (const name of ["remoteCloseWrite", "end", "close"]) {
    connection.addEventListener(name, () => events.push(name));
  }
  const closed = next(connection, "close");
  await writeAll(peer, sent);
  await peer.closeWrite();
  await closed;
  assertEquals(digest(...parts), digest(sent));
  assertEquals(events, ["remoteCloseWrite", "end", "close"]);
  assertEquals(connection.status, "closed");
  assertEquals(await peer.read(new Uint8Array(1)), null, "we have ended our side too");
});

Deno.test("`SocketConnection` sends what is unsent after the peer's end of stream", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  const sent = pattern(LOTS);
  connection.send(sent);
  await stalled(() => connection.writeBufferLength);
  assert(connection.writeBufferLength > 0);

  const ended = next(connection, "remoteCloseWrite");
  await peer.closeWrite();
  await ended;
  const closed = next(connection, "close");
  assertEquals(digest(await readAll(peer)), digest(sent));
  await closed;
  assertEquals(connection.status, "closed");
});

Deno.test("`SocketConnection` lets a listener say a last word at the peer's end of stream", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  connection.addEventListener("remoteCloseWrite", () => connection.send(new Uint8Array([7])));
  await peer.closeWrite();
  assertEquals(await readAll(peer), new Uint8Array([7]));
});

Deno.test("`SocketConnection.close()` waits until all is sent", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  const sent = pattern(LOTS);
  connection.send(sent);
  let closed = false;
  const closing = connection.close().then(() => closed = true);
  await stalled(() => connection.writeBufferLength);
  assert(connection.writeBufferLength > 0);
  assertEquals([closed, connection.status], [false, "closing"]);

  assertEquals(digest(await readAll(peer)), digest(sent));
  await closing;
  assertEquals(connection.status, "closed");
});

Deno.test("`SocketConnection.close()` loses nothing when the peer goes on sending", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  const sent = pattern(2 << 20);
  connection.addEventListener("message", () => {});
  const chatter = writeAll(peer, new Uint8Array(LOTS)).catch(() => {/* we hang up on it */});
  connection.send(sent);
  const [received] = await Promise.all([readAll(peer), connection.close(), chatter]);
  assertEquals(digest(received), digest(sent));
});

Deno.test("`SocketConnection.close()` delivers nothing more once it has sent everything", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  let delivered = 0;
  connection.addEventListener("message", ({ data }) => delivered += data.byteLength);
  const closing = connection.close();
  await peer.read(new Uint8Array(1));
  await peer.write(new Uint8Array(10));
  await peer.closeWrite();
  await closing;
  assertEquals(delivered, 0);
});

Deno.test("`SocketConnection.close()` does not wait for ever for a peer that keeps its side open", async () => {
  await using pair = await connectionPair();
  await pair.connection.close();
  assertEquals(pair.connection.status, "closed");
  assertEquals(await pair.peer.read(new Uint8Array(1)), null);
});

Deno.test("`SocketConnection.close()` gives up when its signal is aborted", async () => {
  await using pair = await connectionPair();
  const { connection } = pair;
  connection.send(new Uint8Array(LOTS));
  const controller = new AbortController();
  const closing = connection.close({ signal: controller.signal });
  await stalled(() => connection.writeBufferLength);
  const reason = new Error("enough");
  controller.abort(reason);
  const error = await assertRejects(() => closing, TransportError, "aborted");
  assertEquals([error.code, error.cause], ["aborted", reason]);
  assertEquals([connection.status, connection.writeBufferLength], ["aborted", 0]);
});

Deno.test("`SocketConnection.close()` gives up a buffer that was overfilled, too", async () => {
  await using pair = await connectionPair();
  const { connection } = pair;
  for (let i = 0; i < 8; i++) connection.send(new Uint8Array(1 << 20));
  await assertRejects(() => connection.close({ signal: AbortSignal.abort() }), TransportError);
  assertEquals(connection.status, "aborted");
});

Deno.test("`SocketConnection.close()` rejects when the connection breaks meanwhile", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  connection.send(new Uint8Array(LOTS));
  const closing = connection.close();
  await stalled(() => connection.writeBufferLength);
  peer.close();
  const error = await assertRejects(() => closing, TransportError);
  assertEquals(error.code, "connection-reset");
});

Deno.test("`SocketConnection.abort()` drops what is unsent and frees the socket", async () => {
  await using pair = await connectionPair();
  const { connection, peer } = pair;
  connection.addEventListener("message", () => {});
  connection.send(new Uint8Array(1_000));
  const closed = next(connection, "close");
  connection.abort(new Error("gone"));
  assertEquals([connection.status, connection.writeBufferLength], ["aborted", 0]);
  await closed;
  await connection.released;
  assertEquals((await readAll(peer)).byteLength, 0);
});

// The runtime's own sockets cannot send a RST; those of node:net can, from a later Deno 2 on.
const canReset = "resetAndDestroy" in net.Socket.prototype;

Deno.test({
  name: "`SocketConnection` tells of a reset as a `TransportError`",
  ignore: !canReset,
  fn: async () => {
    const server = net.createServer();
    const accepted = new Promise<net.Socket>((resolve) => server.once("connection", resolve));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("not listening");
    const { port } = address;

    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    const connection = new SocketConnection({
      socket,
      remoteAddr: addressOf(socket.remoteAddr),
      direction: "outbound",
      log: SILENT_LOGGER.forComponent("test"),
      maxUnsentBytes: 1,
    });
    const ended = new Promise<Error | undefined>((resolve) => {
      connection.addEventListener("close", ({ error }) => resolve(error));
    });
    (await accepted).resetAndDestroy();
    const error = await ended;
    await connection.released;
    await new Promise((resolve) => server.close(resolve));

    if (!(error instanceof TransportError)) throw error;
    assertEquals(error.code, "connection-reset");
    assertStringIncludes(error.message, `/ip4/127.0.0.1/tcp/${port}`);
  },
});
