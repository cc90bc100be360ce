/**
 * A question whose choices say how things stand, such as "Outbox (3 waiting)": on a screen it is drawn
 * anew when that has changed, as long as the person has not pressed a key in it. After that it stays
 * as it is, since nothing may jump under somebody's fingers. Line by line it is asked once.
 */
import { either } from "../deadline.ts";
import type { SelectQuestion } from "../terminal/prompts/prompter.ts";
import type { OpenMenu } from "./open_menu.ts";

/** A burst of changes is drawn once. */
const SETTLE_MS = 200;

type Asking = Pick<OpenMenu, "node" | "prompter" | "terminal" | "signal" | "keysPressed">;

/**
 * @param question how it stands now; called again after changes of own messages
 * @throws PromptCancelled; the signal's reason; what `question` throws
 */
export async function selectFresh<T>(
  menu: Asking,
  question: () => Promise<SelectQuestion<T>>,
): Promise<T> {
  const { prompter, terminal, signal } = menu;
  if (!terminal.interactive) return await prompter.select(await question(), { signal });
  for (;;) {
    // From before it is looked: a change meanwhile is a reason to look again.
    let drawn = "";
    using change = new Change(menu, async () => textOf(await question()) !== drawn);
    const asked = await question();
    drawn = textOf(asked);
    try {
      return await prompter.select(asked, { signal: either(signal, change.signal) });
    } catch (error) {
      if (error !== REDRAW) throw error;
    }
  }
}

/** The reason for which a question is taken back, to be drawn anew. */
const REDRAW = new DOMException("the question has changed", "AbortError");

/** Waits for a reason to draw anew; dispose it when there is an answer. */
class Change implements Disposable {
  readonly #aborting = new AbortController();
  readonly #resources = new DisposableStack();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ node, keysPressed }: Asking, isChanged: () => Promise<boolean>) {
    const pressed = keysPressed();
    const look = async () => {
      this.#timer = undefined;
      if (keysPressed() !== pressed) return;
      try {
        if (await isChanged() && keysPressed() === pressed) this.#aborting.abort(REDRAW);
      } catch (error) {
        // Whoever waits for the answer hears of it.
        this.#aborting.abort(error);
      }
    };
    this.#resources.use(node.subscribe(({ event }) => {
      if (event === "state") this.#timer ??= setTimeout(look, SETTLE_MS);
    }));
  }

  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
    clearTimeout(this.#timer);
    // So that the outer signal forgets about this one.
    this.#aborting.abort();
  }
}

function textOf({ choices }: SelectQuestion<unknown>): string {
  return choices.map(({ name }) => name).join("\n");
}
