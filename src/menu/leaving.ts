/** The ways out of the menu: which errors are one, with what exit code, and the last words. */
import type { CommandContext } from "../commands/command.ts";
import { EXIT_CODES } from "../commands/failure.ts";
import { Interruption } from "../commands/interruption.ts";
import { PromptCancelled } from "../terminal/prompts/prompter.ts";
import { someMessages } from "./counted.ts";

/**
 * The exit code for what ended the menu: 130 for Ctrl-C; 0 for the end of the input, a closed
 * terminal or pipe, and for being told to stop.
 * @throws what really went wrong
 */
export function exitCodeOf(
  error: unknown,
  { signal, terminal }: Pick<CommandContext, "signal" | "terminal">,
): number {
  if (error instanceof PromptCancelled) {
    return error.kind === "interrupt" ? EXIT_CODES.interrupted : EXIT_CODES.done;
  }
  if (signal.aborted) {
    if (!(signal.reason instanceof Interruption)) throw signal.reason;
    return signal.reason.by === "SIGINT" ? EXIT_CODES.interrupted : EXIT_CODES.done;
  }
  if (terminal.closed.aborted) return EXIT_CODES.done;
  throw error;
}

/**
 * @param waiting how many own messages are not delivered, 0 or more
 * @param goesOn whether the node runs on without the menu
 */
export function goodbyeLines(waiting: number, goesOn: boolean): string[] {
  if (waiting === 0) return ["Goodbye."];
  const next = goesOn ? "the node that runs keeps trying" : "p2p-chat tries again when it runs";
  return [
    `${someMessages(waiting)} not delivered yet: ${next}`,
    "Goodbye.",
  ];
}
