import { assert, assertEquals } from "@std/assert";
import { openHistory } from "../../src/history/mod.ts";
import { Harness } from "./harness.ts";
import { BLUE, NOW, RED } from "./twin_node.ts";

const HOUR_MS = 3_600_000;
const uuid = (last: number) => `018f0000-0000-7000-8000-00000000000${last}`;

/** A profile with a conversation of two days with red, one message of blue, one that waits. */
async function talkative(): Promise<Harness> {
  const program = await Harness.make();
  await program.run("id", "--json");
  const { peerId } = JSON.parse(program.terminal.outLines[0] ?? "");
  using history = openHistory(`${program.home}/default/chat.db`, peerId, NOW);
  const { messages, peers } = history;
  peers.remember({
    peerId: RED,
    name: "red",
    source: "asked",
    seenAt: NOW,
    reachedAt: "/ip4/192.168.1.20/tcp/7000",
  });
  const text = (position: number, words: string, sentAt: number) => ({
    id: uuid(position),
    text: words,
    sentAt,
    replyTo: undefined,
  });
  const toRed = { kind: "peer", peerId: RED } as const;
  const yesterday = NOW - 24 * HOUR_MS;
  messages.enqueue([{ ...text(1, "hi red", yesterday), conversation: toRed }], yesterday);
  messages.record(RED, [uuid(1)], "delivered", yesterday + 12);
  messages.accept(RED, [text(2, "lunch?\x1b[2J", NOW - HOUR_MS)], NOW - HOUR_MS);
  messages.enqueue([{ ...text(3, "Lunch!", NOW - 60_000), conversation: toRed }], NOW - 60_000);
  messages.record(RED, [uuid(3)], "refused", NOW - 60_000, "not\nnow");
  messages.accept(BLUE, [text(4, "hello", 0)], NOW);
  const nowhere = { kind: "address", address: "/ip4/127.0.0.1/tcp/7009" } as const;
  messages.enqueue([{ ...text(5, "anybody?", NOW), conversation: nowhere }], NOW);
  return program;
}

Deno.test("`history` prints all messages by day, own ones with their state", async () => {
  await using program = await talkative();
  assertEquals(await program.run("history"), 0);
  assertEquals(program.terminal.outLines, [
    "Sat 21 Nov 2026",
    "14:02 ✓  delivered you to red: hi red",
    "Sun 22 Nov 2026",
    "13:02              red: lunch?\\u{1B}[2J",
    "14:01 ✗  refused   you to red (not⏎now): Lunch!",
    "14:02              M4jXBy: hello",
    "14:02 …  queued    you to 127.0.0.1:7009: anybody?",
  ]);
  assertEquals(program.terminal.err, "");
  assertEquals(program.node, undefined);
});

Deno.test("`history` has no column for states where nothing was written", async () => {
  await using program = await talkative();
  assertEquals(await program.run("history", "M4jXBy"), 0);
  assertEquals(program.terminal.outLines.slice(1), ["14:02 M4jXBy: hello"]);
});

Deno.test("`history PEER` takes a name, the beginning of an id, an address", async () => {
  await using program = await talkative();
  for (const red of ["red", "RED", "Jmfxzu", RED, "192.168.1.20:7000"]) {
    assertEquals(await program.run("history", red), 0, red);
    assertEquals(program.terminal.outLines.length, 5, red);
  }
  await program.run("history", "127.0.0.1:7009");
  assertEquals(
    program.terminal.outLines.at(-1),
    "14:02 …  queued    you to 127.0.0.1:7009: anybody?",
  );
  assertEquals(await program.run("history", "bob"), 4);
});

Deno.test("`history` keeps to `--since`, `--search` and `--limit`", async () => {
  await using program = await talkative();
  const texts = async (...args: string[]) => {
    assertEquals(await program.run("history", "--json", ...args), 0);
    return program.jsonLines.map((line) => Object(line).text);
  };
  assertEquals(await texts("--since", "10m"), ["Lunch!", "hello", "anybody?"]);
  assertEquals((await texts("--since", "2026-11-22")).length, 4);
  assertEquals(await texts("--since", "2026-11-22T14:02"), ["hello", "anybody?"]);
  assertEquals(await texts("--search", "lunch"), ["lunch?\x1b[2J", "Lunch!"]);
  assertEquals(await texts("--limit", "2"), ["hello", "anybody?"]);
  assertEquals(await texts("red", "--limit", "1"), ["Lunch!"]);
  assertEquals(await texts("--search", "nothing like it"), []);
});

Deno.test("`history --json` prints everything that is known of a message", async () => {
  await using program = await talkative();
  await program.run("history", "--json");
  const [, received, refused, , waiting] = program.jsonLines;
  const time = (ms: number) => new Date(ms).toISOString();
  assertEquals(received, {
    event: "message",
    id: uuid(2),
    direction: "in",
    peerId: RED,
    name: "red",
    address: null,
    text: "lunch?\x1b[2J",
    sentAt: time(NOW - HOUR_MS),
    receivedAt: time(NOW - HOUR_MS),
    state: null,
    stateAt: null,
    reason: null,
    position: 2,
    replyTo: null,
  });
  const own = { event: "message", direction: "out", receivedAt: null, replyTo: null };
  assertEquals(refused, {
    ...own,
    id: uuid(3),
    peerId: RED,
    name: "red",
    address: null,
    text: "Lunch!",
    sentAt: time(NOW - 60_000),
    state: "refused",
    stateAt: time(NOW - 60_000),
    reason: "not\nnow",
    position: 3,
  });
  assertEquals(waiting, {
    ...own,
    id: uuid(5),
    peerId: null,
    name: null,
    address: "/ip4/127.0.0.1/tcp/7009",
    text: "anybody?",
    sentAt: time(NOW),
    state: "queued",
    stateAt: time(NOW),
    reason: null,
    position: 5,
  });
});

Deno.test("`history` makes nothing where there is nothing yet", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("history"), 0);
  assertEquals(program.terminal.errLines, ["no messages"]);
  assertEquals(await program.run("history", "--json"), 0);
  assertEquals(program.terminal.out + program.terminal.err, "");
  assertEquals([...Deno.readDirSync(program.home)], []);
});

Deno.test("`history` and `peers --known` work while another process owns the profile", async () => {
  await using program = await talkative();
  const started = program.nextNode();
  const listening = program.run("listen");
  await started;
  const stop = program.interruption;
  assertEquals(await program.run("history"), 0);
  assert(program.terminal.outLines.length > 0);
  assertEquals(await program.run("peers", "--known"), 0);
  assertEquals(await program.run("id"), 0);
  assertEquals(await program.run("config", "show"), 0);
  stop("SIGTERM");
  assertEquals(await listening, 0);
});
