import { assertEquals, assertExists } from "@std/assert";
import type { Transport, Upgrader } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { denoTcp } from "../../src/transport/mod.ts";
import { RawUpgrader, SILENT_LOGGER } from "./raw_upgrader.ts";
import { linesOf, next } from "./sockets.ts";

Deno.test("connections beyond `maxPendingInbound` are closed at once", async () => {
  const upgrader = new HandUpgrader();
  const tcp = denoTcp({ maxPendingInbound: 2 })({ logger: SILENT_LOGGER });
  // The limit is for all listeners together.
  await using one = await listen(tcp, upgrader);
  await using other = await listen(tcp, upgrader);
  using _first = await knock(one.port);
  const finishFirst = await upgrader.pending();
  using _second = await knock(other.port);
  await upgrader.pending();
  assertEquals(await isTurnedAway(one.port), true);
  assertEquals(await isTurnedAway(other.port), true);

  finishFirst();
  using _third = await knock(one.port);
  assertExists(await upgrader.pending());
});

Deno.test("connections beyond `maxOpenInbound` are closed at once, until others have closed", async () => {
  const upgrader = new RawUpgrader();
  const tcp = denoTcp({ maxOpenInbound: 2 })({ logger: SILENT_LOGGER });
  await using listener = await listen(tcp, upgrader);
  const first = await knock(listener.port);
  const inbound = await upgrader.inbound();
  using _second = await knock(listener.port);
  await upgrader.inbound();
  assertEquals(await isTurnedAway(listener.port), true);
  assertEquals(await isTurnedAway(listener.port), true);

  const closed = next(inbound, "close");
  first.close();
  await closed;
  using third = await knock(listener.port);
  await third.write(new Uint8Array([1]));
  await next(await upgrader.inbound(), "message");
});

Deno.test({
  name: "a listener survives 200 connections with 64 descriptors",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const program = new URL("few_descriptors.ts", import.meta.url).pathname;
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        'ulimit -n 64; exec "$@"',
        "sh",
        Deno.execPath(),
        "run",
        "--no-lock",
        "-A",
        program,
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const lines = linesOf(child.stdout);
    const port = Number((await lines.next()).value);

    const sockets: Deno.TcpConn[] = [];
    const attempts = new AbortController();
    const knocking = Array.from({ length: 200 }, async () => {
      try {
        const { signal } = attempts;
        sockets.push(await Deno.connect({ hostname: "127.0.0.1", port, signal }));
      } catch {
        // It was still queueing when it was told to stop.
      }
    });
    assertEquals((await lines.next()).value, "starved");
    attempts.abort();
    await Promise.all(knocking);
    for (const socket of sockets) socket.close();

    using late = await knock(port);
    await late.write(new Uint8Array([42]));
    const answer = new Uint8Array(1);
    await late.read(answer);
    assertEquals(answer[0], 42);

    await child.stdin.close();
    assertEquals((await lines.next()).done, true);
    assertEquals((await child.status).code, 0);
  },
});

/** Upgrades only when it is told to. */
class HandUpgrader extends RawUpgrader implements Upgrader {
  readonly #started: (() => void)[] = [];
  #noticed = Promise.withResolvers<void>();

  override upgradeInbound(_: unknown, { signal }: { signal: AbortSignal }): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve());
    this.#started.push(resolve);
    this.#noticed.resolve();
    return promise;
  }

  /** Waits for the next upgrade to start. @returns what finishes it */
  async pending(): Promise<() => void> {
    for (;;) {
      const finish = this.#started.shift();
      if (finish !== undefined) return finish;
      this.#noticed = Promise.withResolvers();
      await this.#noticed.promise;
    }
  }
}

async function listen(
  tcp: Transport,
  upgrader: Upgrader,
): Promise<AsyncDisposable & { port: number }> {
  const listener = tcp.createListener({ upgrader });
  await listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0"));
  const port = Number(listener.getAddrs()[0]?.toString().split("/").at(-1));
  return { port, [Symbol.asyncDispose]: () => listener.close() };
}

async function knock(port: number): Promise<Deno.TcpConn> {
  return await Deno.connect({ hostname: "127.0.0.1", port });
}

async function isTurnedAway(port: number): Promise<boolean> {
  using socket = await knock(port);
  return await socket.read(new Uint8Array(1)) === null;
}
