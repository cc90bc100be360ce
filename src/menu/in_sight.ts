/** What may take long, with a line that says so, and a key that breaks it off. */
import { aborted } from "../deadline.ts";
import { startProgress } from "../terminal/progress.ts";
import { PromptCancelled } from "../terminal/prompts/prompter.ts";
import { breakable } from "./breakable.ts";
import type { OpenMenu } from "./open_menu.ts";

/**
 * Waits for `action`. Whether it stops when its signal aborts is its own business: nobody waits for it
 * any more then, and what it throws is not told.
 * @throws PromptCancelled `escape` where the person breaks it off; the signal's reason; what `action`
 *   throws
 */
export async function inSight<T>(
  { terminal, signal }: Pick<OpenMenu, "terminal" | "signal">,
  what: string,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return await breakable(terminal, signal, async (either) => {
    using _progress = startProgress(terminal, `${what}; Esc breaks it off`, { signal: either });
    const givenUp = aborted(either).then((): never => {
      signal.throwIfAborted();
      throw new PromptCancelled("escape");
    });
    return await Promise.race([action(either), givenUp]);
  });
}
