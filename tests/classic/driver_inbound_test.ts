import { assert, assertEquals } from "@std/assert";
import { MAX_LINE_BYTES, MAX_LISTED, MAX_SEATS_PER_HOST } from "../../src/classic/limits.ts";
import { RawConnection, sendLetter, startTestNode, type TestNode } from "./classic_fixture.ts";

const ID = "classic:127.0.0.1:5000";
const ANSWER = "✅ Message received from 127.0.0.1:5000\n";

/** Resolves when a letter that is sent now has come. */
async function isServed(node: TestNode): Promise<void> {
  await sendLetter(node.port, "10.0.0.1:6000 red still there?");
  await node.watch.until(() => node.texts.includes("still there?"));
}

Deno.test("ClassicDriver keeps a letter under the address it came from and the port it names", async () => {
  await using node = startTestNode();
  await sendLetter(node.port, "192.168.1.20:5000 red hello there");
  await node.watch.until(() => node.texts.length === 1);
  assertEquals(node.store.received, [{ peerId: ID, text: "hello there" }]);
  const [peer] = node.driver.peers();
  assertEquals([peer?.host, peer?.port, peer?.name, peer?.dialect], [
    "127.0.0.1",
    5000,
    "red",
    "a",
  ]);
});

Deno.test("ClassicDriver lists who greets, keeps a greeting that says something, and drops who leaves", async () => {
  await using node = startTestNode();
  await sendLetter(node.port, "10.0.0.1:5000 red CONNECT");
  await node.watch.until(() => node.ups.length === 1);
  await sendLetter(node.port, "10.0.0.1:5001 blue Hello");
  await node.watch.until(() => node.ups.length === 2);
  await sendLetter(node.port, "10.0.0.1:5002 white ");
  await node.watch.until(() => node.ups.length === 3);
  await sendLetter(node.port, "10.0.0.1:5000 red Exit");
  await node.watch.until(() => node.downs.length === 1);
  assertEquals(node.texts, ["Hello"]);
  assertEquals(node.downs, [{ peerId: ID, departure: "left" }]);
  assertEquals(node.driver.peers().map(({ name }) => name), ["blue", "white"]);
});

Deno.test("ClassicDriver tells when a listed peer takes another name", async () => {
  await using node = startTestNode();
  for (const team of ["red", "red", "blue"]) {
    await sendLetter(node.port, `10.0.0.1:5000 ${team} ${team}`);
  }
  await node.watch.until(() => node.texts.length === 3);
  assertEquals(node.ups.map(({ name }) => name), ["red", "blue"]);
});

Deno.test("ClassicDriver answers every message of a conversation, however its bytes come", async () => {
  await using node = startTestNode();
  using connection = await RawConnection.to(node.port);
  await connection.say("50", "00\n5000\nhel", "lo\n");
  assertEquals(await connection.hear(), ANSWER);
  assertEquals(node.store.received, [{ peerId: ID, text: "hello" }]);
  await connection.say("5000\n");
  await connection.say("one\n5000\ntwo\n5000\n\n5000\nthree\n5000\nexit\n");
  assertEquals(await connection.hearAll(), ANSWER.repeat(4));
  assertEquals(node.texts, ["hello", "one", "two", "three"]);
  assertEquals(node.downs, [{ peerId: ID, departure: "left" }]);
});

Deno.test("ClassicDriver saves what comes in one packet with one commit", async () => {
  await using node = startTestNode();
  using connection = await RawConnection.to(node.port);
  await connection.say("5000\n" + "5000\nhi\n".repeat(100) + "5000\nexit\n");
  assertEquals(await connection.hearAll(), ANSWER.repeat(100));
  assertEquals(node.texts.length, 100);
  assertEquals(node.store.commits, 1);
});

Deno.test("ClassicDriver answers a check and lists nobody for it", async () => {
  await using node = startTestNode();
  using connection = await RawConnection.to(node.port);
  await connection.say("CONNECT\n");
  assert((await connection.hear()).startsWith("✅ CONNECT received from 127.0.0.1:"));
  assertEquals(node.driver.peers(), []);
});

