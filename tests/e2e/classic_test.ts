/**
 * The real program and the old ones, each in a process of its own: small programs in Python that were
 * written from the description of the two dialects alone.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { MessageLine } from "../../src/commands/ndjson.ts";
import { RawConnection } from "../classic/classic_fixture.ts";
import { HAS_PYTHON, PythonPeer } from "../classic/python_peer.ts";
import { freePort, Home, type Listener, LOOPBACK } from "./program.ts";

/** Shown in the name of a test that is not run. */
const WORD = HAS_PYTHON ? "" : " (skipped: there is no python3)";

function test(name: string, run: () => Promise<void>): void {
  Deno.test({ name: name + WORD, ignore: !HAS_PYTHON, fn: run });
}

interface ClassicListener extends Listener {
  /** `127.0.0.1:PORT`, for the old programs. */
  readonly classic: string;
}

async function listen(home: Home, ...args: string[]): Promise<ClassicListener> {
  const port = freePort();
  const listener = await home.listen(["--classic-port", String(port), "--name", "new", ...args]);
  return { ...listener, classic: `127.0.0.1:${port}` };
}

/** The message with this text that the node printed, past or to come. */
function arrival({ node }: Listener, text: string): Promise<MessageLine> {
  return node.find((line) => line.event === "message" && line.text === text ? line : undefined);
}

function isText(text: string) {
  return (event: Readonly<Record<string, unknown>>) =>
    event.event === "message" && event.text === text;
}

async function send(home: Home, ...args: string[]) {
  const { code, out, err } = await home.run(["send", ...args]);
  return { code, said: [...out, ...err].join("\n") };
}

test("dialect A: a message each way, and nobody claims to know more than that it was sent", async () => {
  await using home = await Home.make();
  await using old = await PythonPeer.start("a", "--team", "Old_Team");
  const me = await listen(home);
  await old.do({ do: "send", to: me.classic, text: "from the old one" });
  const arrived = await arrival(me, "from the old one");
  assertEquals([arrived.peerId, arrived.name, arrived.classic], [
    old.peerId,
    "Old_Team [classic]",
    true,
  ]);
  const { code, said } = await send(home, "Old_Team [classic]", "hello ✓");
  assertEquals(code, 0, said);
  assertStringIncludes(said, "sent to Old_Team [classic]");
  assertStringIncludes(said, "nothing more can be known");
  const shown = await old.until(isText("hello ✓"));
  assertEquals([shown.from, shown.team], [me.classic, "new"]);
  const insisting = await send(home, old.peerId, "really?", "--until", "delivered");
  assertEquals(insisting.code, 6, insisting.said);
  assertStringIncludes(insisting.said, "cannot be known");
  const command = await send(home, old.peerId, "exit");
  assertEquals(command.code, 5, command.said);
  assertStringIncludes(command.said, "not sent to Old_Team [classic]: ");
  assertEquals((await home.run(["outbox"])).err, ["nothing waits"]);
  const states = (await home.history()).map(({ state, unanswerable }) => [state, unanswerable]);
  assertEquals(states, [[null, null], ["sent", true], ["sent", true], ["refused", false]]);
});

test("dialect B: a message each way, answered and delivered", async () => {
  await using home = await Home.make();
  await using old = await PythonPeer.start("b");
  const me = await listen(home);
  await old.do({ do: "send", to: me.classic, text: "from the old one" });
  const { answer } = await old.until(({ event }) => event === "answered");
  assertStringIncludes(String(answer), "✅ Message received from ");
  const arrived = await arrival(me, "from the old one");
  assertEquals([arrived.peerId, arrived.classic], [old.peerId, true]);
  // In the dialect that it used itself.
  const { code, said } = await send(home, old.peerId, "hello ✓");
  assertEquals(code, 0, said);
  assertStringIncludes(said, `delivered to 127.0.0.1:${old.port} [classic]`);
  assertEquals((await old.until(isText("hello ✓"))).from, me.classic);
});

