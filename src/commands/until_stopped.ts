/**
 * How a command ends that goes on until it is told to stop, as `listen` does: a signal and a closed
 * pipe are how it should end (0), Ctrl-C cuts it short (130). Where it works through the node of
 * another process and that one stops, it says so and fails: whoever wants to go on starts it again, and
 * then it works through the next owner or runs a node itself.
 */
import { ChatError } from "../errors.ts";
import type { ChatNode } from "../node/chat_node.ts";
import type { CommandContext } from "./command.ts";
import { aborted, either } from "../deadline.ts";
import { EXIT_CODES } from "./failure.ts";
import { Interruption } from "./interruption.ts";

type Ending = Pick<CommandContext, "signal"> & {
  readonly terminal: Pick<CommandContext["terminal"], "closed">;
};

/** Aborts when the command has to end, for whatever reason. */
export function stopping(node: Pick<ChatNode, "ended">, { signal, terminal }: Ending): AbortSignal {
  return either(either(signal, terminal.closed), node.ended);
}

/**
 * Waits until the command has to end.
 * @returns the exit code
 * @throws ChatError `node-stopped`; the reason of `signal` where no signal of the system is behind it
 */
export async function untilStopped(
  node: Pick<ChatNode, "ended">,
  context: Ending,
): Promise<number> {
  await aborted(stopping(node, context));
  const { signal, terminal } = context;
  if (signal.aborted) {
    if (!(signal.reason instanceof Interruption)) throw signal.reason;
    return signal.reason.by === "SIGINT" ? EXIT_CODES.interrupted : EXIT_CODES.done;
  }
  if (terminal.closed.aborted) return EXIT_CODES.done;
  const { reason } = node.ended;
  throw new ChatError("node-stopped", reason instanceof Error ? reason.message : String(reason), {
    hint: "start it again: it works through the next node, or runs one itself",
    cause: reason,
  });
}
