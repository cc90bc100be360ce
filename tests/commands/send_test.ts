import { assert, assertEquals } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import type { OwnMessage } from "../../src/history/message_record.ts";
import { Harness } from "./harness.ts";
import { activePeer, BLUE, NOW, RED, type TwinNode } from "./twin_node.ts";

const deliver = (message: OwnMessage, node: TwinNode) => node.advance(message, "delivered");

Deno.test("`send` sends its words and says when they are delivered", async () => {
  let time = NOW;
  await using program = await Harness.make({
    peers: [activePeer()],
    now: () => time,
    onSend(message, node) {
      time += 12;
      deliver(message, node);
    },
  });
  assertEquals(await program.run("send", "red", "hello", "there"), 0);
  assertEquals(program.node?.sent, [
    { recipient: { kind: "peer", peerId: RED }, text: "hello there" },
  ]);
  assertEquals(program.terminal.outLines, ["delivered to red (Jmfxzu) in 12 ms"]);
  assertEquals(program.node?.init.listen, "ephemeral");
  assert(program.node?.stopped);
  assertEquals(program.node?.listeners, 0);
});

Deno.test("`send` takes text after `--` as it is", async () => {
  await using program = await Harness.make({ peers: [activePeer()], onSend: deliver });
  assertEquals(await program.run("send", "red", "--", "--json", "-5"), 0);
  assertEquals(program.node?.sent[0]?.text, "--json -5");
});

Deno.test("`send` reads standard input and takes one line end off", async () => {
  for (
    const [input, text] of [
      ["hello\n", "hello"],
      ["hello\r\n", "hello"],
      ["two\nlines\n\n", "two\nlines\n"],
      ["bare", "bare"],
    ] as const
  ) {
    await using program = await Harness.make({
      peers: [activePeer()],
      onSend: deliver,
      terminal: { input },
    });
    assertEquals(await program.run("send", "red"), 0);
    assertEquals(program.node?.sent[0]?.text, text);
  }
});

Deno.test("`send` refuses input that can be no message before it starts a node", async () => {
  for (
    const [input, error] of [
      ["", 'the message is ""'],
      ["\n", 'the message is ""'],
      ["x".repeat(40_000), "standard input is longer than a message may be, 32 KiB"],
      [new Uint8Array([0x61, 0xff]), "standard input is not UTF-8 text"],
    ] as const
  ) {
    await using program = await Harness.make({ terminal: { input } });
    assertEquals(await program.run("send", "red"), 2);
    assertEquals(program.terminal.errLines[0], `error: ${error}`);
    assertEquals(program.node, undefined);
  }
});

const sendOff = (message: OwnMessage, node: TwinNode) => node.advance(message, "sent");
const SOON = ["--timeout", "1ms"] as const;

Deno.test("`send` ends with 3 when the message did not go out in time", async () => {
  await using program = await Harness.make({ peers: [activePeer()] });
  assertEquals(await program.run("send", "red", "hello", ...SOON), 3);
  assertEquals(program.terminal.errLines.slice(2), [
    "error: not delivered to red within 1 ms; the message waits in the outbox",
    "hint: it goes out the next time this profile runs a node, such as: p2p-chat listen",
  ]);
  assert(program.node?.stopped);
  assertEquals(program.node?.listeners, 0);
});

Deno.test("`send` ends with 6 when nobody acknowledges in time", async () => {
  await using program = await Harness.make({ peers: [activePeer()], onSend: sendOff });
  assertEquals(await program.run("send", "red", "hello", ...SOON), 6);
  assertEquals(program.terminal.errLines.slice(2), [
    "error: sent to red, but not acknowledged within 1 ms; the message stays in the outbox",
    "hint: it may have arrived; until it is acknowledged it goes out again, " +
    "whenever this profile runs a node",
  ]);
});

Deno.test("`send --until queued` waits for nobody", async () => {
  let dials = 0;
  await using program = await Harness.make({
    connect: () => {
      dials++;
      return Promise.resolve(activePeer());
    },
  });
  assertEquals(await program.run("send", "127.0.0.1:7000", "hello", "--until", "queued"), 0);
  assertEquals(program.terminal.outLines, ["queued for 127.0.0.1:7000"]);
  assertEquals(await program.run("send", "[::1]:7000", "hi", "--until", "queued", "--json"), 0);
  const line = program.jsonLines.at(-1);
  assertEquals([Object(line).ok, Object(line).state], [true, "queued"]);
  assertEquals(dials, 0);
});

