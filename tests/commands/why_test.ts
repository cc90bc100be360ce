import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { advise, type Facts } from "../../src/chat_screen/why/advice.ts";
import { ChatError } from "../../src/errors.ts";
import { type DialledAddress, openHistory, type Search } from "../../src/history/mod.ts";
import { dialReason } from "../../src/node/dial_failure.ts";
import type { Reachability } from "../../src/node/chat_node.ts";
import { TransportError, type TransportErrorCode } from "../../src/transport/errors.ts";
import { Harness } from "./harness.ts";
import { activePeer, NOW, RED } from "./twin_node.ts";

const ADDRESS = "/ip4/192.168.1.20/tcp/7000";
const REFUSED = "nobody listens there (connection refused)";
const SEARCH: Search = {
  attempts: 5,
  lastTried: NOW - 20_000,
  failure: REFUSED,
  nextAttempt: NOW + 34_000,
};

function address(changes: Partial<DialledAddress> = {}): DialledAddress {
  return { address: ADDRESS, lastWorked: 0, triedAt: NOW, failure: undefined, ...changes };
}

function reachability(changes: Partial<Reachability> = {}): Reachability {
  return {
    active: undefined,
    addresses: [],
    waiting: 0,
    search: undefined,
    nextAttempt: undefined,
    ...changes,
  };
}

const known = {
  ...activePeer(),
  addresses: [ADDRESS],
  source: "remembered",
  connected: false,
} as const;

Deno.test("`why` tries, and says of each address what came of it and what would help", async () => {
  await using program = await Harness.make({
    known: [known],
    connect: () => Promise.reject(new ChatError("unreachable", `red: ${REFUSED}`)),
    reachability: () =>
      reachability({
        addresses: [
          address({ lastWorked: NOW - 3_600_000, triedAt: NOW - 1_500, failure: REFUSED }),
          address({ address: "/ip4/10.0.0.5/tcp/7000", triedAt: undefined }),
          address({ address: "/dns/red.example/tcp/1", failure: "the name does not resolve\x07" }),
        ],
        waiting: 2,
        search: SEARCH,
      }),
  });
  assertEquals(await program.run("why", "red"), 1);
  assertEquals(program.terminal.outLines, [
    "red (Jmfxzu) is not reached",
    "  2 messages wait",
    "  next try when a node runs, such as: p2p-chat listen",
    `  192.168.1.20:7000  1 s ago: ${REFUSED}; worked 1 h ago`,
    "  10.0.0.5:7000      not dialled yet",
    "  red.example:1      just now: the name does not resolve\\u{7}",
    "hint: Nobody listens at 192.168.1.20:7000: is p2p-chat running there, and on that port?",
    "hint: The name in red.example:1 is unknown: is it spelled right?",
  ]);
  assertEquals(program.node?.init.listen, "ephemeral");
  assert(program.node?.stopped);
  assertEquals(program.node?.listeners, 0);
});

Deno.test("`why` shows the path to a peer that is connected", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    reachability: () => reachability({ active: activePeer(), addresses: [address()] }),
  });
  assertEquals(await program.run("why", "red"), 0);
  assertEquals(program.terminal.outLines, [
    "red (Jmfxzu) is connected",
    "  by 192.168.1.20:7000, direct, round trip 0.4 ms, for 3 min",
    "  nothing waits for it",
    "  192.168.1.20:7000  worked just now",
    "All is well: it is connected, and nothing waits.",
  ]);
});

Deno.test("`why` names an address where nobody was ever reached", async () => {
  await using program = await Harness.make({
    connect: () => Promise.reject(new ChatError("unreachable", `127.0.0.1:7009: ${REFUSED}`)),
    reachability: () => reachability({ waiting: 1, search: SEARCH }),
  });
  assertEquals(await program.run("why", "127.0.0.1:7009"), 1);
  assertEquals(program.terminal.outLines, [
    "127.0.0.1:7009 is not reached",
    "  1 message waits",
    "  next try when a node runs, such as: p2p-chat listen",
    `  127.0.0.1:7009  just now: ${REFUSED}`,
    "hint: Nobody listens at 127.0.0.1:7009: is p2p-chat running there, and on that port?",
  ]);
});

