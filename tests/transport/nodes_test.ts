import { assertEquals } from "@std/assert";
import type { Libp2p, Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { PROTOCOL, receiveAll, sendAll, startNode, type TransportName } from "./nodes.ts";
import { digest, linesOf, next, pattern } from "./sockets.ts";

const DIRECTIONS: [TransportName, TransportName][] = [
  ["ours", "@libp2p/tcp"],
  ["@libp2p/tcp", "ours"],
  ["ours", "ours"],
];

for (const [dialling, listening] of DIRECTIONS) {
  const title = `node on ${dialling} to node on ${listening}`;

  test(`${title}: 8 MiB both ways`, async () => {
    const dialler = await startNode(dialling);
    const listener = await startNode(listening);
    const request = pattern(8 << 20);
    const reply = request.toReversed();
    const requested = Promise.withResolvers<string>();
    await listener.handle(PROTOCOL, async (stream) => {
      const receiving = receiveAll(stream);
      await sendAll(stream, reply);
      await stream.close();
      requested.resolve(digest(...await receiving));
    });

    const stream = await open(dialler, listener);
    const receiving = receiveAll(stream);
    await sendAll(stream, request);
    await stream.close();
    assertEquals(digest(...await receiving), digest(reply));
    assertEquals(await requested.promise, digest(request));
    await Promise.all([dialler.stop(), listener.stop()]);
  });

  test(`${title}: survives that the other is killed`, async () => {
    await using program = await startProgram(listening);
    const node = await startNode(dialling);
    const connection = await node.dial(multiaddr(program.address));
    const stream = await connection.newStream(PROTOCOL);
    const closed = next(connection, "close");
    await next(stream, "message");
    program.kill();
    await closed;
    assertEquals(node.getConnections(), []);

    await using successor = await startProgram(listening);
    const again = await (await node.dial(multiaddr(successor.address))).newStream(PROTOCOL);
    await next(again, "message");
    await node.stop();
  });
}

test("ten nodes on either transport connect to one on ours at the same time", async () => {
  const listener = await startNode("ours");
  await listener.handle(PROTOCOL, async (stream) => {
    for (const part of await receiveAll(stream)) stream.send(part);
    await stream.close();
  });
  const nodes = await Promise.all(
    Array.from({ length: 10 }, (_, index) => startNode(index % 2 === 0 ? "ours" : "@libp2p/tcp")),
  );
  await Promise.all(nodes.map(async (node, index) => {
    const message = pattern(20_000 + index);
    const stream = await open(node, listener);
    const answer = receiveAll(stream);
    await sendAll(stream, message);
    await stream.close();
    assertEquals(digest(...await answer), digest(message));
  }));
  assertEquals(listener.getConnections().length, 10);
  await Promise.all([listener, ...nodes].map((node) => node.stop()));
});

/**
 * Without sanitizers: libp2p 3.3.11 leaves timers of its own (a debounce, a rate limit) that end
 * within 1 s. That the transport leaves nothing is shown by the tests without libp2p.
 */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

async function open(from: Libp2p, to: Libp2p): Promise<Stream> {
  const connection = await from.dial(to.getMultiaddrs());
  return await connection.newStream(PROTOCOL);
}

/** A node in a process of its own. */
async function startProgram(
  transport: TransportName,
): Promise<AsyncDisposable & { address: string; kill(): void }> {
  const program = new URL("node_program.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "-A", program, transport],
    stdout: "piped",
  }).spawn();
  const lines = linesOf(child.stdout);
  let alive = true;
  const kill = () => {
    if (alive) child.kill("SIGKILL");
    alive = false;
  };
  return {
    address: (await lines.next()).value,
    kill,
    async [Symbol.asyncDispose]() {
      kill();
      await lines.return(undefined);
      await child.status;
    },
  };
}
