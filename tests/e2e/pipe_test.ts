/** `pipe` and what else goes on over the death of a node, with real processes. */
import { assertEquals } from "@std/assert";
import type { MessageLine, NdjsonLine } from "../../src/commands/ndjson.ts";
import { arrived, result } from "./lines.ts";
import { pipeUnderFire } from "./pipe_run.ts";
import { freePort, Home, LOOPBACK } from "./program.ts";

/** The 10,000 of the long run are in `tests/long/pipe.ts`. */
const LINES = 2_000;

for (const victim of ["pipe", "node", "recipient"] as const) {
  Deno.test(`${LINES} lines through \`pipe\` survive \`kill -9\` of the ${victim}`, async () => {
    await pipeUnderFire({ victim, lines: LINES, kills: 1 });
  });
}

Deno.test("`pipe` in both directions, ended by the cursor where the other began", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const port = freePort();
  const there = await red.listen(["--name", "red"], port);
  const to = `127.0.0.1:${port}`;
  const here = green.start(["pipe", to, "--json", "--name", "green", ...LOOPBACK]);
  await here.write('{"text":"question\\nof two lines"}\n');
  const question = await there.node.find(arrived("question\nof two lines"));
  // Its node is that of `listen`; it prints what arrives there, too.
  const back = red.start(["pipe", "green", "--follow"]);
  await back.write("answer\n");
  const answer = await here.find(arrived("answer"));
  assertEquals([answer.direction, answer.peerId], ["in", there.peerId]);
  await here.write(`{"text":"thanks","replyTo":"${answer.id}"}\n`);
  await back.until(() => back.lines.length === 1);
  assertEquals(back.lines, ["thanks"]);
  await here.closeInput();
  assertEquals((await here.finished()).code, 0);

  const since = async (cursor: number) => {
    const { code, events } = await red.run(
      ["pipe", "green", "--json", "--since", `${cursor}`],
    );
    return { code, texts: events.flatMap(textOf) };
  };
  assertEquals(await since(0), { code: 0, texts: ["question\nof two lines", "thanks"] });
  assertEquals(await since(question.position), { code: 0, texts: ["thanks"] });
  // What was shown is not printed again without a cursor.
  const none = await red.run(["pipe", "green", "--json"]);
  assertEquals([none.code, none.events], [0, []]);
});

Deno.test("`send` goes on when the node is killed through which it works", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const port = freePort();
  const { node } = await green.listen();
  const sending = green.start(["send", `127.0.0.1:${port}`, "hello", "--json", ...LOOPBACK]);
  const queued = await sending.find((line) => line.event === "state" ? line : undefined);
  await node.crash();
  await sending.said(/going on with a node of its own/);
  const there = await red.listen([], port);
  const { code, events } = await sending.finished();
  const outcome = events.flatMap((line) => result(line) ?? [])[0];
  assertEquals([code, outcome?.ok, outcome?.id], [0, true, queued.id]);
  await there.node.find(arrived("hello"));
  assertEquals((await red.history()).length, 1);
});

function textOf(line: NdjsonLine): MessageLine["text"][] {
  return line.event === "message" ? [line.text] : [];
}
