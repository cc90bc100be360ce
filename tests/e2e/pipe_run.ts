/**
 * Many lines through `pipe`, where one of the processes is killed by `kill -9` on the way and started
 * again: each line has to be in the recipient's history once, in order.
 */
import { assertEquals } from "@std/assert";
import type { NdjsonLine } from "../../src/commands/ndjson.ts";
import { assertSameMessages } from "./ledger.ts";
import { freePort, Home, type Listener, LOOPBACK, type Running } from "./program.ts";

/** Who is killed. */
export type Victim = "pipe" | "node" | "recipient";

export interface PipeRun {
  readonly victim: Victim;
  readonly lines: number;
  readonly kills: number;
}

/** @returns how long it took, ms */
export async function pipeUnderFire({ victim, lines, kills }: PipeRun): Promise<number> {
  await using green = await Home.make();
  await using red = await Home.make();
  const port = freePort();
  const startedAt = performance.now();
  const listenThere = () => red.listen(["--name", "red", "--no-read-receipts"], port);
  let there = await listenThere();
  const arrived = new Tally();
  arrived.count(there.node);
  let owner = victim === "node" ? await green.listen() : undefined;
  const start = () => feed(green.start(pipeTo(port)), lines);
  let pipe = start();

  for (let kill = 1; kill <= kills; kill++) {
    const share = Math.floor(lines * kill / (kills + 1));
    await there.node.until(() => arrived.messages >= share);
    if (victim === "pipe") {
      await pipe.crash();
      pipe = start();
    } else if (victim === "recipient") {
      await there.node.crash();
      there = await listenThere();
      arrived.count(there.node);
    } else {
      owner = await replace(owner, green, pipe, kill);
    }
  }
  const { code, err } = await pipe.finished();
  assertEquals(code, 0, err.join("\n"));
  const took = performance.now() - startedAt;
  await stop(there.node);
  if (owner !== undefined) await stop(owner.node);
  const [sent, got] = await Promise.all([green.history(), red.history()]);
  assertEquals(got.map(({ text }) => text), expected(lines));
  const self = got[0]?.peerId ?? "";
  assertSameMessages({ peerId: self, history: sent }, { peerId: there.peerId, history: got });
  return took;
}

/** The owner dies; the pipe goes on by itself, or after an odd kill through a new one. */
async function replace(
  owner: Listener | undefined,
  home: Home,
  pipe: Running,
  kill: number,
): Promise<Listener | undefined> {
  // The second time it is the pipe itself that owns: then there is nobody else to kill.
  await owner?.node.crash();
  if (owner !== undefined) await pipe.said(/going on/);
  return kill % 2 === 0 ? await home.listen().catch(() => undefined) : undefined;
}

class Tally {
  #runs: Running[] = [];

  count(run: Running): void {
    this.#runs.push(run);
  }

  /** Messages that were printed, over all runs: those of a killed run may come twice. */
  get messages(): number {
    const ids = this.#runs.flatMap(({ events }) => events)
      .flatMap((line: NdjsonLine) => line.event === "message" ? [line.id] : []);
    return new Set(ids).size;
  }
}

function pipeTo(port: number): string[] {
  return ["pipe", `127.0.0.1:${port}`, "--resume", "job", ...LOOPBACK];
}

/** Gives it all lines, as far as it takes them. */
function feed(pipe: Running, lines: number): Running {
  const text = expected(lines).map((line) => `${line}\n`).join("");
  // A killed process takes no more.
  void pipe.write(text).then(() => pipe.closeInput(), () => {});
  return pipe;
}

function expected(lines: number): string[] {
  return Array.from({ length: lines }, (_, index) => `line ${index + 1}`);
}

async function stop(node: Running): Promise<void> {
  node.kill("SIGTERM");
  await node.finished();
}
