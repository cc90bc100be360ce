import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parseLine } from "../../../src/chat_screen/slash/parse.ts";
import { knownTo } from "../../../src/chat_screen/slash/known.ts";
import type { SlashContext, SlashOutcome } from "../../../src/chat_screen/slash/outcome.ts";
import { runSlash } from "../../../src/chat_screen/slash/run.ts";
import { ChatError } from "../../../src/errors.ts";
import { fingerprint } from "../../../src/identity/fingerprint.ts";
import type { Recipient } from "../../../src/node/chat_node.ts";
import { sanitise } from "../../../src/terminal/sanitise.ts";
import { displayWidth } from "../../../src/terminal/width.ts";
import {
  activePeer,
  BLUE,
  NOW,
  RED,
  SELF,
  type TwinBehaviour,
  TwinNode,
} from "../../commands/twin_node.ts";
import { NODE_INIT } from "../../menu/open_menu_twin.ts";
import { readQr } from "../../terminal/qr_reader.ts";
import { outboxEntry, ownMessage, receivedMessage } from "../../menu/messages.ts";

const HOSTILE = "\x1b[2Jred\u202e\nanna";

function begin(behaviour: TwinBehaviour = {}, context: Partial<SlashContext> = {}) {
  const node = new TwinNode(NODE_INIT, behaviour);
  const run = async (line: string): Promise<SlashOutcome> => {
    const typed = parseLine(line);
    if (typed.kind !== "command") throw new Error(`${line} is ${typed.kind}`);
    return await runSlash(typed.command, {
      node,
      recipient: { kind: "peer", peerId: RED },
      now: () => NOW,
      signal: new AbortController().signal,
      columns: 80,
      ...context,
    });
  };
  const lines = async (line: string): Promise<readonly string[]> => {
    const outcome = await run(line);
    if (outcome.kind !== "lines") throw new Error(`${line} gave ${outcome.kind}`);
    return outcome.lines;
  };
  return { node, run, lines };
}

Deno.test("`runSlash()` leaves, clears, opens and finds", async () => {
  const behaviour = {
    peers: [activePeer()],
    history: () => [receivedMessage(1, { text: "lunch?" })],
  };
  const { run } = begin(behaviour);
  assertEquals(await run("/quit"), { kind: "quit" });
  assertEquals(await run("/clear"), { kind: "clear" });
  assertEquals(await run("/open red"), { kind: "open", recipient: { kind: "peer", peerId: RED } });
  const found = await run("/search lunch");
  assertEquals(found, {
    kind: "found",
    messages: [receivedMessage(1, { text: "lunch?" })],
    query: "lunch",
  });
});

Deno.test("`runSlash()` asks the node for this conversation only", async () => {
  const queries: unknown[] = [];
  const { lines } = begin({
    history(_, query) {
      queries.push(query);
      return [];
    },
  });
  assertEquals(await lines("/search lunch"), ["no message here contains lunch"]);
  assertEquals(await lines("/history 7"), ["no messages yet"]);
  const conversation = { kind: "peer", peerId: RED };
  assertEquals(queries, [
    { conversation, search: "lunch", limit: 200 },
    { conversation, limit: 7 },
  ]);
});

Deno.test("`/history` tells states in words, and days", async () => {
  const { lines } = begin({
    history: () => [
      receivedMessage(1, { receivedAt: NOW - 86_400_000, text: "hello" }),
      ownMessage("hi", { position: 2, state: "delivered" }),
      ownMessage("no", { position: 3, state: "refused", reason: "full" }),
    ],
  });
  assertEquals(await lines("/history"), [
    "Sat 21 Nov 2026",
    "14:02 red: hello",
    "Sun 22 Nov 2026",
    "14:02 you (delivered): hi",
    "14:02 you (refused, full): no",
  ]);
});