Deno.test("`send --until sent` ends with 0 as soon as the message went out, or got further", async () => {
  for (
    const [onSend, text] of [
      [sendOff, "sent to red (Jmfxzu) in 0 ms"],
      [deliver, "delivered to red (Jmfxzu) in 0 ms"],
    ] as const
  ) {
    await using program = await Harness.make({ peers: [activePeer()], onSend });
    assertEquals(await program.run("send", "red", "hello", "--until", "sent"), 0);
    assertEquals(program.terminal.outLines, [text]);
  }
  await using program = await Harness.make({ peers: [activePeer()] });
  assertEquals(await program.run("send", "red", "hello", "--until", "sent", ...SOON), 3);
  assertEquals(
    program.terminal.errLines[2],
    "error: not sent to red within 1 ms; the message waits in the outbox",
  );
});

Deno.test("`send` notices when time is up what another process did to the message", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    history: (node) => node.saved.map((message) => ({ ...message, state: "cancelled" })),
  });
  assertEquals(await program.run("send", "red", "hello", ...SOON), 1);
  assertEquals(program.terminal.errLines[2], "error: the message to red was cancelled");
});

Deno.test("`send` says why the recipient was not reached", async () => {
  await using program = await Harness.make({
    connect: () =>
      Promise.reject(new ChatError("unreachable", "127.0.0.1:7000: nobody listens there\u009b")),
  });
  assertEquals(await program.run("send", "127.0.0.1:7000", "hello", "--timeout", "1ms"), 3);
  assertEquals(
    program.terminal.errLines[2],
    "error: not delivered to 127.0.0.1:7000 within 1 ms: nobody listens there\\u{9B}; " +
      "the message waits in the outbox",
  );
});

Deno.test("`send` does not wait for a dial when the message is delivered without it", async () => {
  await using program = await Harness.make({
    onSend: deliver,
    connect: (_, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  assertEquals(await program.run("send", "127.0.0.1:7000", "hello"), 0);
});

Deno.test("`send --timeout 0` does not wait, and is not delivered", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("send", "127.0.0.1:7000", "hello", "--timeout", "0"), 3);
  assertEquals(program.node?.sent, [
    { recipient: { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" }, text: "hello" },
  ]);
  assertEquals(
    program.terminal.errLines[2],
    "error: not delivered to 127.0.0.1:7000 yet; the message waits in the outbox",
  );
});

Deno.test("`send` ends with 5 when the recipient refuses", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    onSend: (message, node) => node.advance(message, "refused", { reason: "no\nroom" }),
  });
  assertEquals(await program.run("send", "red", "hello"), 5);
  assertEquals(program.terminal.errLines[2], "error: red refused the message: no⏎room");
});

Deno.test("`send` ends with 1 when the message was cancelled meanwhile", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    onSend: (message, node) => node.advance(message, "cancelled"),
  });
  assertEquals(await program.run("send", "red", "hello"), 1);
  assertEquals(program.terminal.errLines[2], "error: the message to red was cancelled");
});

const BOTH = { peers: [activePeer(), activePeer({ peerId: BLUE, name: "blue" })] };

Deno.test("`send --to` sends to each, once, and says what became of it", async () => {
  let time = NOW;
  await using program = await Harness.make({
    ...BOTH,
    now: () => time,
    onSend(message, node) {
      time += 12;
      deliver(message, node);
    },
  });
  const code = await program.run("send", "--to", "red", "--to", "blue", "--to", RED, "all is well");
  assertEquals(code, 0);
  assertEquals(
    program.node?.sent,
    [RED, BLUE].map((peerId) => ({
      recipient: { kind: "peer", peerId },
      text: "all is well",
    })),
  );
  assertEquals(program.terminal.outLines, [
    "peer  state         who, or why not",
    "red   ✓  delivered  red (Jmfxzu) in 12 ms",
    "blue  ✓  delivered  blue (M4jXBy) in 24 ms",
  ]);
});

