/**
 * The demo from its first line to its verdict. Everything waits for events; a step that does not
 * come to its end within `ACT_LIMIT_MS` fails the demo. What it started is stopped and what it wrote
 * is removed on every way out.
 */
import { ChatError } from "../../errors.ts";
import { formatDuration } from "../../terminal/duration.ts";
import { formatTable } from "../../terminal/table.ts";
import type { CommandContext } from "../command.ts";
import { Deadline } from "../../deadline.ts";
import { EXIT_CODES } from "../failure.ts";
import { greet, killAndRestart, meet, query, sayGoodbye, start } from "./acts.ts";
import { Narration } from "./narration.ts";
import { Stage } from "./stage.ts";
import { isPerfect, type Tally, tally, total } from "./tally.ts";

/** Ten times what the longest step takes on a slow machine. */
const ACT_LIMIT_MS = 60_000;

/**
 * @returns the exit code: 0 only if nothing was lost, doubled or out of order
 * @throws ChatError `not-delivered` where a step did not end; the reason of `context.signal`
 */
export async function playDemo(context: CommandContext): Promise<number> {
  const narration = new Narration(context.terminal, () => performance.now());
  await using stage = await Stage.open();
  narration.line(narration.style.bold("p2p-chat: three peers on this machine, live"));
  narration.block([
    narration.style.dim("Their profiles are in a folder of their own, removed at the end:"),
    narration.style.dim(stage.folder),
  ]);

  /** Plays one step with a limit. */
  async function act<Result>(
    heading: string,
    why: readonly string[],
    play: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    using limit = new Deadline(ACT_LIMIT_MS, context.signal);
    try {
      await narration.act(heading, why, limit.signal);
      return await play(limit.signal);
    } catch (error) {
      if (!limit.expired) throw error;
      const span = formatDuration(ACT_LIMIT_MS);
      throw new ChatError("not-delivered", `the step "${heading}" did not end within ${span}`, {
        hint: "run it again while the machine is less busy",
        cause: error,
      });
    }
  }
  const scene = (signal: AbortSignal) => ({ stage, narration, signal });

  const cast = await act("Three peers start, and connect by themselves", [
    "Each is a process of its own, with a key, a database and a port of its own.",
    "Red is the mandatory peer of green and blue: the one address they are given.",
  ], (signal) => start(scene(signal)));
  await act("Green and blue find each other", [
    "Red tells each whom else it is connected to, and they connect directly. There",
    "is no server: from here on the two do not need red.",
  ], (signal) => meet(cast, scene(signal)));
  await act("A message in each direction, acknowledged", [
    "An acknowledgement says more than that it arrived: the message is in the",
    "database of its recipient, on the disk.",
  ], (signal) => greet(cast, scene(signal)));
  await act("A query of the active peers", [
    "Who is here is known without asking anybody: those that are connected and",
    "answer.",
  ], (signal) => query(cast, scene(signal)));
  const blue = await act("Blue is killed while messages are on their way to it", [
    "SIGKILL leaves no time to save anything. What blue had acknowledged is on its",
    "disk; the rest waits with the senders until blue is back, on another port.",
  ], (signal) => killAndRestart(cast, scene(signal)));
  await act("Green leaves", [
    "A peer that leaves says goodbye: the others know at once, not by a time-out.",
  ], (signal) => sayGoodbye({ ...cast, blue }, scene(signal)));
  const tallies = await act("The verdict", [
    "All have stopped. Their databases are read and compared, message by message,",
    "with what each peer accepted from its user and what it showed.",
  ], async (signal) => {
    await Promise.all([cast.red, blue].map(({ process }) => process.quit()));
    const names = [cast.red, cast.green, blue].map(({ name }) => name);
    return tally(await Promise.all(names.map((name) => stage.record(name, signal))));
  });
  return conclude(tallies, narration);
}

function conclude(tallies: readonly Tally[], narration: Narration): number {
  const { style } = narration;
  const all = total(tallies, "all");
  const right = { align: "right" } as const;
  narration.block(formatTable({
    columns: [
      { header: "sender" },
      { header: "sent", ...right },
      { header: "delivered", ...right },
      { header: "lost", ...right },
      { header: "shown twice", ...right },
      { header: "out of order", ...right },
    ],
    rows: [...tallies, all].map((row) => [
      { text: row.sender, style: (cell) => cell.replace(row.sender, narration.name) },
      ...[row.sent, row.delivered, row.lost, row.shownTwice, row.outOfOrder].map(String),
    ]),
    style,
  }));
  const perfect = isPerfect(all);
  const count = `${all.sent} sent, ${all.delivered} delivered, ${all.lost} lost, ` +
    `${all.shownTwice} shown twice`;
  narration.line();
  narration.line(
    perfect
      ? `${style.good("Passed")} in ${formatDuration(narration.elapsedMs)}: ${count}`
      : `${style.bad("Failed")}: ${count}, ${all.outOfOrder} out of order`,
  );
  return perfect ? EXIT_CODES.done : EXIT_CODES.failed;
}
