import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { outboxLines } from "../../src/commands/outbox/list.ts";
import { findMessage } from "../../src/chat_screen/outbox_groups.ts";
import { ChatError } from "../../src/errors.ts";
import type { Conversation, MessageState, OwnMessage } from "../../src/history/message_record.ts";
import { openHistory, type OutboxEntry, type Search } from "../../src/history/mod.ts";
import type { MemoryTerminalOptions } from "../../src/terminal/memory_terminal.ts";
import { displayWidth } from "../../src/terminal/width.ts";
import { Harness } from "./harness.ts";
import { activePeer, NOW, RED, type TwinBehaviour, type TwinNode } from "./twin_node.ts";

const MINUTE_MS = 60_000;
const TO_RED: Conversation = { kind: "peer", peerId: RED };
const NOWHERE: Conversation = { kind: "address", address: "/ip4/127.0.0.1/tcp/7009" };
const REFUSED = "nobody listens there (connection refused)";

const SEARCH: Search = {
  attempts: 5,
  lastTried: NOW - 20_000,
  failure: REFUSED,
  nextAttempt: NOW + 33_400,
};

const uuid = (last: number) => `018f0000-0000-7000-8000-a0000000000${last}`;

function entry(
  last: number,
  conversation: Conversation,
  changes: Partial<OwnMessage> = {},
  search?: Search,
): OutboxEntry {
  const message: OwnMessage = {
    direction: "out",
    position: last,
    id: uuid(last),
    conversation,
    text: `text ${last}`,
    sentAt: NOW - 12 * MINUTE_MS,
    replyTo: undefined,
    state: "queued",
    stateAt: NOW,
    reason: undefined,
    unanswerable: false,
    ...changes,
  };
  return { message, search, blocked: false };
}

/** A profile in which three messages wait, one of them sent already; red was tried. */
async function waiting(
  terminal: MemoryTerminalOptions = {},
  behaviour: TwinBehaviour = {},
): Promise<Harness> {
  const program = await Harness.make({ ...behaviour, terminal });
  await program.run("id", "--json");
  const { peerId } = JSON.parse(program.terminal.outLines[0] ?? "");
  using history = openHistory(`${program.home}/default/chat.db`, peerId, NOW);
  const { messages, outbox, peers } = history;
  peers.remember({ peerId: RED, name: "red", source: "asked", seenAt: NOW });
  const draft = (last: number, conversation: Conversation, text: string, age: number) =>
    messages.enqueue([
      { conversation, id: uuid(last), text, sentAt: NOW - age, replyTo: undefined },
    ], NOW - age);
  draft(1, TO_RED, "hello\x1b[2J", 12 * MINUTE_MS);
  draft(2, NOWHERE, "anybody?", 400);
  draft(3, TO_RED, "are you there?", MINUTE_MS);
  messages.record(RED, [uuid(1)], "sent", NOW);
  const { attempts: _counted, ...tried } = SEARCH;
  outbox.tried(TO_RED, tried);
  outbox.tried(TO_RED, tried);
  return program;
}

Deno.test("`outbox` lists by recipient what waits, since when, and how the search goes", async () => {
  await using program = await waiting();
  assertEquals(await program.run("outbox"), 0);
  assertEquals(program.terminal.outLines, [
    "red (Jmfxzu): 2 messages wait, the first for 12 min",
    `  tried 2 times, last 20 s ago: ${REFUSED}`,
    "  next try when a node runs, such as: p2p-chat listen",
    "  00000001  →  sent    12 min  hello\\u{1B}[2J",
    "  00000003  …  queued   1 min  are you there?",
    "127.0.0.1:7009: 1 message waits for 1 s",
    "  next try when a node runs, such as: p2p-chat listen",
    "  00000002  …  queued     1 s  anybody?",
  ]);
  assertEquals(program.terminal.err, "");
  assertEquals(program.node, undefined);
});

