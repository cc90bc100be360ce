import { assert, assertEquals } from "@std/assert";
import { openHistory } from "../../src/history/mod.ts";
import type { HistoryQuery } from "../../src/node/chat_node.ts";
import type { MessageRecord } from "../../src/history/message_record.ts";
import { ownMessage, receivedMessage } from "../menu/messages.ts";
import { Harness, type HarnessOptions } from "./harness.ts";
import { BLUE, NOW, RED } from "./twin_node.ts";

const HOUR_MS = 3_600_000;
const uuid = (last: number) => `018f0000-0000-7000-8000-00000000000${last}`;

/** A profile with a conversation of two days with red, one message of blue, one that waits. */
async function talkative(options: HarnessOptions = {}): Promise<Harness> {
  const program = await Harness.make(options);
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
  assertEquals(await texts("--search", "UNCH '"), []);
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
    classic: false,
    address: null,
    text: "lunch?\x1b[2J",
    sentAt: time(NOW - HOUR_MS),
    receivedAt: time(NOW - HOUR_MS),
    state: null,
    stateAt: null,
    unanswerable: null,
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
    classic: false,
    address: null,
    text: "Lunch!",
    sentAt: time(NOW - 60_000),
    state: "refused",
    stateAt: time(NOW - 60_000),
    unanswerable: false,
    reason: "not\nnow",
    position: 3,
  });
  assertEquals(waiting, {
    ...own,
    id: uuid(5),
    peerId: null,
    name: null,
    classic: false,
    address: "/ip4/127.0.0.1/tcp/7009",
    text: "anybody?",
    sentAt: time(NOW),
    state: "queued",
    stateAt: time(NOW),
    unanswerable: false,
    reason: null,
    position: 5,
  });
});

Deno.test("`history --after` prints what is behind a position, all of it or the first", async () => {
  await using program = await talkative();
  const positions = async (...args: string[]) => {
    assertEquals(await program.run("history", "--json", ...args), 0);
    return program.jsonLines.map((line) => Object(line).position);
  };
  assertEquals(await positions("--after", "2"), [3, 4, 5]);
  assertEquals(await positions("--after", "1", "--limit", "2"), [2, 3]);
  assertEquals(await positions("red", "--after", "0"), [1, 2, 3]);
  assertEquals(await positions("--after", "5"), []);
  assertEquals(await program.run("history", "--after", "-1"), 2);
});

/** Starts `history --follow` and waits until it has printed what is there. */
async function following(program: Harness, ...args: string[]) {
  const started = program.nextNode();
  const ended = program.run("history", "--follow", ...args);
  const node = await Promise.race([started, ended.then((code) => Promise.reject(code))]);
  await program.terminal.until(({ out, err }) => out !== "" || err.endsWith("no messages yet\n"));
  return { node, ended };
}

Deno.test("`history --follow` goes on with what comes, and tells how own messages end", async () => {
  const messages: MessageRecord[] = [receivedMessage(1, { receivedAt: NOW - 24 * HOUR_MS })];
  await using program = await Harness.make({
    history: (_node, { after = 0 }) => messages.filter(({ position }) => position > after),
  });
  const { node, ended } = await following(program);
  const own = (position: number) => ownMessage(`own ${position}`, { position });
  messages.push(own(2), own(3), own(4));
  for (const position of [2, 3, 4]) node.emit({ event: "state", message: own(position) });
  await program.terminal.until(({ outLines }) => outLines.length === 6);
  for (const state of ["sent", "delivered", "read"] as const) node.advance(own(2), state);
  node.advance(own(3), "refused", { reason: "full\x07" });
  node.advance(own(4), "cancelled");
  program.interrupt("SIGTERM");
  assertEquals(await ended, 0);
  assertEquals(program.terminal.outLines, [
    "Sat 21 Nov 2026",
    "14:02              red: message 1",
    "Sun 22 Nov 2026",
    "14:02 …  queued    you to red: own 2",
    "14:02 …  queued    you to red: own 3",
    "14:02 …  queued    you to red: own 4",
  ]);
  assertEquals(program.terminal.errLines.slice(2), [
    "14:02 ✓ delivered to red: own 2",
    "14:02 ✗ refused by red (full\\u{7}): own 3",
    "14:02 – cancelled, to red: own 4",
  ]);
  assertEquals([node.seen, node.listeners, node.stopped], [[], 0, true]);
});

Deno.test("`history --follow --json` prints messages and the states behind them", async () => {
  const messages: MessageRecord[] = [];
  await using program = await Harness.make({
    history: (_node, { after = 0 }) => messages.filter(({ position }) => position > after),
  });
  const started = program.nextNode();
  const ended = program.run("history", "-f", "--json", "--after", "7");
  const node = await started;
  const own = ownMessage("own", { position: 8 });
  messages.push(own);
  await program.terminal.until(({ out }) => out !== "");
  node.advance(own, "delivered");
  program.interrupt();
  assertEquals(await ended, 130);
  const lines = program.jsonLines.map((line) => Object(line));
  assertEquals(lines.map(({ event, state }) => [event, state]), [
    ["message", "queued"],
    ["state", "delivered"],
  ]);
});

Deno.test("`history --follow` asks for the conversation that `history` would show", async () => {
  const queries: HistoryQuery[] = [];
  await using program = await talkative({
    history(_node, query) {
      queries.push(query);
      return [];
    },
  });
  for (const red of ["RED", "192.168.1.20:7000"]) {
    const { ended } = await following(program, red, "--search", "x");
    program.interrupt();
    assertEquals(await ended, 130);
    assertEquals(program.terminal.errLines, ["no messages yet"]);
  }
  const query = { conversation: { kind: "peer", peerId: RED }, search: "x", limit: 50 };
  assertEquals(queries, [query, query]);
  assertEquals(await program.run("history", "bob", "--follow"), 4);
  assertEquals(program.nodes.length, 2);
});

Deno.test("`history --follow --after` leaves nothing out, so it takes no limit", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("history", "-f", "--after", "3", "--limit", "2"), 2);
  assertEquals(
    program.terminal.errLines[0],
    "error: --limit does not go with --after and --follow",
  );
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
