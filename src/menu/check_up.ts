/** "Doctor": runs the command's checks, whose report stands until the person goes on. */
import { breakable } from "./breakable.ts";
import type { OpenMenu } from "./open_menu.ts";
import { untilKey } from "./until_key.ts";

/**
 * @param run prints the report and rejects when its signal aborts
 * @throws PromptCancelled; the signal's reason; what `run` throws
 */
export async function checkUp(
  menu: OpenMenu,
  run: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const { terminal, prompter, signal } = menu;
  await breakable(terminal, signal, async (either) => {
    try {
      await run(either);
    } catch (error) {
      signal.throwIfAborted();
      if (!either.aborted) throw error;
      prompter.note(["broken off"]);
    }
  });
  await untilKey(menu);
}
