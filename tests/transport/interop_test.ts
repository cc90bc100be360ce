import { assertEquals } from "@std/assert";
import net from "node:net";
import type { MultiaddrConnection, Transport } from "@libp2p/interface";
import { tcp } from "@libp2p/tcp";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { denoTcp } from "../../src/transport/mod.ts";
import { RawUpgrader, SILENT_LOGGER } from "./raw_upgrader.ts";
import { digest, next, pattern } from "./sockets.ts";

const TRANSPORTS = {
  ours: () => denoTcp()({ logger: SILENT_LOGGER }),
  "@libp2p/tcp": () => tcp()({ logger: SILENT_LOGGER }),
};
type Name = keyof typeof TRANSPORTS;
/** Without it, as on Deno 2.4.2, `@libp2p/tcp` can neither abort nor reliably close. */
const ignore = !("resetAndDestroy" in net.Socket.prototype);
const DIRECTIONS: [Name, Name][] = [["ours", "@libp2p/tcp"], ["@libp2p/tcp", "ours"]];

for (const [dialling, listening] of DIRECTIONS) {
  const title = `${dialling} to ${listening}, raw`;

  Deno.test(`${title}: 16 MiB both ways at once`, { ignore }, async () => {
    await using ends = await listen(TRANSPORTS[dialling](), TRANSPORTS[listening]());
    const [dialled, accepted] = await ends.connect();
    const there = pattern(16 << 20);
    const back = there.toReversed();
    const received = [
      collect(accepted, there.byteLength),
      collect(dialled, back.byteLength),
      sendAll(dialled, there),
      sendAll(accepted, back),
    ] as const;
    assertEquals(digest(...await received[0]), digest(there));
    assertEquals(digest(...await received[1]), digest(back));
    await dialled.close();
  });

  Deno.test(`${title}: 200 connections at the same time`, { ignore }, async () => {
    await using ends = await listen(TRANSPORTS[dialling](), TRANSPORTS[listening]());
    const echoes = async () => {
      for (let i = 0; i < 200; i++) {
        const accepted = await ends.accept();
        accepted.addEventListener("message", ({ data }) => accepted.send(data));
      }
    };
    const asks = Array.from({ length: 200 }, async (_, index) => {
      const dialled = await ends.dial();
      const message = pattern(10_000 + index);
      const answer = collect(dialled, message.byteLength);
      await sendAll(dialled, message);
      assertEquals(digest(...await answer), digest(message));
      await dialled.close();
    });
    await Promise.all([echoes(), ...asks]);
  });

  Deno.test(`${title}: a graceful close delivers everything first`, { ignore }, async () => {
    await using ends = await listen(TRANSPORTS[dialling](), TRANSPORTS[listening]());
    for (const dialledCloses of [true, false]) {
      const pair = await ends.connect();
      const [closing, other] = dialledCloses ? pair : pair.toReversed();
      const sent = pattern(4 << 20);
      const received = collect(other!, sent.byteLength);
      const closed = next(other!, "close");
      await sendAll(closing!, sent);
      await closing!.close();
      assertEquals(digest(...await received), digest(sent));
      await closed;
      assertEquals([closing!.status, other!.status], ["closed", "closed"]);
    }
  });

  Deno.test(`${title}: an abort ends the other end, too`, { ignore }, async () => {
    await using ends = await listen(TRANSPORTS[dialling](), TRANSPORTS[listening]());
    for (const dialledAborts of [true, false]) {
      const pair = await ends.connect();
      const [aborting, other] = dialledAborts ? pair : pair.toReversed();
      other!.addEventListener("message", () => {});
      const closed = next(other!, "close");
      aborting!.send(new Uint8Array(1_000));
      aborting!.abort(new Error("enough"));
      await closed;
      assertEquals(aborting!.status, "aborted");
    }
  });
}

interface Ends extends AsyncDisposable {
  dial(): Promise<MultiaddrConnection>;
  accept(): Promise<MultiaddrConnection>;
  /** The dialling and the accepting end of one connection. */
  connect(): Promise<[MultiaddrConnection, MultiaddrConnection]>;
}

async function listen(dialling: Transport, listening: Transport): Promise<Ends> {
  const upgrader = new RawUpgrader();
  const listener = listening.createListener({ upgrader });
  await listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0"));
  const address: Multiaddr = listener.getAddrs()[0]!;
  const dial = () => upgrader.dial(dialling, address);
  const accept = () => upgrader.inbound();
  return {
    dial,
    accept,
    connect: async () => [await dial(), await accept()],
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

async function sendAll(connection: MultiaddrConnection, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.byteLength; start += 50_000) {
    // `onDrain()` of @libp2p/utils 7.4.1 waits only the first time.
    if (!connection.send(bytes.subarray(start, start + 50_000))) await next(connection, "drain");
  }
}

/** The next `count` bytes, in the parts in which they came. */
function collect(connection: MultiaddrConnection, count: number): Promise<Uint8Array[]> {
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