Deno.test("`why` looks for an address at the peer that is known there", async () => {
  const asked: unknown[] = [];
  await using program = await Harness.make({
    known: [known],
    connect: () => Promise.reject(new ChatError("unreachable", REFUSED)),
    reachability: (recipient) => {
      asked.push(recipient);
      return reachability({ addresses: [address({ failure: REFUSED })] });
    },
  });
  assertEquals(await program.run("why", "192.168.1.20:7000"), 1);
  assertEquals(asked.at(-1), { kind: "peer", peerId: RED });
  assertEquals(program.terminal.outLines[0], "red (Jmfxzu) is not reached");
});

Deno.test("`why --timeout` limits the attempt", async () => {
  await using program = await Harness.make({
    known: [known],
    connect: (_, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  assertEquals(await program.run("why", "red", "--timeout", "5ms"), 1);
  assertEquals(program.terminal.outLines.slice(-2), [
    "  tried now: no answer in time",
    "hint: No answer from its addresses: is that machine on, and in the same network? " +
    "A firewall or a router may be in between.",
  ]);
});

Deno.test("`why --json` prints one object with all of it", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    reachability: () => reachability({ active: activePeer(), addresses: [address()] }),
  });
  assertEquals(await program.run("why", "red", "--json"), 0);
  const time = (ms: number) => new Date(ms).toISOString();
  assertEquals(program.jsonLines, [{
    event: "why",
    target: "red",
    peerId: RED,
    name: "red",
    classic: false,
    connected: true,
    address: ADDRESS,
    path: "direct",
    roundTripMs: 0.4,
    connectedSince: time(NOW - 180_000),
    lastSeen: time(NOW - 2_000),
    addresses: [{ address: ADDRESS, lastTried: time(NOW), lastError: null, lastWorked: null }],
    waiting: 0,
    attempts: 0,
    lastTried: null,
    lastError: null,
    nextAttempt: null,
    owner: null,
    advice: ["All is well: it is connected, and nothing waits."],
  }]);
});

Deno.test("`why --direct` tells beside the owner of the profile what that one has noted", async () => {
  await using program = await Harness.make();
  await program.run("id", "--json");
  const { peerId } = JSON.parse(program.terminal.outLines[0] ?? "");
  {
    using history = openHistory(`${program.home}/default/chat.db`, peerId, NOW);
    const { messages, outbox, peers } = history;
    const conversation = { kind: "peer", peerId: RED } as const;
    peers.remember({ peerId: RED, name: "red", source: "asked", seenAt: NOW });
    peers.noteDial(RED, ADDRESS, NOW - 20_000, REFUSED);
    messages.enqueue([
      { conversation, id: "a", text: "hello", sentAt: NOW, replyTo: undefined },
    ], NOW);
    outbox.tried(conversation, SEARCH);
  }
  const started = program.nextNode();
  const ended = program.run("listen");
  await started;
  const stop = program.interruption;
  assertEquals(await program.run("why", "red", "--direct"), 0);
  assertEquals(
    program.terminal.outLines.map((line) => line.replace(/process \d+ .*\)/, "process 1")),
    [
      "red (Jmfxzu) is not reached",
      '  profile "default" is in use by process 1; this is what it noted',
      "  1 message waits",
      `  tried once, 20 s ago: ${REFUSED}`,
      "  next try in 34 s",
      `  192.168.1.20:7000  20 s ago: ${REFUSED}`,
      "hint: Nobody listens at 192.168.1.20:7000: is p2p-chat running there, and on that port?",
    ],
  );
  assertEquals(await program.run("why", "red", "--json", "--direct"), 0);
  const [line] = program.jsonLines;
  assertEquals([Object(line).connected, Object(line).lastError], [null, REFUSED]);
  assertStringIncludes(Object(line).owner, "is in use by process");
  assertEquals(await program.run("why", "bob", "--direct"), 4);
  stop("SIGTERM");
  assertEquals(await ended, 0);
});