Deno.test("ClassicDriver notices that a conversation broke", async () => {
  await using node = startTestNode();
  const connection = await RawConnection.to(node.port);
  await connection.say("5000\n");
  await node.watch.until(() => node.ups.length === 1);
  connection[Symbol.dispose]();
  await node.watch.until(() => node.downs.length === 1);
  assertEquals(node.downs, [{ peerId: ID, departure: "lost" }]);
});

Deno.test("ClassicDriver keeps a peer on the list while one of its conversations goes on", async () => {
  await using node = startTestNode();
  using first = await RawConnection.to(node.port);
  await first.say("5000\n5000\none\n");
  await first.hear();
  const second = await RawConnection.to(node.port);
  await second.say("5000\n5000\ntwo\n5000\nhalf");
  await second.hear();
  second[Symbol.dispose]();
  await node.watch.until(() => node.troubles.length === 1);
  assertEquals(node.downs, []);
  first[Symbol.dispose]();
  await node.watch.until(() => node.downs.length === 1);
});

for (
  const [what, said, reason] of [
    ["nothing", "", "nothing complete came within 0.05 s"],
    ["half an address", "10.0.0.1:50", "nothing complete came within 0.05 s"],
    ["half a header", "10.0.0.1:5000 re", "the connection ended in the middle of the header"],
    ["half a port", "50", "nothing complete came within 0.05 s"],
    ["half a message", "5000\n5000\nhel", "nothing complete came within 0.05 s"],
    ["only a check", "CONNECT\n", "nothing complete came within 0.05 s"],
  ] as const
) {
  Deno.test(`ClassicDriver closes a connection that says ${what} in time`, async () => {
    await using node = startTestNode({ completeWithinMs: 50 });
    using connection = await RawConnection.to(node.port);
    await connection.say(said);
    await connection.hearAll();
    await node.watch.until(() => node.troubles.length === 1);
    assertEquals(node.troubles, [`a connection was closed: ${reason}`]);
    assertEquals(node.texts, []);
  });
}

Deno.test("ClassicDriver takes a letter whose sender does not close, when its time is up", async () => {
  await using node = startTestNode({ completeWithinMs: 50 });
  using connection = await RawConnection.to(node.port);
  await connection.say("10.0.0.1:5000 red hello");
  await connection.hearAll();
  assertEquals(node.texts, ["hello"]);
});

Deno.test("ClassicDriver leaves a conversation alone in which nobody speaks", async () => {
  await using node = startTestNode({ completeWithinMs: 50 });
  using connection = await RawConnection.to(node.port);
  await connection.say("5000\n");
  using other = await RawConnection.to(node.port);
  await other.hearAll();
  await connection.say("5000\nhello\n");
  assertEquals(await connection.hear(), ANSWER);
});

Deno.test("ClassicDriver leaves a conversation alone that goes on, wherever its packets end", async () => {
  await using node = startTestNode({ completeWithinMs: 500 });
  using connection = await RawConnection.to(node.port);
  await connection.say("5000\n50");
  // As long as it takes that others are closed.
  for (let closed = 0; closed < 3; closed++) {
    using silent = await RawConnection.to(node.port);
    let isClosed = false;
    const end = silent.hearAll().then(() => isClosed = true);
    while (!isClosed) {
      await connection.say("00\nhello\n50");
      assertEquals(await connection.hear(), ANSWER);
    }
    await end;
  }
});

const HOSTILE: readonly (readonly [string, Uint8Array, string])[] = [
  ["a letter that is not UTF-8", bytes("10.0.0.1:5000 red ", [0xc3, 0x28]), "it is not UTF-8"],
  ["a message that is not UTF-8", bytes("5000\n5000\n", [0xff, 0x0a]), "it is not UTF-8"],
  ["a NUL", bytes("10.0.0.1:5000 red a", [0]), "the text contains a NUL character"],
  ["another protocol", bytes("GET / HTTP/1.1\r\n\r\n", []), "it speaks neither dialect"],
];