Deno.test("`outbox` tells when the owner of the profile tries next", async () => {
  await using program = await waiting();
  const { stop } = await owner(program);
  assertEquals(await program.run("outbox"), 0);
  assertEquals(program.terminal.outLines[2], "  next try in 34 s");
  assertEquals(program.terminal.outLines[6], "  next try now");
  assertEquals(await program.run("outbox", "--json"), 0);
  assertEquals(Object(program.jsonLines[0]).nextAttempt, new Date(NOW + 33_400).toISOString());
  await stop();
});

Deno.test("`outbox --json` prints everything that is known, in the order of writing", async () => {
  await using program = await waiting();
  assertEquals(await program.run("outbox", "--json"), 0);
  const time = (ms: number) => new Date(ms).toISOString();
  assertEquals(program.jsonLines.slice(0, 2), [
    {
      event: "outbox",
      id: uuid(1),
      peerId: RED,
      name: "red",
      classic: false,
      address: null,
      text: "hello\x1b[2J",
      state: "sent",
      queuedAt: time(NOW - 12 * MINUTE_MS),
      attempts: 2,
      lastTried: time(NOW - 20_000),
      lastError: REFUSED,
      nextAttempt: null,
    },
    {
      event: "outbox",
      id: uuid(2),
      peerId: null,
      name: null,
      classic: false,
      address: "/ip4/127.0.0.1/tcp/7009",
      text: "anybody?",
      state: "queued",
      queuedAt: time(NOW - 400),
      attempts: 0,
      lastTried: null,
      lastError: null,
      nextAttempt: null,
    },
  ]);
  assertEquals(program.jsonLines.length, 3);
});

Deno.test("`outbox` says that nothing waits, and makes nothing", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("outbox"), 0);
  assertEquals(program.terminal.errLines, ["nothing waits"]);
  assertEquals(await program.run("outbox", "--json"), 0);
  assertEquals(program.terminal.out + program.terminal.err, "");
  assertEquals([...Deno.readDirSync(program.home)], []);
});

Deno.test("`outboxLines()` fits into 40 columns", () => {
  const entries = [
    entry(1, TO_RED, { text: "a text that is longer than the terminal" }, SEARCH),
    entry(2, NOWHERE, { state: "sent" }),
  ];
  const lines = outboxLines(entries, {
    displayName: () => "red",
    isRunning: true,
    rest: "",
    shown: Infinity,
    now: NOW,
    terminal: { interactive: true, columns: 40, colors: false },
  });
  for (const line of lines) assert(displayWidth(line) <= 40, line);
  assertStringIncludes(lines.join("\n"), "00000001  …  queued  12 min  a text t…");
});

Deno.test("`outboxLines()` shows a few messages to each recipient and says how many more", () => {
  const many = Array.from({ length: 5 }, (_, index) => entry(index + 1, TO_RED));
  const lines = outboxLines([...many, entry(9, NOWHERE)], {
    displayName: () => "red",
    isRunning: false,
    rest: ", which --all shows",
    shown: 2,
    now: NOW,
    terminal: { interactive: false, columns: 80, colors: false },
  });
  assertEquals(lines.map((line) => line.trim().split("  ")[0]), [
    "red (Jmfxzu): 5 messages wait, the first for 12 min",
    "next try when a node runs, such as: p2p-chat listen",
    "00000001",
    "00000002",
    "and 3 more, which --all shows",
    "127.0.0.1:7009: 1 message waits for 12 min",
    "next try when a node runs, such as: p2p-chat listen",
    "00000009",
  ]);
});

/** A process that owns the profile of `program`. */
async function owner(program: Harness) {
  const started = program.nextNode();
  const ended = program.run("listen");
  await started;
  const interrupt = program.interruption;
  return {
    async stop() {
      interrupt("SIGTERM");
      assertEquals(await ended, 0);
    },
  };
}

/** Texts and states in the database. */
async function states(program: Harness): Promise<Record<string, MessageState>> {
  assertEquals(await program.run("history", "--json"), 0);
  return Object.fromEntries(
    program.jsonLines.map((line) => [Object(line).text, Object(line).state]),
  );
}