Deno.test("`/peers` is a table on a screen, and sentences for who hears it", async () => {
  const peers = [activePeer(), activePeer({ peerId: BLUE, name: "blue" })];
  assertEquals((await begin({ peers }).lines("/peers")).map((line) => line.slice(0, 14)), [
    "name  peer id ",
    "red   JmfxzuL ".slice(0, 12) + "  ",
    "blue  M4jXByh ".slice(0, 12) + "  ",
  ]);
  const spoken = await begin({ peers }, { columns: Infinity }).lines("/peers");
  assertEquals(
    spoken[0],
    "red (Jmfxzu), 192.168.1.20:7000, direct, round trip 0.4 ms, here for 3 min",
  );
  assertEquals(await begin().lines("/peers"), [
    "nobody is here; /connect HOST:PORT reaches a first peer",
  ]);
});

Deno.test("`/connect` tells who answered, or why nobody did", async () => {
  const { lines } = begin({ peers: [activePeer()] });
  assertEquals(await lines("/connect red"), [
    "connected to red (Jmfxzu) at 192.168.1.20:7000, answers in 0.4 ms",
  ]);
  const failing = begin({
    connect: () => Promise.reject(new ChatError("unreachable", "nobody there", { hint: "wait" })),
  });
  assertEquals(await failing.lines("/connect 10.0.0.1:7000"), [
    "error: nobody there",
    "hint: wait",
  ]);
});

Deno.test("`/who` tells what is known of a peer that is here, and of one that is not", async () => {
  const here = await begin({ peers: [activePeer()] }).lines("/who");
  assertEquals(here[0], "red (Jmfxzu)");
  assert(here.includes("verified     no; /verify compares fingerprints"));
  assert(here.includes("address      192.168.1.20:7000, direct"));
  assert(here.includes("connected    for 3 min"));
  assert(here.includes("round trip   0.4 ms"));
  assertEquals(here.join(" ").replace(/\s+/g, " ").includes(fingerprint(RED)), true);
  const away = await begin({
    known: [{
      peerId: RED,
      name: HOSTILE,
      addresses: ["/ip4/10.0.0.1/tcp/1"],
      source: "asked",
      lastSeen: NOW - 60_000,
      connected: false,
    }],
    contacts: [{
      peerId: RED,
      alias: "anna",
      note: HOSTILE,
      addedAt: 1,
      verifiedAt: NOW,
      blockedAt: undefined,
    }],
  }).lines("/who anna");
  assert(away.includes("connected    no, last here 1 min ago; /why tries to reach it"));
  assert(away.includes("verified     Sun 22 Nov 2026"));
  for (const line of away) assertEquals(sanitise(line), line);
});

Deno.test("`/verify` shows both fingerprints side by side, and one by one for who hears them", async () => {
  const wide = await begin().lines("/verify");
  const rows = wide.slice(1, 5).map((row) => [row.slice(0, 17), row.slice(20)]);
  assertEquals(wide[0], "you                 red (Jmfxzu)");
  assertEquals(rows.map(([left]) => left).join(" "), fingerprint(SELF));
  assertEquals(rows.map(([, right]) => right).join(" "), fingerprint(RED));
  const spoken = await begin({}, { columns: Infinity }).lines("/verify");
  assertEquals([spoken[0], spoken[3]], ["you", "red (Jmfxzu)"]);
  assertEquals(spoken.slice(1, 3).join(" "), fingerprint(SELF));
});