function bytes(text: string, more: readonly number[]): Uint8Array {
  return Uint8Array.from([...new TextEncoder().encode(text), ...more]);
}

for (const [what, said, reason] of HOSTILE) {
  Deno.test(`ClassicDriver refuses ${what} with a reason, and lives on`, async () => {
    await using node = startTestNode();
    await sendLetter(node.port, said);
    await node.watch.until(() => node.troubles.length === 1);
    assertEquals(node.troubles, [`a connection was closed: ${reason}`]);
    assertEquals(node.texts, []);
    await isServed(node);
  });
}

Deno.test("ClassicDriver answers what came before a fault", async () => {
  await using node = startTestNode();
  using connection = await RawConnection.to(node.port);
  await connection.say("5000\n5000\nhello\n5000\n", Uint8Array.of(0xff, 0x0a));
  assertEquals(await connection.hearAll(), ANSWER);
  assertEquals(node.texts, ["hello"]);
  await node.watch.until(() => node.downs.length === 1);
});

Deno.test("ClassicDriver ends a line of 100 MB after its limit", async () => {
  await using node = startTestNode();
  for (const beginning of ["5000\n5000\n", "10.0.0.1:5000 red ", ""]) {
    using connection = await RawConnection.to(node.port);
    await connection.say(beginning);
    const chunk = new Uint8Array(MAX_LINE_BYTES).fill(0x78);
    let taken = 0;
    try {
      for (; taken < 100 * 1024 * 1024; taken += chunk.length) await connection.say(chunk);
    } catch (error) {
      assert(
        error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe,
      );
    }
    // What the system's buffers take is not in our hands.
    assert(taken < 50 * 1024 * 1024, `${taken} bytes were taken`);
  }
  assertEquals(node.texts, []);
  await isServed(node);
});

Deno.test("ClassicDriver serves others of a host that holds 500 silent connections", async () => {
  await using node = startTestNode();
  const silent = await Promise.all(
    Array.from({ length: 500 }, () => RawConnection.to(node.port)),
  );
  await isServed(node);
  for (const connection of silent) connection[Symbol.dispose]();
  await sendLetter(node.port, "10.0.0.1:5000 red and after?");
  await node.watch.until(() => node.texts.includes("and after?"));
});

Deno.test("ClassicDriver keeps 500 letters that come at once", async () => {
  await using node = startTestNode();
  const texts = Array.from({ length: 500 }, (_, index) => `letter ${index}`);
  await Promise.all(texts.map((text) => sendLetter(node.port, `10.0.0.1:5000 red ${text}`)));
  await node.watch.until(() => node.texts.length === texts.length);
  assertEquals(node.texts.toSorted(), texts.toSorted());
  assert(node.store.commits < texts.length, "each had a commit of its own");
});

Deno.test("ClassicDriver lets conversations go on that are more than the seats of a host", async () => {
  await using node = startTestNode();
  using open = new DisposableStack();
  using first = await RawConnection.to(node.port);
  await first.say("5000\n");
  for (let index = 1; index < MAX_SEATS_PER_HOST; index++) {
    await open.use(await RawConnection.to(node.port)).say(`${5000 + index}\n`);
  }
  await node.watch.until(() => node.ups.length === MAX_SEATS_PER_HOST);
  using waiting = await RawConnection.to(node.port);
  await waiting.say("6000\n6000\nhello\n");
  await first.say("5000\nexit\n");
  assertEquals(await waiting.hear(), ANSWER.replace("5000", "6000"));
});

Deno.test("ClassicDriver forgets an abrupt close in the middle of a letter", async () => {
  await using node = startTestNode();
  // A close with unread bytes is a reset.
  const connection = await RawConnection.to(node.port);
  await connection.say("5000\nCONNECT\n5000\nhal");
  await node.watch.until(() => node.ups.length === 1);
  connection[Symbol.dispose]();
  await node.watch.until(() => node.troubles.length === 1);
  assertEquals(node.texts, []);
  await isServed(node);
});

