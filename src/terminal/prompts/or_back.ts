/** Questions inside an entry of a menu: Escape leaves the question, not the entry. */
import { PromptCancelled } from "./prompter.ts";

/**
 * Undefined where the question was left with Escape.
 * @throws what `ask` throws otherwise
 */
export async function orBack<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PromptCancelled && error.kind === "escape") return undefined;
    throw error;
  }
}
