/**
 * Many lines through `pipe`, where one of the processes is killed by `kill -9` on the way: each line
 * has to be in the recipient's history once, in order.
 */
import { assertEquals } from "@std/assert";
import { assertSameMessages } from "./ledger.ts";
import { freePort, Home, LOOPBACK, type Running } from "./program.ts";

/**
 * Who is killed:
 * - `pipe`: and run again with the same input and `--resume`
 * - `node`: of the process that owns the profile, through which the pipe works; the pipe goes on
 * - `recipient`: and started again
 */
export type Victim = "pipe" | "node" | "recipient";

export interface PipeRun {
  readonly victim: Victim;
  readonly lines: number;
  /** At equal distances, counted by what has arrived; the node can be killed once. */
  readonly kills: number;
}

/** @returns how long it took from the start of the pipe to its end, ms */
export async function pipeUnderFire({ victim, lines, kills }: PipeRun): Promise<number> {
  await using green = await Home.make();
  await using red = await Home.make();
  const port = freePort();
  const owner = victim === "node" ? await green.listen() : undefined;
  const start = () =>
    feed(green.start(["pipe", `127.0.0.1:${port}`, "--resume", "job", ...LOOPBACK]), lines);
  const listenThere = () => red.listen(["--name", "red", "--no-read-receipts"], port);
  let there = await listenThere();
  const startedAt = performance.now();
  let pipe = start();

  for (let kill = 1; kill <= kills; kill++) {
    const last = `line ${Math.floor(lines * kill / (kills + 1))}`;
    await there.node.find((line) => line.event === "message" && line.text === last || undefined);
    if (victim === "pipe") {
      await pipe.crash();
      pipe = start();
    } else if (victim === "recipient") {
      await there.node.crash();
      there = await listenThere();
    } else {
      await owner?.node.crash();
      await pipe.said(/going on with a node of its own/);
    }
  }
  const { code, err } = await pipe.finished();
  const took = performance.now() - startedAt;
  assertEquals(code, 0, err.join("\n"));
  there.node.kill("SIGTERM");
  await there.node.finished();
  const [sent, got] = await Promise.all([green.history(), red.history()]);
  assertEquals(got.map(({ text }) => text), expected(lines));
  const self = got[0]?.peerId ?? "";
  assertSameMessages({ peerId: self, history: sent }, { peerId: there.peerId, history: got });
  return took;
}

/** Gives it all lines, as fast as it takes them. */
function feed(pipe: Running, lines: number): Running {
  const text = expected(lines).map((line) => `${line}\n`).join("");
  // One that is killed takes no more.
  void pipe.write(text).then(() => pipe.closeInput(), () => {});
  return pipe;
}

function expected(lines: number): string[] {
  return Array.from({ length: lines }, (_, index) => `line ${index + 1}`);
}
