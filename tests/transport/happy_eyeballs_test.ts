import { assertEquals, assertRejects } from "@std/assert";
import { firstToConnect } from "../../src/transport/happy_eyeballs.ts";

/** Listens on the same port of several loopback addresses. */
function listenAt(...hosts: string[]): Disposable & { port: number } {
  const listeners: Deno.TcpListener[] = [];
  for (const hostname of hosts) {
    listeners.push(Deno.listen({ hostname, port: listeners[0]?.addr.port ?? 0 }));
  }
  return {
    port: listeners[0]?.addr.port ?? 0,
    [Symbol.dispose]: () => listeners.forEach((listener) => listener.close()),
  };
}

Deno.test("`firstToConnect()` goes on to the next host when one refuses", async () => {
  using there = listenAt("127.0.0.1");
  const hosts = ["127.0.0.3", "127.0.0.2", "127.0.0.1"];
  using socket = await firstToConnect(hosts, there.port, new AbortController());
  assertEquals(socket.remoteAddr.hostname, "127.0.0.1");
});

Deno.test("`firstToConnect()` goes on to the next host when one does not answer", async () => {
  using there = listenAt("127.0.0.2", "127.0.0.1");
  const queued = await fillQueue("127.0.0.2", there.port);
  try {
    const hosts = ["127.0.0.2", "127.0.0.1"];
    using socket = await firstToConnect(hosts, there.port, new AbortController());
    assertEquals(socket.remoteAddr.hostname, "127.0.0.1");
  } finally {
    for (const socket of queued) socket.close();
  }
});

Deno.test("`firstToConnect()` prefers the first host that works", async () => {
  using there = listenAt("127.0.0.1", "127.0.0.2");
  using socket = await firstToConnect(
    ["127.0.0.1", "127.0.0.2"],
    there.port,
    new AbortController(),
  );
  assertEquals(socket.remoteAddr.hostname, "127.0.0.1");
});

Deno.test("`firstToConnect()` tells why the first host failed when all do", async () => {
  const { port } = (() => {
    using there = listenAt("127.0.0.1");
    return there;
  })();
  await assertRejects(
    () => firstToConnect(["127.0.0.1", "127.0.0.2"], port, new AbortController()),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test("`firstToConnect()` ends all attempts when the deadline is aborted", async () => {
  using there = listenAt("127.0.0.1", "127.0.0.2");
  const queued = [
    ...await fillQueue("127.0.0.1", there.port),
    ...await fillQueue("127.0.0.2", there.port),
  ];
  try {
    const deadline = new AbortController();
    const attempt = firstToConnect(["127.0.0.1", "127.0.0.2"], there.port, deadline);
    deadline.abort();
    await assertRejects(() => attempt);
  } finally {
    for (const socket of queued) socket.close();
  }
});

/** Connects until the operating system's queue of unaccepted connections is full. */
async function fillQueue(hostname: string, port: number): Promise<Deno.TcpConn[]> {
  const sockets: Deno.TcpConn[] = [];
  for (;;) {
    const signal = AbortSignal.timeout(200);
    try {
      sockets.push(await Deno.connect({ hostname, port, signal }));
    } catch {
      return sockets;
    }
  }
}