Deno.test("`/verify` has a QR code of the own fingerprint where the screen has room for it", async () => {
  for (const colors of [true, false]) {
    const { run } = begin({}, { columns: 78, pictures: { rows: 20, colors } });
    const outcome = await run("/verify");
    if (outcome.kind !== "lines" || outcome.picture === undefined) throw new Error("no picture");
    const { lines, picture } = outcome;
    assertEquals(picture.onPaper, colors);
    const seen = picture.lines.map((line) => colors ? `\x1b[30;47m${line}\x1b[39;49m` : line);
    assertEquals(readQr(seen, "dark"), fingerprint(SELF));
    assertEquals(lines.slice(1, 5).map((row) => row.slice(0, 17)).join(" "), fingerprint(SELF));
    assertEquals(lines.slice(1, 5).map((row) => row.slice(20)).join(" "), fingerprint(RED));
    assert(lines.every((line) => displayWidth(line) <= 78 - 2 - picture.columns));
    assert(Math.max(lines.length, picture.lines.length) <= 20);
  }
  for (const small of [{ columns: 60, rows: 40 }, { columns: 200, rows: 16 }]) {
    const { columns, rows } = small;
    const outcome = await begin({}, { columns, pictures: { rows, colors: true } }).run("/verify");
    assertEquals(outcome.kind === "lines" && outcome.picture, undefined);
  }
});

Deno.test("`/verify` shows the same two fingerprints on both sides", async () => {
  const here = await begin().lines("/verify");
  const there = begin({}, { recipient: { kind: "peer", peerId: SELF } });
  Object.defineProperty(there.node, "peerId", { value: RED });
  const digits = (lines: readonly string[]) => lines.join(" ").match(/\b\d{5}\b/g)?.sort();
  assertEquals(digits(await there.lines("/verify")), digits(here));
  assertEquals(digits(here)?.length, 24);
});

Deno.test("`/verify yes` notes it and `/verify no` takes it back", async () => {
  const { node, lines } = begin();
  assertEquals(await lines("/verify yes"), ["verified red (Jmfxzu)"]);
  assertEquals(node.contactsNow.get(RED)?.verifiedAt, NOW);
  assertStringIncludes((await lines("/verify")).join(" "), "is verified since Sun 22 Nov 2026");
  assertStringIncludes((await lines("/verify no"))[0] ?? "", "red (Jmfxzu) is not verified");
  assertEquals(node.contactsNow.get(RED)?.verifiedAt, undefined);
  // Who was never a contact does not become one for that.
  const other = begin();
  await other.lines("/verify no");
  assertEquals(other.node.contactsNow.size, 0);
});

Deno.test("`/rename`, `/block` and `/unblock` change the contact and say so", async () => {
  const { node, lines } = begin();
  assertEquals(await lines("/rename anna"), ["red (Jmfxzu) is now called anna (Jmfxzu)"]);
  assertEquals(await lines("/rename a:b"), [
    'error: "a:b" cannot be an alias: it looks like an address',
    'hint: 1 to 64 characters that are all visible, no ":", no "/" or "-" at the',
    "  beginning, not the beginning of a peer id",
  ]);
  assertEquals((await lines("/block"))[0], "blocked anna (Jmfxzu)");
  assertEquals(node.contactsNow.get(RED)?.blockedAt, NOW);
  assertEquals(await lines("/block anna"), ["anna (Jmfxzu) was blocked already"]);
  assertEquals(await lines("/unblock"), ["unblocked anna (Jmfxzu)"]);
  assertEquals(await lines("/unblock"), ["anna (Jmfxzu) is not blocked"]);
});

Deno.test("`runSlash()` does nothing to an address, to oneself, or to nobody", async () => {
  const address: Recipient = { kind: "address", address: "/ip4/10.0.0.1/tcp/7000" };
  const nowhere = begin({}, { recipient: address });
  for (const line of ["/who", "/verify yes", "/rename anna", "/block"]) {
    assertEquals((await nowhere.lines(line))[0], "error: nobody has answered yet at 10.0.0.1:7000");
  }
  const { node, lines } = begin({ peers: [activePeer()] });
  assertEquals(await lines(`/block ${SELF}`), ["error: that is this very profile"]);
  assertStringIncludes((await lines("/who nobody"))[0] ?? "", "no peer is known as");
  assertEquals([...node.contactsNow, ...nowhere.node.contactsNow], []);
});

