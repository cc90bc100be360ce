import { assert, assertEquals, assertMatch } from "@std/assert";
import type { MessageRecord, OwnMessage } from "../../src/history/message_record.ts";
import { receivedMessage } from "../menu/messages.ts";
import { Harness } from "./harness.ts";
import { activePeer, type TwinNode } from "./twin_node.ts";

const deliver = (message: OwnMessage, node: TwinNode) => node.advance(message, "delivered");
const peers = [activePeer()];
const TEXT_LIMIT_BYTES = 32 * 1024;

function incoming(position: number, text: string): MessageRecord & { direction: "in" } {
  return { ...receivedMessage(position), position, text };
}

Deno.test("`pipe` sends each line but the empty ones, and ends when all are delivered", async () => {
  await using program = await Harness.make({
    peers,
    onSend: deliver,
    terminal: { input: "\ufeffone\r\n\n two\t\n\nthree" },
  });
  assertEquals(await program.run("pipe", "red"), 0);
  assertEquals(program.node?.sent.map(({ text }) => text), ["one", " two\t", "three"]);
  assertEquals([program.terminal.out, program.node?.listeners], ["", 0]);
  assert(program.node?.stopped);
});

Deno.test("`pipe` refuses a line that can be no message, and has sent those before it", async () => {
  for (
    const [bad, error] of [
      [new Uint8Array([0x61, 0xff, 0x0a]), "it is not UTF-8 text"],
      ["x".repeat(TEXT_LIMIT_BYTES + 1), "the text has 32769 bytes, the limit is 32768"],
      ["a\0b\n", "the text contains a NUL character"],
    ] as const
  ) {
    const start = new TextEncoder().encode("one\n\n");
    const rest = typeof bad === "string" ? new TextEncoder().encode(bad) : bad;
    await using program = await Harness.make({
      peers,
      onSend: deliver,
      terminal: { input: new Uint8Array([...start, ...rest]) },
    });
    assertEquals(await program.run("pipe", "red"), 2);
    assertEquals(
      program.terminal.errLines[2],
      `error: line 3 of the input was not sent: ${error}`,
    );
    assertEquals(program.node?.sent.map(({ text }) => text), ["one"]);
  }
});

Deno.test("`pipe --json` reads objects and strings, and prints every state", async () => {
  const id = "0190aaaa-bbbb-8ccc-8ddd-eeeeffff0001";
  await using program = await Harness.make({
    peers,
    onSend: deliver,
    terminal: { input: [`{"text":"a\\nb","id":"${id}","replyTo":"x"}`, "", '"\\u0062"'] },
  });
  assertEquals(await program.run("pipe", "red", "--json"), 0);
  assertEquals(program.node?.saved.map(({ text, replyTo }) => [text, replyTo]), [
    ["a\nb", "x"],
    ["b", undefined],
  ]);
  assertEquals(program.node?.saved[0]?.id, id);
  const states = program.jsonLines.map((line) => [Object(line).event, Object(line).state]);
  assertEquals(states.at(-1), ["state", "delivered"]);
});

for (
  const [line, error] of [
    ["{", 'it is not JSON: "{"'],
    ["7", "it is neither an object nor a string"],
    ["{}", '"text" is not text'],
    ['{"text":"x","to":"y"}', '"to" means nothing here'],
    ['{"text":"x","__proto__":{}}', '"__proto__" means nothing here'],
    ['{"text":"x","id":7}', '"id" is not text'],
    ['""', "the text is empty"],
    ['"\\ud800"', "the text is not valid Unicode (a lone surrogate)"],
    [`${"[".repeat(100_000)}`, `it is not JSON: "${"[".repeat(40)}"`],
  ] as const
) {
  Deno.test(`\`pipe --json\` refuses ${line.slice(0, 30)} by its number`, async () => {
    await using program = await Harness.make({ peers, terminal: { input: [line] } });
    assertEquals(await program.run("pipe", "red", "--json"), 2);
    const last = program.jsonLines.at(-1);
    assertEquals(Object(last).message, `line 1 of the input was not sent: ${error}`);
  });
}

