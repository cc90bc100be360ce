import { assert, assertEquals, assertRejects } from "@std/assert";
import { multiaddr } from "@multiformats/multiaddr";
import type { Listener, Upgrader } from "@libp2p/interface";
import { denoTcp, TransportError } from "../../src/transport/mod.ts";
import { RawUpgrader, SILENT_LOGGER } from "./raw_upgrader.ts";
import { HAS_IPV6, next } from "./sockets.ts";

const transport = () => denoTcp()({ logger: SILENT_LOGGER });

Deno.test("`listen()` on port 0 takes a free port and announces it", async () => {
  const listener = transport().createListener({ upgrader: new RawUpgrader() });
  assertEquals(listener.getAddrs(), []);
  const listening = next(listener, "listening");
  await listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0"));
  await listening;
  const port = portOf(listener);
  assertEquals(texts(listener), [`/ip4/127.0.0.1/tcp/${port}`]);
  assert(port > 0);

  const closed = next(listener, "close");
  await listener.close();
  await closed;
  assertEquals(listener.getAddrs(), []);
  await assertRejects(
    () => Deno.connect({ hostname: "127.0.0.1", port }),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test("`listen()` on a fixed port uses that", async () => {
  const port = freePort();
  const listener = await listening(transport(), `/ip4/127.0.0.1/tcp/${port}`);
  assertEquals(texts(listener), [`/ip4/127.0.0.1/tcp/${port}`]);
  await listener.close();
});

Deno.test("`listen()` on all interfaces announces their addresses, not the wildcard", async () => {
  for (
    const [wildcard, loopback] of [["/ip4/0.0.0.0", "/ip4/127.0.0.1"], ["/ip6/::", "/ip6/::1"]]
  ) {
    const upgrader = new RawUpgrader();
    const tcp = transport();
    const listener = tcp.createListener({ upgrader });
    await listener.listen(multiaddr(`${wildcard}/tcp/0`));
    const port = portOf(listener);
    assert(texts(listener).includes(`${loopback}/tcp/${port}`), texts(listener).join());
    assert(!texts(listener).some((address) => address.startsWith(`${wildcard}/`)));
    assert(listener.getAddrs().length >= interfaces(loopback ?? "").length);

    const dialled = await upgrader.dial(tcp, multiaddr(`${loopback}/tcp/${port}`));
    const accepted = await upgrader.inbound();
    assert(accepted.remoteAddr.toString().startsWith(`${loopback}/tcp/`));
    await Promise.all([dialled.close(), next(accepted, "close")]);
    await listener.close();
  }
});

Deno.test("`listen()` on 0.0.0.0 and :: works with the same port, in either order", {
  ignore: !HAS_IPV6,
}, async () => {
  for (const order of [["/ip4/0.0.0.0", "/ip6/::"], ["/ip6/::", "/ip4/0.0.0.0"]]) {
    const upgrader = new RawUpgrader();
    const tcp = transport();
    const port = freePort();
    const listeners = order.map(() => tcp.createListener({ upgrader }));
    // Both at once, as libp2p does it.
    await Promise.all(listeners.map((listener, index) => {
      return listener.listen(multiaddr(`${order[index]}/tcp/${port}`));
    }));
    const announced = listeners.flatMap(texts);
    for (const address of [`/ip4/127.0.0.1/tcp/${port}`, `/ip6/::1/tcp/${port}`]) {
      assertEquals(announced.filter((one) => one === address).length, 1, address);
      const dialled = await upgrader.dial(tcp, multiaddr(address));
      const accepted = await upgrader.inbound();
      const [kind] = accepted.remoteAddr.getComponents();
      assertEquals(address.startsWith(`/${kind?.name}/`), true, `${accepted.remoteAddr}`);
      await Promise.all([dialled.close(), next(accepted, "close")]);
    }
    for (const listener of listeners) await listener.close();
    assertEquals(listeners.flatMap(texts), []);
  }
});

Deno.test("`listen()` tells why it failed, by an 'error' event too", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const failures = [
    [`/ip4/127.0.0.1/tcp/${taken.addr.port}`, "address-in-use"],
    ["/ip4/203.0.113.1/tcp/0", "address-not-available"],
  ] as const;
  for (const [address, code] of failures) {
    const listener = transport().createListener({ upgrader: new RawUpgrader() });
    let told: unknown;
    listener.addEventListener("error", ({ detail }) => told = detail);
    const error: TransportError = await assertRejects(
      () => listener.listen(multiaddr(address)),
      TransportError,
      address,
    );
    assertEquals(error.code, code);
    assertEquals(told, error);
    assertEquals(listener.getAddrs(), []);
  }
});

Deno.test("`listen()` refuses what it cannot bind, and a second time", async () => {
  const listener = transport().createListener({ upgrader: new RawUpgrader() });
  for (const address of ["/dns4/localhost/tcp/0", "/ip4/127.0.0.1/udp/0"]) {
    await assertRejects(() => listener.listen(multiaddr(address)), TransportError, address);
  }
  await listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0"));
  await assertRejects(
    () => listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0")),
    TransportError,
    "already listening",
  );
  await listener.close();
  await assertRejects(
    () => listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0")),
    TransportError,
    "already closed",
  );
});

Deno.test("`close()` closes accepted connections, and does nothing the second time", async () => {
  const upgrader = new RawUpgrader();
  const tcp = transport();
  const listener = tcp.createListener({ upgrader });
  await listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0"));
  const dialled = await upgrader.dial(tcp, multiaddr(`/ip4/127.0.0.1/tcp/${portOf(listener)}`));
  const accepted = await upgrader.inbound();
  const ended = next(dialled, "close");

  await listener.close();
  assertEquals(accepted.status, "aborted");
  await ended;
  await listener.close();
});

Deno.test("`close()` aborts upgrades that are under way", async () => {
  const upgrader = new PatientUpgrader();
  const listener = transport().createListener({ upgrader });
  await listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0"));
  using socket = await Deno.connect({ hostname: "127.0.0.1", port: portOf(listener) });
  await upgrader.started.promise;
  await listener.close();
  const error = await upgrader.ended.promise;
  assertEquals(error instanceof TransportError && error.code, "closed");
  assertEquals(await socket.read(new Uint8Array(1)), null);
});

Deno.test("a failed upgrade closes the connection and harms nobody else", async () => {
  const upgrader = new FussyUpgrader();
  const listener = transport().createListener({ upgrader });
  await listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0"));
  for (let i = 0; i < 3; i++) {
    using socket = await Deno.connect({ hostname: "127.0.0.1", port: portOf(listener) });
    assertEquals(await socket.read(new Uint8Array(1)), null);
  }
  assertEquals(upgrader.refused, 3);
  await listener.close();
});

Deno.test("`denoTcp()` refuses senseless options and quotes them", () => {
  for (const option of ["dialTimeoutMs", "maxPendingInbound", "maxOpenInbound", "maxUnsentBytes"]) {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      let message = "";
      try {
        denoTcp({ [option]: value });
      } catch (error) {
        if (error instanceof RangeError) message = error.message;
      }
      assertEquals(message, `${option} must be an integer of at least 1, got ${value}`);
    }
  }
});

/** Never finishes an upgrade by itself. */
class PatientUpgrader extends RawUpgrader implements Upgrader {
  readonly started = Promise.withResolvers<void>();
  readonly ended = Promise.withResolvers<unknown>();

  override upgradeInbound(_: unknown, { signal }: { signal: AbortSignal }): Promise<void> {
    this.started.resolve();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        this.ended.resolve(signal.reason);
        reject(signal.reason);
      });
    });
  }
}

class FussyUpgrader extends RawUpgrader implements Upgrader {
  refused = 0;

  override upgradeInbound(): Promise<void> {
    this.refused++;
    if (this.refused === 2) throw new Error("no, at once");
    return Promise.reject(new Error("no"));
  }
}

async function listening(tcp: ReturnType<typeof transport>, address: string): Promise<Listener> {
  const listener = tcp.createListener({ upgrader: new RawUpgrader() });
  await listener.listen(multiaddr(address));
  return listener;
}

function texts(listener: Listener): string[] {
  return listener.getAddrs().map((address) => address.toString());
}

function portOf(listener: Listener): number {
  return Number(texts(listener)[0]?.split("/").at(-1));
}

/** A port that nobody uses just now. */
function freePort(): number {
  using probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return probe.addr.port;
}

/** The addresses of this machine of that kind, without link-local ones. */
function interfaces(kind: string): string[] {
  const family = kind.startsWith("/ip4/") ? "IPv4" : "IPv6";
  return Deno.networkInterfaces()
    .filter((one) => one.family === family && !/^(169\.254|fe80)/.test(one.address))
    .map(({ address }) => address);
}