Deno.test("`why` ends with 4 for somebody unknown and with 130 when it is interrupted", async () => {
  await using program = await Harness.make({
    known: [known],
    connect: (_, signal) => {
      program.interrupt();
      return Promise.reject(signal.reason);
    },
  });
  assertEquals(await program.run("why", "bob"), 4);
  assertEquals(await program.run("why", "red"), 130);
  assert(program.node?.stopped);
});

const facts = (changes: Partial<Facts> = {}): Facts => ({
  connected: false,
  addresses: [],
  waiting: 0,
  failure: undefined,
  ...changes,
});

Deno.test("`advise()` knows the words in which every kind of failure is remembered", () => {
  const transport = (code: TransportErrorCode) => new TransportError(code, "x");
  const named = (name: string) => Object.assign(new Error("x"), { name });
  for (
    const [error, advice] of [
      [transport("connection-refused"), "is p2p-chat running there"],
      [transport("timed-out"), "A firewall"],
      [transport("host-unreachable"), "no way to"],
      [transport("address-not-available"), "no way to"],
      [transport("name-not-found"), "spelled right"],
      [transport("connection-reset"), "cut at once"],
      [named("UnexpectedPeerError"), "Another peer answers"],
      [named("EncryptionFailedError"), "Something other than p2p-chat"],
      [new ChatError("not-a-peer", "something answers there, but not p2p-chat"), "other than p2p"],
      [new ChatError("refused", "the other side closed the connection"), "cut at once"],
      [named("TimeoutError"), "No answer from"],
      [new Error("Tried to dial self"), "This very node"],
    ] as const
  ) {
    const [sentence = "", another] = advise(facts({
      addresses: [address({ failure: dialReason(error) })],
      failure: dialReason(error),
    }));
    assertStringIncludes(sentence, advice);
    assertStringIncludes(sentence, "192.168.1.20:7000");
    assertEquals(another, undefined);
  }
});

Deno.test("`advise()` says each thing once, of all addresses that it holds for", () => {
  const at = (last: number, failure: string) =>
    address({ address: `/ip4/10.0.0.${last}/tcp/7000`, failure });
  assertEquals(
    advise(facts({ addresses: [at(1, REFUSED), at(2, "no answer in time"), at(3, REFUSED)] })),
    [
      "Nobody listens at 10.0.0.1:7000 and 10.0.0.3:7000: is p2p-chat running there, " +
      "and on that port?",
      "No answer from 10.0.0.2:7000: is that machine on, and in the same network? " +
      "A firewall or a router may be in between.",
    ],
  );
  const [many] = advise(facts({ addresses: [1, 2, 3, 4].map((last) => at(last, REFUSED)) }));
  assertStringIncludes(many ?? "", "10.0.0.1:7000, 10.0.0.2:7000 and 2 more:");
});

Deno.test("`advise()` always says something", () => {
  for (
    const [changes, advice] of [
      [{ failure: "no address is known for it" }, "No address of it is known"],
      [{ connected: true }, "All is well"],
      [{ connected: true, waiting: 2 }, "does not acknowledge"],
      [{ addresses: [address()], failure: "odd\x1b" }, "The last attempt failed: odd\\u{1B}."],
      [{ addresses: [address()] }, "try again"],
      [{ connected: undefined, addresses: [address()] }, "Nothing waits for it"],
      [{ connected: undefined, addresses: [address()], waiting: 1 }, "No attempt has failed"],
      [
        { connected: undefined, addresses: [address()], waiting: 1, failure: "no answer for 30 s" },
        "The last attempt failed: no answer for 30 s.",
      ],
    ] satisfies [Partial<Facts>, string][]
  ) {
    assertStringIncludes(advise(facts(changes)).join("\n"), advice);
  }
});