Deno.test("dialect B: kill -9 takes nothing that was answered, and doubles nothing", async () => {
  await using home = await Home.make();
  for (let life = 0; life < 3; life++) {
    const before = (await home.history()).length;
    const me = await listen(home);
    using connection = await RawConnection.to(Number(me.classic.split(":")[1]));
    const said = Array.from({ length: 2_000 }, (_, index) => `${life}: ${index}`);
    const killAfter = 100 + Math.floor(Math.random() * 400);
    let answered = 0;
    let crash: Promise<unknown> = Promise.resolve();
    await connection.say("5000\n");
    try {
      for (const text of said) {
        await connection.say(`5000\n${text}\n`);
        if (await connection.hear() === "") break;
        answered++;
        // It goes on while the program dies.
        if (answered === killAfter) crash = me.node.crash();
      }
    } catch (error) {
      if (
        !(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe)
      ) {
        throw error;
      }
    }
    await crash;
    assert(answered >= killAfter && answered < said.length, `${answered} of ${killAfter}`);
    const kept = (await home.history()).slice(before).map(({ text }) => text);
    // The last one may be there without its answer.
    assert(kept.length >= answered && kept.length <= answered + 1, `${kept.length}, ${answered}`);
    assertEquals(kept, said.slice(0, kept.length));
  }
});

test("which dialect a peer speaks is remembered over a restart", async () => {
  await using home = await Home.make();
  await using old = await PythonPeer.start("b");
  const first = await listen(home);
  await old.do({ do: "send", to: first.classic, text: "I speak B" });
  await arrival(first, "I speak B");
  first.node.kill("SIGTERM");
  assertEquals((await first.node.finished()).code, 0);
  const { code, said } = await send(home, old.peerId, "I know");
  assertEquals(code, 0, said);
  assertStringIncludes(said, "delivered");
  await old.until(isText("I know"));
});

test("old programs are on the list with their mark, and off it when they leave", async () => {
  await using home = await Home.make();
  await using a = await PythonPeer.start("a", "--team", "A");
  await using b = await PythonPeer.start("b");
  const me = await listen(home);
  await a.do({ do: "send", to: me.classic, text: "connect" });
  await b.do({ do: "send", to: me.classic, text: "hello" });
  for (const { peerId } of [a, b]) {
    await me.node.find((line) =>
      line.event === "peer-up" && line.peerId === peerId ? 1 : undefined
    );
  }
  const { out, events } = await home.run(["peers", "--json", "--wait", "0"]);
  const listed = events.flatMap((line) => line.event === "peer" ? [line] : []);
  assertEquals(
    listed.map(({ peerId, classic }) => [peerId, classic]).sort(),
    [
      [a.peerId, true],
      [b.peerId, true],
    ].sort(),
  );
  assert(out.every((line) => line.includes("[classic]")), out.join("\n"));
  await a.do({ do: "send", to: me.classic, text: "exit" });
  await b.do({ do: "leave", to: me.classic });
  for (const { peerId } of [a, b]) {
    const gone = await me.node.find((line) =>
      line.event === "peer-down" && line.peerId === peerId ? line : undefined
    );
    assertEquals([gone.departure, gone.classic], ["goodbye", true]);
  }
  assertEquals((await home.run(["peers", "--json", "--wait", "0"])).out, []);
});

test("mandatory old programs are greeted at the start and told at the end", async () => {
  await using home = await Home.make();
  await using a = await PythonPeer.start("a");
  await using b = await PythonPeer.start("b");
  await home.run(["config", "set", "mandatory", `${a.peerId},${b.peerId}`]);
  await using other = await Home.make();
  const me = await listen(home, "--classic-dialect", "a");
  await a.until(({ event, peer }) => event === "joined" && peer === me.classic);
  // What it speaks is not known before it is heard.
  await b.do({ do: "send", to: me.classic, text: "I speak B" });
  await arrival(me, "I speak B");
  me.node.kill("SIGTERM");
  assertEquals((await me.node.finished()).code, 0);
  await a.until(({ event, peer }) => event === "left" && peer === me.classic);
  // Where nothing is configured, nobody is greeted.
  assertEquals((await other.run(["connect"])).code, 4);
});

test("what an old program cannot take waits in the outbox, and goes out when it is back", async () => {
  await using home = await Home.make();
  const port = freePort();
  const me = await listen(home);
  const peerId = `classic:127.0.0.1:${port}`;
  const { code, said } = await send(home, peerId, "when you are back", "--timeout", "1s");
  assertEquals(code, 3, said);
  assertStringIncludes(said, "nobody listens there (connection refused)");
  const { events } = await home.run(["outbox", "--json"]);
  assertEquals(
    events.flatMap((line) => line.event === "outbox" ? [[line.peerId, line.classic]] : []),
    [[peerId, true]],
  );
  await using old = await PythonPeer.start("a", "--port", String(port));
  await home.run(["outbox", "retry"]);
  await old.until(isText("when you are back"));
  await me.node.find((line) =>
    line.event === "state" && line.peerId === peerId && line.unanswerable ? line : undefined
  );
  assertEquals((await home.run(["outbox"])).err, ["nothing waits"]);
});