Deno.test("`/outbox` lists what waits, and `/cancel` takes it back", async () => {
  const [first, second] = [
    "00000000-0000-7000-8000-00000000aaaa",
    "00000000-0000-7000-8000-00000000bbbb",
  ];
  const outbox = [
    outboxEntry(first, { text: HOSTILE, sentAt: NOW - 120_000 }),
    outboxEntry(second, { text: "two", state: "sent", sentAt: NOW - 60_000 }),
  ];
  const { node, lines } = begin({ outbox });
  const listed = await lines("/outbox");
  assertEquals(listed.slice(0, 2), [
    "red (Jmfxzu): 2 messages wait, the first for 2 min",
    "  next try now",
  ]);
  assertStringIncludes(listed[2] ?? "", "  0000aaaa  queued  2 min  \\u{1B}[2Jred");
  assertEquals(listed[3], "  0000bbbb  sent    1 min  two");
  assertEquals(await lines("/cancel BBBB"), [
    "cancelled; it was sent already and may have arrived all the same: two",
  ]);
  assertEquals(node.cancelled, [second]);
  assertEquals((await lines("/cancel ffff"))[0], "error: no such message waits");
  assertStringIncludes((await lines("/cancel 00000000"))[0] ?? "", "fits 2 messages");
  assertEquals(await lines("/retry"), ["trying now; what is delivered is told here"]);
  assertEquals(node.retries, 1);
  assertEquals(await begin().lines("/outbox"), ["nothing waits"]);
});

Deno.test("`/why` tries, and tells what would help", async () => {
  const { lines } = begin({
    connect: () => Promise.reject(new ChatError("unreachable", "nobody listens there")),
    reachability: () => ({
      active: undefined,
      addresses: [],
      waiting: 1,
      search: undefined,
      nextAttempt: undefined,
    }),
  });
  const said = await lines("/why");
  assertEquals(said[0], "red (Jmfxzu) is not reached");
  assertStringIncludes(said.join("\n"), "hint: ");
});

Deno.test("`runSlash()` fits into 40 columns", async () => {
  const { lines } = begin({
    peers: [activePeer()],
    outbox: [outboxEntry("x".repeat(36), { text: "word ".repeat(30) })],
  }, { columns: 40 });
  for (const line of ["/help", "/help verify", "/peers", "/verify", "/outbox", "/block", "/hist"]) {
    if (parseLine(line).kind !== "command") continue;
    for (const each of await lines(line)) assert(displayWidth(each) <= 40, `${line}: ${each}`);
  }
});

Deno.test("`runSlash()` passes on that it was given up, and that the node is gone", async () => {
  const giving = new AbortController();
  const asked = Promise.withResolvers<void>();
  const { run } = begin({
    connect: (_, signal) => {
      asked.resolve();
      return new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
    },
  }, { signal: giving.signal });
  const connecting = run("/connect 10.0.0.1:1");
  await asked.promise;
  giving.abort(new Error("enough"));
  await assertRejects(() => connecting, Error, "enough");
  const gone = begin({
    connect: () => Promise.reject(new ChatError("node-stopped", "the node is gone")),
  });
  await assertRejects(() => gone.run("/connect 10.0.0.1:1"), ChatError, "the node is gone");
});

Deno.test("`knownTo()` offers names that mean one peer, addresses, and what waits", async () => {
  const { node } = begin({
    peers: [
      activePeer(),
      activePeer({ peerId: BLUE, name: "red", address: "/ip4/10.0.0.1/tcp/1" }),
    ],
    outbox: [outboxEntry("12345678", { text: HOSTILE })],
    contacts: [{
      peerId: BLUE,
      alias: "anna b",
      note: "",
      addedAt: 1,
      verifiedAt: undefined,
      blockedAt: undefined,
    }],
  });
  const { peers, addresses, messages } = await knownTo(node);
  assertEquals(peers.map(({ text }) => text), ["anna b", "red"]);
  assertEquals(addresses.map(({ text }) => text), ["192.168.1.20:7000", "10.0.0.1:1"]);
  assertEquals(messages.map(({ text }) => text), ["12345678"]);
  for (const { about } of messages) assertEquals(sanitise(about), about);
});