Deno.test("`outbox cancel` takes messages back, and says of one that it may have arrived", async () => {
  await using program = await waiting();
  assertEquals(await program.run("outbox", "cancel", "00000001", uuid(2).toUpperCase()), 0);
  assertEquals(program.terminal.outLines, [
    "– cancelled 00000001 to red (it had gone out already, so it may have arrived): " +
    "hello\\u{1B}[2J",
    "– cancelled 00000002 to 127.0.0.1:7009: anybody?",
  ]);
  assertEquals(await states(program), {
    "hello\x1b[2J": "cancelled",
    "anybody?": "cancelled",
    "are you there?": "queued",
  });
  assertEquals(program.node, undefined);
});

Deno.test("`outbox cancel` owns the profile meanwhile where nobody else does", async () => {
  await using program = await waiting();
  // Left behind by a process that was killed; whoever owns the profile next takes it away.
  const remark = `${program.home}/default/holder.json`;
  await Deno.writeTextFile(remark, "{}");
  assertEquals(await program.run("outbox", "cancel", "00000003"), 0);
  await assertRejects(() => Deno.stat(remark), Deno.errors.NotFound);
});

Deno.test("`outbox cancel` has the node that runs take a message back", async () => {
  await using program = await waiting({}, { outbox: [entry(3, TO_RED)] });
  const { stop } = await owner(program);
  assertEquals(await program.run("outbox", "cancel", "00000003"), 0);
  assertEquals(program.node?.cancelled, [uuid(3)]);
  await stop();
});

Deno.test("`outbox cancel --direct` works beside the owner of the profile", async () => {
  await using program = await waiting();
  const { stop } = await owner(program);
  assertEquals(await program.run("outbox", "cancel", "00000003", "--json", "--direct"), 0);
  assertEquals(program.jsonLines, [{
    event: "result",
    target: "00000003",
    ok: true,
    peerId: RED,
    name: "red",
    classic: false,
    address: null,
    id: uuid(3),
    state: "cancelled",
    unanswerable: false,
    elapsedMs: null,
    reason: null,
  }]);
  assertEquals((await states(program))["are you there?"], "cancelled");
  await stop();
});

Deno.test("`outbox cancel` ends with 1 for what does not wait, and takes the others back", async () => {
  await using program = await waiting();
  assertEquals(await program.run("outbox", "cancel", "deadbeef\x07", "00000002"), 1);
  assertEquals(program.terminal.errLines, [
    '"deadbeef\\u0007": no such message waits; `p2p-chat history` shows what became of the others',
  ]);
  assertEquals((await states(program))["anybody?"], "cancelled");
  assertEquals(await program.run("outbox", "cancel", "00000002"), 1);
  await using fresh = await Harness.make();
  assertEquals(await fresh.run("outbox", "cancel", "00000002"), 1);
  assertEquals([...Deno.readDirSync(fresh.home)], []);
});

Deno.test("`outbox cancel` ends with 2, and takes nothing back, for an ID that is not definite", async () => {
  await using program = await waiting();
  for (const id of ["018f0000", "02", ""]) {
    assertEquals(await program.run("outbox", "cancel", "00000002", id), 2, id);
    assertEquals((await states(program))["anybody?"], "queued");
  }
  assertEquals(await program.run("outbox", "cancel"), 2);
  assertEquals(program.terminal.errLines[0], "error: ID is missing");
});

Deno.test("`findMessage()` takes the end or the beginning of an id, and never guesses", () => {
  const messages = [entry(1, TO_RED), entry(2, TO_RED)].map(({ message }) => message);
  assertEquals(findMessage(uuid(2), messages)?.id, uuid(2));
  assertEquals(findMessage("a00000000001", messages)?.id, uuid(1));
  assertEquals(findMessage("018f0000", messages.slice(1))?.id, uuid(2));
  assertEquals(findMessage("0000-7000", messages), undefined);
  for (const [id, text] of [["018f0000", "fits 2 messages"], ["001", "too short"]] as const) {
    assertThrows(() => findMessage(id, messages), ChatError, text);
  }
});

const settle = async (
  node: TwinNode,
  state: MessageState,
  changes: Partial<OwnMessage> = {},
) => {
  for (const { message } of await node.outbox(10)) node.advance(message, state, changes);
};