Deno.test("`pipe` prints what was never shown, then what arrives, and marks it", async () => {
  const stored = [incoming(1, "seen"), incoming(2, "two\nlines\x1b[2J\tx")];
  await using program = await Harness.make({
    peers,
    history: () => stored,
    terminal: { keepOpen: true },
  });
  const started = program.nextNode();
  const piping = program.run("pipe", "red");
  const node = await started;
  await node.shown([incoming(1, "seen")]);
  await program.terminal.until(({ out }) => out.includes("two"));
  stored.push(incoming(3, "three"));
  node.emit({ event: "message", message: incoming(3, "three") });
  node.emit({ event: "message", message: incoming(3, "three") });
  await program.terminal.until(({ out }) => out.includes("three"));
  program.terminal.endInput();
  assertEquals(await piping, 0);
  assertEquals(program.terminal.outLines, ["two⏎lines\\u{1B}[2J\tx", "three"]);
  assertEquals(node.seen.map(({ position }) => position), [1, 2, 3]);
});

Deno.test("`pipe` prints more than a page, once each and in order, though it goes on arriving", async () => {
  const stored = Array.from({ length: 600 }, (_, index) => incoming(index + 1, `${index + 1}`));
  let reads = 0;
  await using program = await Harness.make({
    peers,
    terminal: { keepOpen: true },
    history: () => {
      // Somebody writes while the pages are read.
      if (++reads % 2 === 0 && stored.length < 620) {
        const position = stored.length + 1;
        stored.push(incoming(position, `${position}`));
      }
      return stored;
    },
  });
  const started = program.nextNode();
  const piping = program.run("pipe", "red");
  const node = await started;
  await node.shown([incoming(7, "7")]);
  while (stored.length < 620) {
    node.emit({ event: "message", message: incoming(1, "whichever") });
    await new Promise((resolve) => setTimeout(resolve));
  }
  program.terminal.endInput();
  assertEquals(await piping, 0);
  const expected = stored.map(({ text }) => text).filter((text) => text !== "7");
  assertEquals(program.terminal.outLines, expected);
});

Deno.test("`pipe --since` prints what came later, whether it was shown or not", async () => {
  const stored = [1, 2, 3].map((position) => incoming(position, `text ${position}`));
  await using program = await Harness.make({ peers, history: () => stored });
  assertEquals(await program.run("pipe", "red", "--since", "1", "--json"), 0);
  assertEquals(program.jsonLines.map((line) => Object(line).position), [2, 3]);
  assertEquals(await program.run("pipe", "red", "--since", "3", "--json"), 0);
  assertEquals(program.jsonLines, []);
  assertEquals(await program.run("pipe", "red", "--since", "-1"), 2);
});

Deno.test("`pipe --resume` gives a line the id of its number, and goes on behind what is there", async () => {
  const known = new Map<string, OwnMessage>();
  const make = (lines: readonly string[]) =>
    Harness.make({
      peers,
      terminal: { input: lines },
      onSend(message, node) {
        known.set(message.id, message);
        deliver(message, node);
      },
    });
  await using first = await make(["one", "", "two"]);
  assertEquals(await first.run("pipe", "red", "--resume", "job"), 0);
  await using other = await make(["one"]);
  assertEquals(await other.run("pipe", "red", "--resume", "other"), 0);
  const ids = [...known.keys()];
  assertEquals(new Set(ids).size, 3);
  assert(ids.every((id) => /^.{14}8/.test(id)), ids.join());
});

Deno.test("`pipe` does not read on while too many lines are on their way", async () => {
  const held: OwnMessage[] = [];
  await using program = await Harness.make({
    peers,
    terminal: { input: Array.from({ length: 1_000 }, (_, index) => `line ${index}`) },
    onSend: (message) => void held.push(message),
  });
  const started = program.nextNode();
  const piping = program.run("pipe", "red");
  const node = await started;
  let most = 0;
  let count = 0;
  while (count < 1_000) {
    await new Promise((resolve) => setTimeout(resolve));
    most = Math.max(most, held.length);
    for (const message of held.splice(0, 100)) {
      count++;
      deliver(message, node);
    }
  }
  assertEquals(await piping, 0);
  assertEquals(most, 256);
});

Deno.test("`pipe --until queued` waits for nobody", async () => {
  await using program = await Harness.make({ peers, terminal: { input: ["one", "two"] } });
  assertEquals(await program.run("pipe", "red", "--until", "queued"), 0);
  assertEquals(program.node?.sent.length, 2);
});

Deno.test("`pipe --timeout` ends with 3 or 6, and counts the lines", async () => {
  for (
    const [state, code] of [["queued", 3], ["sent", 6]] as const
  ) {
    await using program = await Harness.make({
      peers,
      terminal: { input: ["one", "", "two", "three"] },
      onSend: (message, node) =>
        node.advance(message, message.text === "one" ? "delivered" : state),
    });
    assertEquals(await program.run("pipe", "red", "--timeout", "1ms"), code);
    assertEquals(
      program.terminal.errLines[2],
      "error: 2 of 3 lines are not delivered to red within 1 ms, first line 3; " +
        "they wait in the outbox",
    );
  }
});

