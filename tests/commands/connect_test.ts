import { assert, assertEquals } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { Harness } from "./harness.ts";
import { activePeer, RED } from "./twin_node.ts";

const refuse7001 = (recipient: { kind: string; address?: string }) =>
  recipient.address === "/ip4/127.0.0.1/tcp/7001"
    ? Promise.reject(
      new ChatError("unreachable", "127.0.0.1:7001: nobody listens there", { hint: "start it" }),
    )
    : Promise.resolve(activePeer());

Deno.test("`connect` prints a table of what happened, and 1 if one of the named failed", async () => {
  await using program = await Harness.make({ connect: refuse7001 });
  assertEquals(await program.run("connect", "127.0.0.1:7000", "127.0.0.1:7001"), 1);
  assertEquals(program.terminal.outLines, [
    "peer            result     who, or why not",
    "127.0.0.1:7000  connected  red (Jmfxzu) at 192.168.1.20:7000",
    "127.0.0.1:7001  failed     nobody listens there",
  ]);
  assertEquals(program.terminal.errLines.slice(2), ["hint: start it"]);
  assertEquals(program.node?.init.listen, "ephemeral");
  assert(program.node?.stopped);
});

Deno.test("`connect` ends with 0 if all named were reached, each tried once", async () => {
  let dials = 0;
  await using program = await Harness.make({
    connect() {
      dials++;
      return Promise.resolve(activePeer());
    },
  });
  assertEquals(await program.run("connect", "127.0.0.1:7000", "127.0.0.1:7000"), 0);
  assertEquals(dials, 1);
});

Deno.test("`connect` dials nobody if one of the named is unknown", async () => {
  await using program = await Harness.make({
    connect: () => Promise.reject(new Error("dialled")),
  });
  assertEquals(await program.run("connect", "127.0.0.1:7000", "bob"), 4);
  assertEquals(program.terminal.out, "");
});

Deno.test("`connect` without names ends with 0 if anybody was reached", async () => {
  const away = { target: "blue", peer: undefined, error: "no answer in time" };
  const here = { target: "red", peer: activePeer(), error: undefined };
  for (const [results, code] of [[[away, here], 0], [[away], 1]] as const) {
    await using program = await Harness.make({ connectAll: () => Promise.resolve([...results]) });
    assertEquals(await program.run("connect"), code);
    assertEquals(program.terminal.outLines.length, results.length + 1);
  }
});

Deno.test("`connect` without names and without anybody known says what to do", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("connect"), 4);
  assertEquals(program.terminal.errLines.slice(2), [
    "error: there is no mandatory and no known peer yet",
    "hint: name one, such as: p2p-chat connect 192.168.1.20:7000",
  ]);
});

Deno.test("`connect` does not hide a defect in its table", async () => {
  await using program = await Harness.make({
    connect: () => Promise.reject(new TypeError("x is undefined")),
  });
  assertEquals(await program.run("connect", "127.0.0.1:7000"), 1);
  assertEquals(program.terminal.errLines[2], "error: unexpected: x is undefined");
});

Deno.test("`connect` ends with 130 when it is interrupted", async () => {
  await using program = await Harness.make({
    connect(_, signal) {
      program.interrupt();
      return Promise.reject(signal.reason);
    },
  });
  assertEquals(await program.run("connect", "127.0.0.1:7000"), 130);
  assertEquals(program.terminal.out, "");
  assert(program.node?.stopped);
});

Deno.test("`connect --json` prints one result a target", async () => {
  await using program = await Harness.make({ connect: refuse7001 });
  assertEquals(await program.run("connect", "127.0.0.1:7000", "127.0.0.1:7001", "--json"), 1);
  const unused = { classic: false, id: null, state: null, unanswerable: false, elapsedMs: null };
  assertEquals(program.jsonLines, [
    {
      event: "result",
      target: "127.0.0.1:7000",
      ok: true,
      peerId: RED,
      name: "red",
      address: "/ip4/192.168.1.20/tcp/7000",
      ...unused,
      reason: null,
    },
    {
      event: "result",
      target: "127.0.0.1:7001",
      ok: false,
      peerId: null,
      name: null,
      address: null,
      ...unused,
      reason: "nobody listens there",
    },
  ]);
});
