/** Where a message is, told by real processes: `outbox`, `send --until`. */
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { MessageLine, OutboxLine } from "../../src/commands/ndjson.ts";
import { arrived, ready, result } from "./lines.ts";
import { freePort, Home, listen, LOOPBACK } from "./program.ts";
import { Stranger } from "./stranger.ts";

/** A receipt may overtake the acknowledgement: then a message is read before it is delivered. */
const NO_RECEIPTS = ["--no-read-receipts"];
const REFUSED = "nobody listens there (connection refused)";

async function outbox(home: Home): Promise<OutboxLine[]> {
  const { code, events, err } = await home.run(["outbox", "--json"]);
  assertEquals(code, 0, err.join("\n"));
  return events.filter((line) => line.event === "outbox");
}

/** Saves messages for an address without waiting. */
async function queue(home: Home, port: number, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    const { code, err } = await home.run(
      ["send", `127.0.0.1:${port}`, text, "--until", "queued", ...LOOPBACK],
    );
    assertEquals(code, 0, err.join("\n"));
  }
}

Deno.test("`outbox` tells what waits, how often it was tried and when it is tried again", async () => {
  await using home = await Home.make();
  const port = freePort();
  await queue(home, port, "first", "second");
  const node = home.start(listen());
  await node.find(ready);
  let waiting: OutboxLine[] = [];
  // The first attempts may fall into the start.
  while (!waiting.some(({ nextAttempt }) => nextAttempt !== null)) waiting = await outbox(home);
  assertEquals(waiting.map(({ text }) => text), ["first", "second"]);
  for (const line of waiting) {
    assertEquals([line.state, line.address], ["queued", `/ip4/127.0.0.1/tcp/${port}`]);
    assert(line.attempts >= 1);
    assertEquals(line.lastError, REFUSED);
    assert(Date.parse(line.lastTried ?? "") <= Date.parse(line.nextAttempt ?? ""));
  }
  node.kill("SIGTERM");
  await node.finished();

  const { out } = await home.run(["outbox"]);
  assertMatch(out[0] ?? "", /^127\.0\.0\.1:\d+: 2 messages wait, the first for \d+ s$/);
  assertMatch(out[1] ?? "", /^ {2}tried .*: nobody listens there \(connection refused\)$/);
  assertEquals(out[2], "  next try when a node runs, such as: p2p-chat listen");
  assertMatch(out[3] ?? "", /^ {2}[0-9a-f]{8} {2}… {2}queued +\d+ s {2}first$/);
});

Deno.test("`outbox cancel` through a listener takes a message back; the others arrive", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const port = freePort();
  await queue(green, port, "first", "second", "third");
  const [, second] = await outbox(green);
  const sender = green.start(listen());
  await sender.find(ready);
  const cancelled = await green.run(["outbox", "cancel", second?.id.slice(-8) ?? "", "--json"]);
  assertEquals(cancelled.code, 0, cancelled.err.join("\n"));
  const taken = cancelled.events.map(result)[0];
  assertEquals([taken?.ok, taken?.id, taken?.state], [true, second?.id, "cancelled"]);

  const recipient = red.start([...listen(port), ...NO_RECEIPTS]);
  await recipient.find(arrived("third"));
  assertEquals(
    recipient.events.filter((line): line is MessageLine => line.event === "message")
      .map(({ text }) => text),
    ["first", "third"],
  );
  await sender.until(() =>
    sender.events.filter((line) => line.event === "state" && line.state === "delivered").length ===
      2
  );
  assertEquals(await outbox(green), []);
  assertEquals((await green.history()).map(({ state }) => state === "cancelled"), [
    false,
    true,
    false,
  ]);
  assertEquals((await green.run(["outbox", "cancel", second?.id ?? ""])).code, 1);
});

Deno.test("`outbox retry` ends with 3 while nobody is there and with 0 when all is delivered", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const port = freePort();
  await queue(green, port, "first", "second");
  const early = await green.run(["outbox", "retry", "--timeout", "1s", ...LOOPBACK]);
  assertEquals(early.code, 3);
  assertEquals(early.out, [`… 2 wait for 127.0.0.1:${port}: ${REFUSED}`]);

  const recipient = red.start([...listen(port), "--name", "red"]);
  await recipient.find(ready);
  const late = await green.run(["outbox", "retry", ...LOOPBACK]);
  assertEquals(late.code, 0, late.err.join("\n"));
  assertMatch(late.out.join("\n"), /^✓ 2 delivered to red \(\w{6}\)$/);
  await recipient.find(arrived("second"));
  const idle = await green.run(["outbox", "retry", ...LOOPBACK]);
  assertEquals([idle.code, idle.err], [0, ["nothing waits"]]);
});

Deno.test("`outbox retry --direct` beside a node says that it tries by itself", async () => {
  await using home = await Home.make();
  await queue(home, freePort(), "hello");
  const node = home.start(listen());
  await node.find(ready);
  const { code, err } = await home.run(["outbox", "retry", "--direct"]);
  assertEquals(code, 1);
  assertMatch(err[0] ?? "", /^error: profile "default" is in use by process \d+ \(listen, /);
  assertMatch(err[1] ?? "", /^hint: that process tries by itself; next try (now|in \d+ m?s)$/);
});

Deno.test("`send --until` ends when the state is reached, or else with the code of the state", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const { node, port } = await red.listen(NO_RECEIPTS);
  const to = `127.0.0.1:${port}`;
  const send = async (peer: string, until: string, ...args: string[]) => {
    const { code, events } = await green.run(
      ["send", peer, until, "--until", until, "--json", ...args, ...LOOPBACK],
    );
    const line = events.flatMap((each) => result(each) ?? [])[0];
    return { code, ok: line?.ok, state: line?.state };
  };
  assertEquals(await send(to, "delivered"), { code: 0, ok: true, state: "delivered" });
  const sent = await send(to, "sent");
  assertEquals([sent.code, sent.ok], [0, true]);
  assertEquals(await send(to, "queued"), { code: 0, ok: true, state: "queued" });

  {
    // A recipient that cannot save a message takes it, and does not acknowledge it.
    const database = new DatabaseSync(`${red.profile}/chat.db`);
    using resources = new DisposableStack();
    resources.defer(() => database.close());
    database.exec("BEGIN IMMEDIATE");
    const late = { ok: false, state: "sent" };
    assertEquals(await send(to, "delivered", "--timeout", "3s"), { code: 6, ...late });
    assertEquals(await send(to, "sent"), { code: 0, ok: true, state: "sent" });
    database.exec("ROLLBACK");
  }
  const outcome = await green.run(["outbox", "retry", ...LOOPBACK]);
  assertEquals([outcome.code, await outbox(green)], [0, []]);
  assertEquals((await red.history()).map(({ text }) => text).length, 5);
  assert(node.events.length > 0);

  const nobody = `127.0.0.1:${freePort()}`;
  for (const until of ["sent", "delivered"]) {
    assertEquals(await send(nobody, until, "--timeout", "200ms"), {
      code: 3,
      ok: false,
      state: "queued",
    });
  }
  await using silent = new Stranger();
  assertEquals((await send(silent.address, "delivered", "--timeout", "200ms")).code, 3);
});
