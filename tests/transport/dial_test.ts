import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { multiaddr } from "@multiformats/multiaddr";
import { openSocket } from "../../src/transport/dial.ts";
import { TransportError, type TransportErrorCode } from "../../src/transport/errors.ts";
import { addressOf, turn } from "./sockets.ts";

const PATIENT = { signal: new AbortController().signal, timeoutMs: 10_000 };

Deno.test("`openSocket()` dials IPv4, IPv6 and names", async () => {
  using ip4 = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using ip6 = Deno.listen({ hostname: "::1", port: 0 });
  const addresses = [
    `/ip4/127.0.0.1/tcp/${ip4.addr.port}`,
    `/dns4/localhost/tcp/${ip4.addr.port}`,
    `/dns/localhost/tcp/${ip4.addr.port}`,
    `/ip6/::1/tcp/${ip6.addr.port}`,
    `/dns6/::1/tcp/${ip6.addr.port}`,
  ];
  for (const address of addresses) {
    using socket = await openSocket(multiaddr(address), PATIENT);
    const { hostname, port } = socket.remoteAddr;
    const expected = address.includes("::1") ? ip6.addr : ip4.addr;
    assertEquals([hostname, port], [expected.hostname, expected.port], address);
  }
});

Deno.test("`openSocket()` tells why it failed, and names the address", async () => {
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  closed.close();
  const failures: [string, TransportErrorCode][] = [
    [addressOf(closed.addr).toString(), "connection-refused"],
    [`/dns4/localhost/tcp/${closed.addr.port}`, "connection-refused"],
    ["/dns4/nobody.invalid/tcp/1", "name-not-found"],
    ["/dns/nobody.invalid/tcp/1", "name-not-found"],
    ["/dns6/127.0.0.1/tcp/1", "name-not-found"],
    ["/dns4/::1/tcp/1", "name-not-found"],
    ["/ip4/127.0.0.1/udp/1", "unsupported-address"],
  ];
  for (const [address, code] of failures) {
    const error = await failure(openSocket(multiaddr(address), PATIENT));
    assertEquals(error.code, code, address);
    assertStringIncludes(error.message, address);
  }
});

Deno.test({
  name: "`openSocket()` tells a missing permission",
  // Deno 2.4.2 itself forgets to close the handle for the signal when the permission is missing.
  sanitizeResources: false,
  permissions: { net: false },
  fn: async () => {
    const error = await failure(openSocket(multiaddr("/ip4/127.0.0.1/tcp/1"), PATIENT));
    assertEquals(error.code, "permission-denied");
  },
});

Deno.test("`openSocket()` gives up after the time-out", async () => {
  // Nobody accepts: once the queue of the operating system is full, a dial gets no answer.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = addressOf(listener.addr);
  const sockets: Deno.TcpConn[] = [];
  try {
    const error = await failure((async () => {
      for (let i = 0; i < 10_000; i++) {
        sockets.push(await openSocket(address, { ...PATIENT, timeoutMs: 200 }));
      }
    })());
    assertEquals(error.code, "timed-out");
    assertEquals(error.message, `cannot connect to ${address}: no answer within 200 ms`);
  } finally {
    for (const socket of sockets) socket.close();
  }
});

Deno.test("`openSocket()` rejects at once with an aborted signal", async () => {
  const signal = AbortSignal.abort("why");
  const error = await failure(
    openSocket(multiaddr("/ip4/127.0.0.1/tcp/1"), { ...PATIENT, signal }),
  );
  assertEquals([error.code, error.cause], ["aborted", "why"]);
});

Deno.test("`openSocket()` leaves no socket, whenever it is aborted", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let onAccept = () => {};
  const acceptAll = (): Promise<void> =>
    listener.accept().then((socket) => {
      onAccept();
      socket.close();
      return acceptAll();
    }, () => {/* the listener was closed */});
  const accepting = acceptAll();
  const accepted = () => new Promise<void>((resolve) => onAccept = resolve);
  const moments: (() => Promise<unknown>)[] = [
    () => Promise.resolve(),
    async () => {
      for (let i = 0; i < 5; i++) await undefined;
    },
    turn,
    // Now the connection is there, but the dial may not have heard of it.
    accepted,
    () => accepted().then(turn),
  ];
  let aborted = 0;
  for (let round = 0; round < 100; round++) {
    for (const moment of moments) {
      const controller = new AbortController();
      const signalled = moment().then(() => controller.abort());
      const { signal } = controller;
      const dialling = openSocket(addressOf(listener.addr), { ...PATIENT, signal });
      const outcome = dialling.then((socket) => socket.close(), (error) => {
        assertEquals(error.code, "aborted");
        aborted++;
      });
      await Promise.all([signalled, outcome]);
    }
  }
  listener.close();
  await accepting;
  // That no socket is left is what the test runner's sanitizer checks.
  assertEquals(aborted > 0, true);
});

Deno.test("`openSocket()` with a time-out signal tells a time-out", async () => {
  const signal = AbortSignal.abort(new DOMException("late", "TimeoutError"));
  const error = await failure(
    openSocket(multiaddr("/ip4/127.0.0.1/tcp/1"), { ...PATIENT, signal }),
  );
  assertEquals(error.code, "timed-out");
});

async function failure(promise: Promise<unknown>): Promise<TransportError> {
  return await assertRejects(() => promise, TransportError);
}
