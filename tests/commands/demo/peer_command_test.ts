import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../../src/commands/table.ts";
import { Harness } from "../harness.ts";
import { activePeer, RED } from "../twin_node.ts";

const PEER = { peers: [activePeer()] };

Deno.test("`demo-peer` carries out orders one after the other, and answers each", async () => {
  await using program = await Harness.make({
    ...PEER,
    terminal: {
      input: [
        `{"order":"send","to":"red","text":"hello"}`,
        `{"order":"send","to":"nobody","text":"hello"}`,
        `{"order":"peers"}`,
        `{"order":"quit"}`,
        `{"order":"send","to":"red","text":"too late"}`,
      ],
    },
  });
  assertEquals(await program.run("demo-peer"), 0);
  const lines = program.jsonLines.map((line) => {
    const { event, ok = null, target = null, peerId, state = null, reason = null } = Object(line);
    return { event, ok, target, peerId, state, reason };
  });
  const nothing = { ok: null, target: null, peerId: null, state: null, reason: null };
  assertEquals(lines.slice(1), [
    { ...nothing, event: "result", ok: true, target: "red", peerId: RED, state: "queued" },
    {
      ...nothing,
      event: "result",
      ok: false,
      target: "nobody",
      reason: 'no peer is known as "nobody"',
    },
    { ...nothing, event: "peer", peerId: RED },
    { ...nothing, event: "result", ok: true, target: "peers" },
  ]);
  assertEquals(lines[0]?.event, "ready");
  assertEquals(program.node?.sent.map(({ text }) => text), ["hello"]);
  assert(program.node?.stopped);
  assertEquals(program.node?.listeners, 0);
});

Deno.test("`demo-peer` ends with its input, and with 130 at a signal", async () => {
  await using ended = await Harness.make(PEER);
  assertEquals(await ended.run("demo-peer"), 0);
  await using program = await Harness.make({ ...PEER, terminal: { keepOpen: true } });
  const node = program.nextNode();
  const running = program.run("demo-peer");
  await node;
  program.interrupt();
  assertEquals(await running, 130);
  assert(program.node?.stopped);
});

Deno.test("`demo-peer` refuses what is no order", async () => {
  await using program = await Harness.make({ ...PEER, terminal: { input: ["hello"] } });
  assertEquals(await program.run("demo-peer"), 2);
  assert(program.node?.stopped);
});

Deno.test("`demo-peer` is in no help and not suggested", async () => {
  await using program = await Harness.make();
  assert(!COMMANDS.has("demo-peer"));
  await program.run("--help");
  assert(!program.terminal.out.includes("demo-peer"));
  assertEquals(await program.run("demo-per"), 2);
  assert(!program.terminal.err.includes("demo-peer"));
  assertEquals(await program.run("demo-peer", "--help"), 0);
});
