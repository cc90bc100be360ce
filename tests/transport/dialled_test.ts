/** What the transport tells of its dials. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Connection, MultiaddrConnection, UpgraderOptions } from "@libp2p/interface";
import { denoTcp, TransportError } from "../../src/transport/mod.ts";
import { RawUpgrader, SILENT_LOGGER } from "./raw_upgrader.ts";
import { addressOf } from "./sockets.ts";

/** A transport, and what it told of its dials. */
function reporting() {
  const told: [address: string, error: Error | undefined][] = [];
  const transport = denoTcp({
    onDialled: (address, error) => told.push([address.toString(), error]),
    dialTimeoutMs: 5_000,
  })({ logger: SILENT_LOGGER });
  return { transport, told };
}

/** An upgrader whose handshakes fail, or do not end before the dial is given up. */
class BadUpgrader extends RawUpgrader {
  constructor(private readonly fault: Error | undefined) {
    super();
  }

  override upgradeOutbound(
    _connection: MultiaddrConnection,
    { signal }: UpgraderOptions,
  ): Promise<Connection> {
    if (this.fault !== undefined) return Promise.reject(this.fault);
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("some error of the handshake")));
    });
  }
}

/** A listener that nobody accepts from: the system answers for it. */
function silentListener(): Deno.TcpListener {
  return Deno.listen({ hostname: "127.0.0.1", port: 0 });
}

Deno.test("`denoTcp()` tells of a dial that worked", async () => {
  const { transport, told } = reporting();
  using listener = silentListener();
  const address = addressOf(listener.addr);
  const connection = await new RawUpgrader().dial(transport, address);
  assertEquals(told, [[address.toString(), undefined]]);
  connection.abort(new Error("the test is over"));
});

Deno.test("`denoTcp()` tells of a dial that nobody answered", async () => {
  const { transport, told } = reporting();
  const listener = silentListener();
  listener.close();
  const address = addressOf(listener.addr);
  const error = await assertRejects(() => new RawUpgrader().dial(transport, address));
  assertEquals(told, [[address.toString(), error]]);
  assert(error instanceof TransportError);
});

Deno.test("`denoTcp()` tells of a handshake that failed", async () => {
  const { transport, told } = reporting();
  using listener = silentListener();
  const address = addressOf(listener.addr);
  const fault = new Error("not one of us");
  await assertRejects(() => new BadUpgrader(fault).dial(transport, address));
  assertEquals(told, [[address.toString(), fault]]);
});

Deno.test("`denoTcp()` tells of a handshake that did not end in time", async () => {
  const { transport, told } = reporting();
  using listener = silentListener();
  const address = addressOf(listener.addr);
  const controller = new AbortController();
  const dial = new BadUpgrader(undefined).dial(transport, address, controller.signal);
  controller.abort(new DOMException("too long", "TimeoutError"));
  await assertRejects(() => dial);
  const [where, error] = told[0] ?? [];
  assertEquals(where, address.toString());
  assertEquals(error instanceof TransportError && error.code, "timed-out");
});

Deno.test("`denoTcp()` tells nothing of a dial that was given up", async () => {
  const { transport, told } = reporting();
  using listener = silentListener();
  const address = addressOf(listener.addr);
  for (const upgrader of [new RawUpgrader(), new BadUpgrader(undefined)]) {
    const controller = new AbortController();
    const dial = upgrader.dial(transport, address, controller.signal);
    controller.abort(new Error("another address won"));
    await assertRejects(() => dial);
  }
  const connected = new AbortController();
  const dial = new BadUpgrader(undefined).dial(transport, address, connected.signal);
  using _socket = await listener.accept();
  connected.abort();
  await assertRejects(() => dial);
  assertEquals(told, []);
});