Deno.test("`send --to` ends with the worst code, and names the fault of each", async () => {
  const states = { [RED]: "sent", [BLUE]: "refused" } as const;
  await using program = await Harness.make({
    ...BOTH,
    onSend(message, node) {
      const { conversation } = message;
      if (conversation.kind === "peer") {
        const state = Object.entries(states).find(([id]) => id === conversation.peerId)?.[1];
        node.advance(message, state ?? "queued", { reason: "no room" });
      }
    },
    connect: (recipient) =>
      recipient.kind === "peer"
        ? Promise.resolve(activePeer())
        : Promise.reject(new ChatError("unreachable", "127.0.0.1:7000: nobody listens there")),
  });
  const to = ["--to", "127.0.0.1:7000", "--to", "red", "--to", "blue"];
  assertEquals(await program.run("send", ...to, "hello", "--timeout", "1ms"), 5);
  assertEquals(program.terminal.outLines, [
    "peer            state       who, or why not",
    "127.0.0.1:7000  …  queued   nobody listens there",
    "red             →  sent     no room",
    "blue            ✗  refused  no room",
  ]);
  assertEquals(program.terminal.errLines.slice(2), ["error: 3 of 3 messages are not delivered"]);
  assertEquals(await program.run("send", ...to.slice(0, 4), "hi", ...SOON, "--json"), 3);
  const results = program.jsonLines.filter((line) => Object(line).event === "result");
  assertEquals(results.map((line) => [Object(line).target, Object(line).state]), [
    ["127.0.0.1:7000", "queued"],
    ["red", "sent"],
  ]);
  assertEquals(Object(program.jsonLines.at(-1)).code, "not-delivered");
});

Deno.test("`send --to` takes no recipient for the message, and sends to all or nobody", async () => {
  for (
    const [args, code, error] of [
      [["red", "--to", "blue"], 2, '"red" is a peer; it would be sent as the message'],
      [
        ["red", "--to", "blue", "hello"],
        2,
        "with --to the message is one argument, and there are 2",
      ],
      [["--to", "blue", "127.0.0.1:7000"], 2, '"127.0.0.1:7000" is a peer; it would be sent'],
      [["--to", "blue", "--to", "nobody", "hello"], 4, 'no peer is known as "nobody"'],
      [["--to", "blue", "--to", "red", "x", "--reply-to", "a"], 2, "--reply-to answers one peer"],
    ] as const
  ) {
    await using program = await Harness.make(BOTH);
    assertEquals(await program.run("send", ...args), code, args.join(" "));
    const said = program.terminal.errLines.find((line) => line.startsWith("error:")) ?? "";
    assert(said.startsWith(`error: ${error}`), said);
    assertEquals(program.node?.sent ?? [], []);
  }
});

Deno.test("`send --file` sends the text of a file, or of standard input", async () => {
  const file = await Deno.makeTempFile();
  try {
    await using program = await Harness.make({
      ...BOTH,
      onSend: deliver,
      terminal: { input: "from a pipe\n" },
    });
    await Deno.writeTextFile(file, "two\nlines\n");
    assertEquals(await program.run("send", "red", "--file", file), 0);
    assertEquals(program.node?.sent[0]?.text, "two\nlines");
    assertEquals(await program.run("send", "--to", "red", "--file", "-"), 0);
    assertEquals(program.node?.sent[0]?.text, "from a pipe");
    for (
      const [content, error] of [
        [new Uint8Array([0xff]), "is not UTF-8 text"],
        [new Uint8Array(33_000).fill(97), "is longer than a message may be, 32 KiB"],
      ] as const
    ) {
      await Deno.writeFile(file, content);
      assertEquals(await program.run("send", "red", "--file", file), 2);
      assertEquals(program.terminal.errLines[0], `error: the file "${file}" ${error}`);
    }
    assertEquals(await program.run("send", "red", "--file", `${file}.not`), 2);
    assert(program.terminal.err.startsWith(`error: cannot read "${file}.not": No such file`));
    assertEquals(await program.run("send", "red", "words", "--file", file), 2);
    assertEquals(program.terminal.errLines[0], "error: there is a text and a --file");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("`send --reply-to` answers a message", async () => {
  await using program = await Harness.make({ ...BOTH, onSend: deliver });
  assertEquals(await program.run("send", "red", "yes", "--reply-to", " ABC "), 0);
  assertEquals(program.node?.saved[0]?.replyTo, "abc");
});

Deno.test("`send` goes on when the node dies through which it works", async () => {
  const saved = Promise.withResolvers<void>();
  await using program = await Harness.make({ ...BOTH, onSend: () => saved.resolve() });
  const started = program.nextNode();
  const listening = program.run("listen");
  const owner = await started;
  const stop = program.interruption;
  const sending = program.run("send", "red", "hello");
  const { terminal } = program;
  await saved.promise;
  const next = program.nextNode();
  stop("SIGTERM");
  assertEquals(await listening, 0);
  const own = await next;
  await terminal.until(({ err }) => err.includes("going on with a node of its own"));
  while (own.saved.length === 0) await new Promise((resolve) => setTimeout(resolve));
  for (const message of own.saved) deliver(message, own);
  assertEquals(await sending, 0);
  assertEquals(own.saved[0]?.id, owner.saved[0]?.id);
});

Deno.test("`send` ends with 4 for somebody unknown, and stops its node", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("send", "bob", "hello"), 4);
  assertEquals(program.terminal.errLines[2], 'error: no peer is known as "bob"');
  assert(program.node?.stopped);
});

Deno.test("`send` ends with 130 when it is interrupted, and says that the message stays", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    onSend: () => program.interrupt(),
  });
  assertEquals(await program.run("send", "red", "hello"), 130);
  assertEquals(
    program.terminal.errLines[2],
    [
      "error: interrupted by SIGINT: the message waits in the outbox",
    ].join(),
  );
  assert(program.node?.stopped);
});

