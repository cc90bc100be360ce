import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { multiaddr } from "@multiformats/multiaddr";
import { openSocket } from "../../src/transport/dial.ts";
import { TransportError, type TransportErrorCode } from "../../src/transport/errors.ts";
import { addressOf, HAS_IPV6 } from "./sockets.ts";

const PATIENT = { signal: new AbortController().signal, timeoutMs: 10_000 };

Deno.test("`openSocket()` dials IPv4 addresses and names", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (const host of ["ip4/127.0.0.1", "dns4/localhost", "dns/localhost"]) {
    using socket = await openSocket(multiaddr(`/${host}/tcp/${listener.addr.port}`), PATIENT);
    assertEquals(socket.remoteAddr, listener.addr, host);
  }
});

Deno.test("`openSocket()` dials IPv6 addresses and names", { ignore: !HAS_IPV6 }, async () => {
  using listener = Deno.listen({ hostname: "::1", port: 0 });
  for (const host of ["ip6/::1", "dns6/::1", "dns/::1"]) {
    using socket = await openSocket(multiaddr(`/${host}/tcp/${listener.addr.port}`), PATIENT);
    assertEquals(socket.remoteAddr, listener.addr, host);
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
      const heard = onAccept;
      onAccept = () => {};
      heard();
      socket.close();
      return acceptAll();
    }, () => {/* the listener was closed */});
  const accepting = acceptAll();
  const moments: ((abort: () => void) => void)[] = [
    (abort) => queueMicrotask(abort),
    (abort) => setTimeout(abort, 0),
    // The connection and the abort become ready while nobody looks.
    (abort) => {
      setTimeout(abort, 0);
      const start = performance.now();
      while (performance.now() < start + 2);
    },
    // Of several dials some are connected by now, but may not have heard of it.
    (abort) => onAccept = abort,
    (abort) => onAccept = () => queueMicrotask(abort),
    (abort) => onAccept = () => setTimeout(abort, 0),
  ];
  let aborted = 0;
  for (let round = 0; round < 50; round++) {
    for (const abortAt of moments) {
      const controller = new AbortController();
      const { signal } = controller;
      const outcomes = Array.from({ length: 3 }, async () => {
        try {
          const socket = await openSocket(addressOf(listener.addr), { ...PATIENT, signal });
          socket.close();
        } catch (error) {
          assertEquals(error instanceof TransportError && error.code, "aborted");
          aborted++;
        }
      });
      await new Promise<void>((resolve) => {
        abortAt(() => {
          controller.abort();
          resolve();
        });
      });
      await Promise.all(outcomes);
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