test("old programs and an ordinary peer are in one mesh, and each gets what is for it", async () => {
  await using home = await Home.make();
  await using elsewhere = await Home.make();
  await using a = await PythonPeer.start("a", "--team", "red");
  await using b = await PythonPeer.start("b");
  const me = await listen(home);
  const red = await elsewhere.listen(["--name", "red", "--mandatory", `127.0.0.1:${me.port}`]);
  await me.node.find((line) =>
    line.event === "peer-up" && line.peerId === red.peerId ? 1 : undefined
  );
  await a.do({ do: "send", to: me.classic, text: "I am red, too" });
  await b.do({ do: "send", to: me.classic, text: "and I am not" });
  // Whoever has no key takes nobody's name away.
  assertStringIncludes(String((await arrival(me, "I am red, too")).name), "[classic]");
  await arrival(me, "and I am not");
  const { code, said } = await send(home, "red", "for the one with a key");
  assertEquals(code, 0, said);
  assertStringIncludes(said, "delivered to red");
  await arrival(red, "for the one with a key");
  const all = ["--to", red.peerId, "--to", a.peerId, "--to", b.peerId];
  const sent = await send(home, ...all, "for all");
  assertEquals(sent.code, 0, sent.said);
  await arrival(red, "for all");
  await a.until(isText("for all"));
  await b.until(isText("for all"));
  assert(!a.texts.includes("for the one with a key"), "in plain text");
  const answer = await elsewhere.run(["send", me.peerId, "and back"]);
  assertEquals(answer.code, 0, answer.err.join("\n"));
  const { classic, name } = await arrival(me, "and back");
  assertEquals(classic, false);
  assert(!name?.includes("[classic]"), String(name));
});

test("a blocked old program is not heard, and what is for it is refused here", async () => {
  await using home = await Home.make();
  await using bad = await PythonPeer.start("a", "--team", "bad");
  await using good = await PythonPeer.start("a", "--team", "good");
  const me = await listen(home);
  assertEquals((await home.run(["contact", "block", bad.peerId])).code, 0);
  await bad.do({ do: "send", to: me.classic, text: "do you hear me?" });
  await bad.until(({ event }) => event === "sent");
  await good.do({ do: "send", to: me.classic, text: "I do" });
  await arrival(me, "I do");
  assertEquals((await home.history()).map(({ text }) => text), ["I do"]);
  const { code, said } = await send(home, bad.peerId, "go away");
  assertEquals(code, 5, said);
  const verified = await home.run(["contact", "verify", bad.peerId]);
  assertEquals(verified.code, 2);
  assertStringIncludes(verified.err.join("\n"), "a classic peer has no key");
});

test("the port is closed unless it is asked for, and a classic peer is reached all the same", async () => {
  await using home = await Home.make();
  await using old = await PythonPeer.start("a");
  const { code, said } = await send(home, old.peerId, "from nowhere");
  assertEquals(code, 0, said);
  await old.until(isText("from nowhere"));
  const nobody = `classic:127.0.0.1:${freePort()}`;
  const connected = await home.run(["connect", old.peerId, nobody]);
  assertEquals(connected.code, 1);
  const [, first = "", second = ""] = connected.out;
  assert(/ connected +127\.0\.0\.1:\d+ \[classic\]/.test(first), first);
  assert(/ failed +nobody listens there \(connection refused\)$/.test(second), second);
  const wrong = await send(home, "classic:127.0.0.1", "hello");
  assertEquals(wrong.code, 2, wrong.said);
  assertStringIncludes(wrong.said, "write classic:HOST:PORT");
});

Deno.test("a command that lives for a moment goes on without a classic port that is taken", async () => {
  await using home = await Home.make();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const classic = ["--classic-port", String(taken.addr.port)];
  const words = `port ${taken.addr.port} is in use by another program`;
  const listening = await home.run(["listen", "--port", "0", ...LOOPBACK, ...classic]);
  assertEquals(listening.code, 1);
  assertStringIncludes(listening.err.join("\n"), words);
  const events = home.start(["events", ...LOOPBACK, ...classic]);
  const notice = await events.find((line) => line.event === "notice" ? line.message : undefined);
  assertEquals(notice, `${words}: old programs cannot reach this peer meanwhile`);
});