Deno.test("`send --json` prints each state and the result", async () => {
  const sent = Promise.withResolvers<void>();
  await using program = await Harness.make({
    peers: [activePeer()],
    onSend: async (message, node) => {
      // Not before it is known to be saved, as in a real node.
      await new Promise((resolve) => setTimeout(resolve));
      node.advance(message, "sent");
      deliver(message, node);
      sent.resolve();
    },
  });
  assertEquals(await program.run("send", "red", "hello", "--json"), 0);
  await sent.promise;
  const id = program.node?.saved[0]?.id;
  const red = { peerId: RED, name: "red", classic: false, address: null };
  const at = { stateAt: new Date(NOW).toISOString(), unanswerable: false, reason: null };
  assertEquals(program.jsonLines, [
    { event: "state", id, ...red, state: "queued", ...at },
    { event: "state", id, ...red, state: "sent", ...at },
    { event: "state", id, ...red, state: "delivered", ...at },
    {
      event: "result",
      target: "red",
      ok: true,
      ...red,
      id,
      state: "delivered",
      unanswerable: false,
      elapsedMs: 0,
      reason: null,
    },
  ]);
});

Deno.test("`send --json` prints the result and the error of what was not delivered", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("send", "[::1]:7000", "hello", "--json", "--timeout", "0"), 3);
  const id = program.node?.saved[0]?.id;
  assertEquals(program.jsonLines.slice(1), [
    {
      event: "result",
      target: "[::1]:7000",
      ok: false,
      peerId: null,
      name: null,
      classic: false,
      address: "/ip6/::1/tcp/7000",
      id,
      state: "queued",
      unanswerable: false,
      elapsedMs: 0,
      reason: null,
    },
    {
      event: "error",
      at: new Date(NOW).toISOString(),
      code: "not-delivered",
      message: "not delivered to [::1]:7000 yet; the message waits in the outbox",
      hint: "it goes out the next time this profile runs a node, such as: p2p-chat listen",
      causes: [],
    },
  ]);
});

/** As a node that speaks dialect A does. */
const sendUnanswerably = (message: OwnMessage, node: TwinNode) =>
  node.advance(message, "sent", { unanswerable: true });

Deno.test("`send` is done with what nobody acknowledges, and says that no more can be known", async () => {
  await using program = await Harness.make({ peers: [activePeer()], onSend: sendUnanswerably });
  assertEquals(await program.run("send", "red", "hello"), 0);
  assertEquals(program.terminal.outLines, [
    "sent to red (Jmfxzu) in 0 ms (nothing more can be known in the classic protocol)",
  ]);
  assertEquals(await program.run("send", "red", "hello", "--until", "sent"), 0);
  assertEquals(await program.run("send", "red", "hello", "--json"), 0);
  const lines = program.jsonLines.slice(-2).map(Object);
  assertEquals(lines.map(({ event, state, unanswerable }) => [event, state, unanswerable]), [
    ["state", "sent", true],
    ["result", "sent", true],
  ]);
  assertEquals(lines.at(-1)?.ok, true);
});

Deno.test("`send --until delivered` says at once that it cannot be known, with exit code 6", async () => {
  await using program = await Harness.make({ ...BOTH, onSend: sendUnanswerably });
  const until = ["--until", "delivered", "--timeout", "10m"];
  assertEquals(await program.run("send", "red", "hello", ...until), 6);
  assertEquals(program.terminal.errLines.slice(2), [
    "error: sent to red; that it is delivered cannot be known " +
    "(nothing more can be known in the classic protocol)",
    "hint: leave --until out, or write --until sent",
  ]);
  assertEquals(await program.run("send", "--to", "red", "--to", "blue", "hello", ...until), 6);
});
