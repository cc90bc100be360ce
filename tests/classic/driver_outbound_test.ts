import { assert, assertEquals, assertRejects } from "@std/assert";
import { OLD_READ_BYTES } from "../../src/classic/limits.ts";
import { ChatError } from "../../src/errors.ts";
import { RawConnection, sendLetter, startTestNode, Watch } from "./classic_fixture.ts";

/** Takes connections, and keeps what each of them said. */
class OldProgram implements AsyncDisposable {
  readonly said: string[] = [];
  readonly watch = new Watch();
  readonly #server: Deno.TcpListener;
  readonly #serving: Promise<void>;
  readonly #sockets = new Set<Deno.TcpConn>();

  /** @param answer to every chunk; undefined: none */
  constructor(readonly answer: string | undefined, port = 0) {
    this.#server = Deno.listen({ hostname: "127.0.0.1", port });
    this.#serving = this.#serve();
  }

  get port(): number {
    return this.#server.addr.port;
  }

  get peerId(): string {
    return `classic:127.0.0.1:${this.port}`;
  }

  /** Hangs up on everybody. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.hangUp();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const talks: Promise<void>[] = [];
    try {
      for await (const socket of this.#server) talks.push(this.#listenTo(socket));
    } catch (error) {
      // Closed while it waited for the next one.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    await Promise.all(talks);
  }

  async #listenTo(socket: Deno.TcpConn): Promise<void> {
    this.#sockets.add(socket);
    const index = this.said.push("") - 1;
    const buffer = new Uint8Array(OLD_READ_BYTES);
    try {
      for (let length = await socket.read(buffer); length !== null;) {
        this.said[index] += new TextDecoder().decode(buffer.subarray(0, length));
        this.watch.note();
        if (this.answer !== undefined) await socket.write(new TextEncoder().encode(this.answer));
        length = await socket.read(buffer);
      }
    } catch {
      // Hung up, by either side.
    }
    if (this.#sockets.delete(socket)) socket.close();
  }
}

/** A port at which nobody listens. */
function deadPort(): number {
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return server.addr.port;
}

Deno.test("ClassicDriver writes a letter with its own address and team", async () => {
  await using old = new OldProgram(undefined);
  await using node = startTestNode();
  const draft = node.send(old.peerId, "hello there");
  await node.watch.until(() => draft.state === "sent");
  await old.watch.until(() => old.said.length === 1 && old.said[0] !== "");
  assertEquals(old.said, [`127.0.0.1:${node.port} New_Team hello there`]);
  assertEquals(node.tries, [{ peerId: old.peerId, failure: undefined }]);
  assertEquals(node.driver.peers().map(({ peerId }) => peerId), [old.peerId]);
});

Deno.test("ClassicDriver says that it does not listen, where it does not", async () => {
  await using old = new OldProgram(undefined);
  await using node = startTestNode({ listen: undefined });
  assertEquals(node.driver.address, undefined);
  const draft = node.send(old.peerId, "hello");
  await node.watch.until(() => draft.state === "sent");
  await old.watch.until(() => old.said[0] !== "");
  assertEquals(old.said, ["127.0.0.1:9 New_Team hello"]);
});

Deno.test("ClassicDriver keeps one conversation for all messages in dialect B", async () => {
  await using old = new OldProgram("ok");
  await using node = startTestNode({ defaultDialect: "b" });
  const drafts = ["one", "two\nthree"].map((text) => node.send(old.peerId, text));
  await node.watch.until(() => drafts.every(({ state }) => state === "delivered"));
  const port = node.port;
  assertEquals(old.said, [`${port}\n${port}\none\n${port}\ntwo\n${port}\nthree\n`]);
});

Deno.test("ClassicDriver answers in the dialect in which it was spoken to, whatever is usual", async () => {
  await using old = new OldProgram("ok");
  await using node = startTestNode({ defaultDialect: "b", dialectOf: () => "b" });
  await sendLetter(node.port, `10.0.0.1:${old.port} red hello`);
  await node.watch.until(() => node.texts.length === 1);
  const draft = node.send(old.peerId, "hello yourself");
  await node.watch.until(() => draft.state === "sent");
});

Deno.test("ClassicDriver uses the dialect that a peer used in an earlier run", async () => {
  await using old = new OldProgram("ok");
  await using node = startTestNode({ dialectOf: () => "b" });
  const draft = node.send(old.peerId, "hello");
  await node.watch.until(() => draft.state === "delivered");
});

Deno.test("ClassicDriver keeps a message for a peer that is not there, and sends it when it is", async () => {
  const port = deadPort();
  const peerId = `classic:127.0.0.1:${port}`;
  await using node = startTestNode();
  const draft = node.send(peerId, "are you there?");
  await node.watch.until(() => node.tries.length > 0);
  assertEquals(node.tries[0], { peerId, failure: "nobody listens there (connection refused)" });
  assertEquals(draft.state, "queued");
  await using old = new OldProgram(undefined, port);
  node.driver.retry();
  await node.watch.until(() => draft.state === "sent");
  await old.watch.until(() => old.said.some((text) => text.endsWith("are you there?")));
});

Deno.test("ClassicDriver says when it tries again", async () => {
  const peerId = `classic:127.0.0.1:${deadPort()}`;
  await using node = startTestNode({ random: () => 0.99, now: () => 5_000_000 });
  node.send(peerId, "are you there?");
  await node.watch.until(() => node.tries.length === 1);
  const next = node.driver.nextAttempt(peerId) ?? 0;
  assert(next > 5_000_000 && next <= 5_001_000, `${next}`);
  assertEquals(node.driver.nextAttempt("classic:127.0.0.1:1"), undefined);
});

Deno.test("ClassicDriver sends what waited from before its start", async () => {
  await using old = new OldProgram(undefined);
  await using node = startTestNode({
    waitingPeers: () => [old.peerId],
    store: {
      accept: () => [],
      flush: () => Promise.resolve(),
      waiting: (_, after) => after > 0 ? [] : [{ sequence: 1, id: "m1", text: "from before" }],
      record: () => [],
    },
  });
  await old.watch.until(() => old.said.some((text) => text.endsWith("from before")));
  assert(node.port > 0);
});

Deno.test("ClassicDriver sends an unanswered message again on the next conversation", async () => {
  await using silent = new OldProgram(undefined);
  await using node = startTestNode({ defaultDialect: "b" });
  const draft = node.send(silent.peerId, "hello");
  await silent.watch.until(() => silent.said[0]?.includes("hello") ?? false);
  silent.hangUp();
  await silent.watch.until(() => silent.said[1]?.includes("hello") ?? false);
  assertEquals(draft.state, "queued");
  assertEquals(node.tries.map(({ failure }) => failure).slice(0, 2), [
    undefined,
    "it ended the conversation",
  ]);
  assertEquals(node.downs, [{ peerId: silent.peerId, departure: "lost" }]);
});

Deno.test("ClassicDriver keeps who converses on the list, even where it cannot be reached", async () => {
  const port = deadPort();
  await using node = startTestNode();
  using connection = await RawConnection.to(node.port);
  await connection.say(`${port}\n`);
  await node.watch.until(() => node.ups.length === 1);
  node.send(`classic:127.0.0.1:${port}`, "hello");
  await node.watch.until(() => node.tries.length === 1);
  assertEquals(node.downs, []);
});

Deno.test("ClassicDriver splits a long letter so that the old programs read all of it", async () => {
  await using old = new OldProgram(undefined);
  await using node = startTestNode();
  const text = "grüße 👋🏽 ".repeat(300).trim();
  const draft = node.send(old.peerId, text);
  await node.watch.until(() => draft.state === "sent");
  await old.watch.until(() => old.said.every((said) => said !== "") && old.said.length > 3);
  const header = `127.0.0.1:${node.port} New_Team `;
  const parts = old.said.map((said) => {
    assert(new TextEncoder().encode(said).length <= OLD_READ_BYTES);
    assert(said.startsWith(header), said.slice(0, 40));
    return said.slice(header.length);
  });
  assertEquals(parts.map((part) => part.replace(/^… /, "").replace(/ …$/, "")).join(""), text);
});

Deno.test("ClassicDriver refuses a long letter where it is to, and what cannot be said", async () => {
  await using old = new OldProgram(undefined);
  await using node = startTestNode({ longTexts: "refuse" });
  const drafts = ["x".repeat(1_000), "exit", "fine"].map((text) => node.send(old.peerId, text));
  await node.watch.until(() => drafts.every(({ state }) => state !== "queued"));
  assertEquals(drafts.map(({ state, reason }) => [state, reason]), [
    ["refused", "the text has 1000 bytes, the old programs read at most 993"],
    ["refused", '"exit" alone is a command in the classic protocol, not a text'],
    ["sent", undefined],
  ]);
});

for (const dialect of ["a", "b"] as const) {
  Deno.test(`ClassicDriver.connect() greets in dialect ${dialect}`, async () => {
    await using old = new OldProgram("ok");
    await using node = startTestNode({ defaultDialect: dialect });
    const peer = await node.driver.connect(old.peerId, { signal: AbortSignal.timeout(5_000) });
    assertEquals([peer.peerId, peer.dialect], [old.peerId, dialect]);
    assertEquals(node.driver.peers(), [peer]);
    await old.watch.until(() => old.said.at(-1) !== "");
    assertEquals(
      old.said,
      dialect === "a"
        ? [`127.0.0.1:${node.port} New_Team connect`]
        : ["CONNECT\n", `${node.port}\n`],
    );
    // Once more, it is there already.
    await node.driver.connect(old.peerId, { signal: AbortSignal.timeout(5_000) });
  });

  Deno.test(`ClassicDriver.connect() throws where nobody listens, in dialect ${dialect}`, async () => {
    const peerId = `classic:127.0.0.1:${deadPort()}`;
    await using node = startTestNode({ defaultDialect: dialect });
    const { signal } = new AbortController();
    const error = await assertRejects(() => node.driver.connect(peerId, { signal }), ChatError);
    assertEquals(error.code, "unreachable");
    assertEquals(node.driver.peers(), []);
    assertEquals(node.driver.nextAttempt(peerId), undefined);
  });
}

Deno.test("ClassicDriver.connect() ends with its signal, and throws for who is blocked", async () => {
  await using silent = new OldProgram(undefined);
  await using node = startTestNode({ defaultDialect: "b" });
  const controller = new AbortController();
  const connecting = node.driver.connect(silent.peerId, { signal: controller.signal });
  await silent.watch.until(() => silent.said[0] === "CONNECT\n");
  controller.abort(new Error("never mind"));
  await assertRejects(() => connecting, Error, "never mind");
  node.blocked.add(silent.peerId);
  node.driver.blocked(silent.peerId);
  const { signal } = new AbortController();
  await assertRejects(() => node.driver.connect(silent.peerId, { signal }), ChatError, "blocked");
});

Deno.test("ClassicDriver sends nothing to who is blocked, until it is not", async () => {
  await using old = new OldProgram(undefined);
  await using node = startTestNode();
  node.blocked.add(old.peerId);
  node.driver.blocked(old.peerId);
  const draft = node.send(old.peerId, "hello");
  assertEquals(node.driver.nextAttempt(old.peerId), undefined);
  assertEquals(draft.state, "queued");
  node.blocked.delete(old.peerId);
  node.driver.unblocked(old.peerId);
  await node.watch.until(() => draft.state === "sent");
  assertEquals(old.said.length, 1);
});

for (const dialect of ["a", "b"] as const) {
  Deno.test(`ClassicDriver greets a mandatory peer until it is there, in dialect ${dialect}`, async () => {
    const port = deadPort();
    const peerId = `classic:127.0.0.1:${port}`;
    await using node = startTestNode({ defaultDialect: dialect, mandatory: () => [peerId] });
    await node.watch.until(() => node.tries.length >= 2);
    await using old = new OldProgram("ok", port);
    await node.watch.until(() => node.ups.length === 1);
    await old.watch.until(() => old.said.length > 0);
  });
}

Deno.test("ClassicDriver tries a mandatory peer of dialect A again after it left", async () => {
  await using old = new OldProgram(undefined);
  await using node = startTestNode({ mandatory: () => [old.peerId] });
  await node.watch.until(() => node.ups.length === 1);
  await sendLetter(node.port, `10.0.0.1:${old.port} red exit`);
  await node.watch.until(() => node.downs.length === 1);
  await node.watch.until(() => node.ups.length === 2);
});

Deno.test("ClassicDriver says exit to everybody when it stops, and waits for nobody who hangs", async () => {
  await using first = new OldProgram(undefined);
  await using second = new OldProgram("ok");
  // Never accepts: the system does, up to its queue.
  using hanging = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const node = startTestNode();
  for (const port of [first.port, second.port, hanging.addr.port, deadPort()]) {
    await sendLetter(node.port, `10.0.0.1:${port} red hello ${port}`);
  }
  await node.watch.until(() => node.ups.length === 4);
  const { port } = node;
  await node[Symbol.asyncDispose]();
  await first.watch.until(() => first.said.length === 1);
  await second.watch.until(() => second.said.length === 1);
  const exit = `127.0.0.1:${port} New_Team exit`;
  assertEquals([...first.said, ...second.said], [exit, exit]);
  assertEquals(node.downs, []);
});

Deno.test("ClassicDriver ends an open conversation with exit when it stops", async () => {
  await using old = new OldProgram("ok");
  const node = startTestNode({ defaultDialect: "b" });
  const draft = node.send(old.peerId, "hello");
  await node.watch.until(() => draft.state === "delivered");
  const { port } = node;
  await node[Symbol.asyncDispose]();
  await old.watch.until(() => old.said[0]?.endsWith("exit\n") ?? false);
  assertEquals(old.said, [`${port}\n${port}\nhello\n${port}\nexit\n`]);
});