Deno.test("ClassicDriver hears nothing of who is blocked, and hangs up on who gets blocked", async () => {
  await using node = startTestNode();
  using connection = await RawConnection.to(node.port);
  await connection.say("5000\n");
  await node.watch.until(() => node.ups.length === 1);
  node.blocked.add(ID);
  node.driver.blocked(ID);
  assertEquals(await connection.hearAll(), "");
  assertEquals(node.driver.peers(), []);
  await sendLetter(node.port, "10.0.0.1:5000 red let me in");
  await node.watch.until(() => node.troubles.length === 1);
  assertEquals(node.troubles, [`a connection was closed: ${ID} is blocked`]);
  assertEquals(node.texts, []);
  node.blocked.delete(ID);
  await sendLetter(node.port, "10.0.0.1:5000 red thank you");
  await node.watch.until(() => node.texts.length === 1);
});

Deno.test("ClassicDriver does not take itself for a peer", async () => {
  await using node = startTestNode();
  await sendLetter(node.port, `127.0.0.1:${node.port} red hello`);
  await node.watch.until(() => node.troubles.length === 1);
  assertEquals(node.driver.peers(), []);
  assertEquals(node.texts, []);
});

Deno.test("ClassicDriver answers nothing that it could not save, and saves it when it can", async () => {
  await using node = startTestNode();
  using connection = await RawConnection.to(node.port);
  await connection.say("5000\n");
  using other = await RawConnection.to(node.port);
  await other.say("CONNECT\n");
  await other.hear();
  node.store.fails = true;
  await connection.say("5000\nhello\n");
  await sendLetter(node.port, "10.0.0.1:6000 red me too");
  await node.watch.until(() => node.troubles.length === 1);
  assertEquals(node.troubles[0]?.startsWith("the database failed"), true);
  let answered = false;
  const answer = connection.hear().then((text) => {
    answered = true;
    return text;
  });
  // What needs no database is answered: the program does not stand still.
  await other.say("CONNECT\n");
  await other.hear();
  assert(!answered);
  node.store.fails = false;
  assertEquals(await answer, ANSWER);
  await node.watch.until(() => node.texts.length === 2);
});

Deno.test("ClassicDriver answers what is in the database, and does not wait for the disk", async () => {
  await using node = startTestNode();
  const disk = Promise.withResolvers<void>();
  node.store.flushing = disk.promise;
  using connection = await RawConnection.to(node.port);
  await connection.say("5000\n");
  for (const text of ["one", "two", "three"]) {
    await connection.say(`5000\n${text}\n`);
    assertEquals(await connection.hear(), ANSWER);
  }
  assertEquals(node.texts, ["one", "two", "three"]);
  disk.resolve();
});

Deno.test("ClassicDriver answers nothing more while the disk takes no flush, and goes on when it does", async () => {
  await using node = startTestNode();
  node.store.failsToFlush = true;
  using connection = await RawConnection.to(node.port);
  await connection.say("5000\n5000\none\n");
  assertEquals(await connection.hear(), ANSWER);
  await node.watch.until(() => node.troubles.length === 1);
  assert(node.troubles[0]?.includes("the disk does not answer"), node.troubles[0]);
  await connection.say("5000\ntwo\n");
  using other = await RawConnection.to(node.port);
  await other.say("CONNECT\n");
  await other.hear();
  assertEquals(node.texts, ["one"]);
  node.store.failsToFlush = false;
  assertEquals(await connection.hear(), ANSWER);
  assertEquals(node.texts, ["one", "two"]);
});

Deno.test("ClassicDriver keeps the messages of more peers than it lists", async () => {
  await using node = startTestNode();
  for (let port = 10_000; port <= 10_000 + MAX_LISTED; port++) {
    await sendLetter(node.port, `10.0.0.1:${port} red hello`);
  }
  await node.watch.until(() => node.texts.length === MAX_LISTED + 1);
  assertEquals(node.driver.peers().length, MAX_LISTED);
});