Deno.test("`pipe` ends with 5 where a line was refused, and has sent the others", async () => {
  await using program = await Harness.make({
    peers,
    terminal: { input: ["one", "two", "three"] },
    onSend: (message, node) =>
      message.text === "two"
        ? node.advance(message, "refused", { reason: "no\nroom" })
        : deliver(message, node),
  });
  assertEquals(await program.run("pipe", "red"), 5);
  assertEquals(
    program.terminal.errLines[2],
    "error: red refused 1 of 3 lines, first line 2: no⏎room",
  );
});

Deno.test("`pipe --follow` goes on without input, until it is told to stop", async () => {
  for (const [signal, code] of [["SIGTERM", 0], ["SIGINT", 130]] as const) {
    const stored: MessageRecord[] = [];
    await using program = await Harness.make({ peers, history: () => stored });
    const started = program.nextNode();
    const piping = program.run("pipe", "red", "--follow");
    const node = await started;
    stored.push(incoming(1, "late"));
    node.emit({ event: "message", message: incoming(1, "late") });
    await program.terminal.until(({ out }) => out.includes("late"));
    program.interrupt(signal);
    assertEquals(await piping, code);
    assertEquals(program.terminal.errLines.slice(2), []);
  }
});

Deno.test("`pipe` says what waits when it is interrupted", async () => {
  await using program = await Harness.make({
    peers,
    terminal: { input: ["one"], keepOpen: true },
    onSend: () => program.interrupt("SIGTERM"),
  });
  assertEquals(await program.run("pipe", "red"), 130);
  assertEquals(program.terminal.errLines.slice(2), [
    "error: interrupted by SIGTERM: 1 line waits in the outbox",
    "hint: what waits goes out the next time this profile runs a node, such as: p2p-chat listen",
  ]);
});

Deno.test("`pipe` ends in order when nobody reads its output any more", async () => {
  await using program = await Harness.make({ peers, terminal: { keepOpen: true } });
  const started = program.nextNode();
  const piping = program.run("pipe", "red");
  const node = await started;
  program.terminal.close();
  assertEquals(await piping, 0);
  assert(node.stopped);
});

Deno.test("`pipe` seeks a peer that cannot be reached again, and again when it is gone", async () => {
  let dials = 0;
  const again = Promise.withResolvers<void>();
  await using program = await Harness.make({
    peers,
    connect: () => {
      if (++dials === 2) again.resolve();
      return Promise.resolve(activePeer());
    },
    terminal: { keepOpen: true },
  });
  const started = program.nextNode();
  const piping = program.run("pipe", "red");
  const node = await started;
  const gone = setInterval(() => {
    node.emit({ event: "peer-down", peer: activePeer(), departure: "lost" });
  }, 1);
  await again.promise;
  clearInterval(gone);
  program.terminal.endInput();
  assertEquals(await piping, 0);
});

Deno.test("`pipe` goes on with a node of its own where the one that ran is gone", async () => {
  const stored = [incoming(1, "first")];
  await using program = await Harness.make({
    peers,
    history: () => stored,
    terminal: { keepOpen: true },
  });
  const started = program.nextNode();
  const listening = program.run("listen");
  const owner = await started;
  const stop = program.interruption;
  const piping = program.run("pipe", "red", "--json", "--since", "0");
  const { terminal } = program;
  terminal.type('"to the first"');
  await terminal.until(({ out }) => out.includes('"queued"') && out.includes("first"));
  stored.push(incoming(2, "meanwhile"));
  const next = program.nextNode();
  stop("SIGTERM");
  assertEquals(await listening, 0);
  const own = await next;
  await terminal.until(({ err }) => err.includes("going on with a node of its own"));
  assertMatch(terminal.err, /^the node that ran (was stopped|is gone)$/m);
  terminal.type('"to the second"');
  terminal.endInput();
  await terminal.until(({ out }) => out.match(/"queued"/g)?.length === 2);
  // It asked again for what the first did not tell the end of, under the same id.
  assertEquals(own.saved.map(({ id }) => id)[0], owner.saved[0]?.id);
  for (const message of own.saved) own.advance(message, "delivered");
  assertEquals(await piping, 0);
  const lines = terminal.outLines.map((line) => Object(JSON.parse(line)));
  const texts = lines.filter(({ event }) => event === "message").map(({ text }) => text);
  assertEquals(texts, ["first", "meanwhile"]);
  assertEquals(own.sent.map(({ text }) => text), ["to the first", "to the second"]);
});