Deno.test("`outbox retry` dials at once, and ends with 0 when nothing waits any more", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    outbox: [entry(1, TO_RED), entry(2, TO_RED)],
    onRetry: (node) => queueMicrotask(() => settle(node, "delivered")),
  });
  assertEquals(await program.run("outbox", "retry"), 0);
  assertEquals(program.terminal.outLines, ["✓ 2 delivered to red (Jmfxzu)"]);
  assertEquals(program.node?.retries, 1);
  assertEquals(program.node?.init.listen, "ephemeral");
  assert(program.node?.stopped);
  assertEquals(program.node?.listeners, 0);
});

Deno.test("`outbox retry` counts what was read already among what was delivered", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    outbox: [entry(1, TO_RED), entry(2, TO_RED)],
    onRetry: (node) =>
      queueMicrotask(() => {
        node.advance(entry(1, TO_RED).message, "read");
        node.advance(entry(2, TO_RED).message, "delivered");
      }),
  });
  assertEquals(await program.run("outbox", "retry"), 0);
  assertEquals(program.terminal.outLines, ["✓ 2 delivered to red (Jmfxzu)"]);
});

Deno.test("`outbox retry` ends with 3 when time is up, and says what keeps the rest", async () => {
  const search = { active: undefined, addresses: [], waiting: 1, nextAttempt: undefined };
  const program = await Harness.make({
    outbox: [entry(1, TO_RED), entry(2, NOWHERE), entry(3, TO_RED, { state: "sent" })],
    reachability: (recipient) => ({
      ...search,
      search: recipient.kind === "address" ? SEARCH : undefined,
    }),
    onRetry: (node) =>
      queueMicrotask(() => node.advance(entry(1, TO_RED).message, "refused", { reason: "no\n" })),
  });
  await using _program = program;
  assertEquals(await program.run("outbox", "retry", "--timeout", "20ms"), 3);
  assertEquals(program.terminal.outLines, [
    "✗ 1 refused by red (Jmfxzu): no⏎",
    `… 1 waits for 127.0.0.1:7009: ${REFUSED}`,
    "→ 1 sent to red (Jmfxzu), not acknowledged yet",
  ]);
  assertEquals(await program.run("outbox", "retry", "--timeout", "20ms", "--json"), 3);
  assertEquals(
    program.jsonLines.map((line) => [Object(line).id, Object(line).ok, Object(line).reason]),
    [[uuid(1), false, "no\n"], [uuid(2), false, REFUSED], [uuid(3), false, null]],
  );
});

Deno.test("`outbox retry` has nothing to do for an empty outbox", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("outbox", "retry"), 0);
  assertEquals(program.terminal.errLines.at(-1), "nothing waits");
  assertEquals(program.node?.retries, 0);
});

Deno.test("`outbox retry` ends with 130 when it is interrupted", async () => {
  await using program = await Harness.make({
    outbox: [entry(1, TO_RED)],
    onRetry: () => program.interrupt(),
  });
  assertEquals(await program.run("outbox", "retry"), 130);
  assert(program.node?.stopped);
});

Deno.test("`outbox retry` has the node that runs try at once", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    outbox: [entry(1, TO_RED), entry(2, TO_RED)],
    onRetry: (node) => queueMicrotask(() => settle(node, "delivered")),
  });
  const { stop } = await owner(program);
  assertEquals(await program.run("outbox", "retry"), 0);
  assertEquals(program.terminal.outLines, ["✓ 2 delivered to red (Jmfxzu)"]);
  assertEquals([program.node?.retries, program.node?.stopped], [1, false]);
  await stop();
});

Deno.test("`outbox retry --direct` says that the owner of the profile tries by itself", async () => {
  await using program = await waiting();
  const { stop } = await owner(program);
  assertEquals(await program.run("outbox", "retry", "--direct"), 1);
  assertEquals(program.terminal.errLines.length, 2);
  assertStringIncludes(program.terminal.err, 'error: profile "default" is in use by process');
  assertEquals(
    program.terminal.errLines[1],
    "hint: that process tries by itself; next try now",
  );
  await stop();
});
