/**
 * Questions with arrow keys and line editing, on `@inquirer/prompts`, for terminals that can be
 * drawn on. The library is loaded with the first question.
 *
 * Guarantees: see `prompt_session.ts`. Whoever opens it handles SIGINT, SIGTERM and SIGHUP and
 * calls `restoreTerminal()` before it leaves while a question is open. Ctrl-C at a question is no
 * signal: it rejects with `PromptCancelled`.
 */
import type { ScreenTerminal } from "../screen_terminal.ts";
import { createStyle, type Style } from "../style.ts";
import { displayWidth, padEnd } from "../width.ts";
import { PromptSession } from "./prompt_session.ts";
import {
  type Choice,
  type ConfirmQuestion,
  type InputQuestion,
  PromptCancelled,
  type Prompter,
  type PromptOptions,
  type SelectQuestion,
} from "./prompter.ts";
import { promptTheme } from "./theme.ts";

type Prompts = typeof import("./library.ts");
type Context = Pick<PromptSession, "input" | "output" | "signal">;

/** Rows that a list leaves for its question, its help, and lines above. */
const ROWS_BESIDE_LIST = 6;
const FEWEST_LIST_ROWS = 3;

export class InquirerPrompter implements Prompter {
  readonly #terminal: ScreenTerminal;
  readonly #style: Style;
  #asking = false;

  constructor(terminal: ScreenTerminal) {
    this.#terminal = terminal;
    this.#style = createStyle(terminal.colors);
  }

  select<T>(question: SelectQuestion<T>, options: PromptOptions = {}): Promise<T> {
    const pageSize = Math.max(FEWEST_LIST_ROWS, this.#terminal.rows - ROWS_BESIDE_LIST);
    return this.#ask(options, async (prompts, context) => {
      // Indices stand for the values, which the library would try to print and compare.
      const preset = question.choices.findIndex(({ value }) => value === question.default);
      const index = await prompts.select<number>({
        message: question.message,
        choices: listed(question.choices, this.#style),
        default: question.default === undefined ? 0 : Math.max(0, preset),
        pageSize,
        loop: question.choices.length <= pageSize,
        theme: promptTheme(this.#style),
      }, context);
      const choice = question.choices[index];
      if (choice === undefined) throw new RangeError(`no choice at ${index}`);
      return choice.value;
    });
  }

  input(question: InputQuestion, options: PromptOptions = {}): Promise<string> {
    return this.#ask(options, (prompts, context) =>
      prompts.liveInput({
        message: question.message,
        default: question.default ?? "",
        validate: async (text) => await question.validate?.(text),
        theme: promptTheme(this.#style),
      }, context));
  }

  confirm(question: ConfirmQuestion, options: PromptOptions = {}): Promise<boolean> {
    return this.#ask(options, (prompts, context) =>
      prompts.confirm({
        message: question.message,
        default: question.default ?? true,
        theme: promptTheme(this.#style),
      }, context));
  }

  note(lines: readonly string[]): void {
    for (const line of lines) this.#terminal.print(line);
  }

  printAbove(line: string): void {
    this.#terminal.print(line);
  }

  async #ask<T>(
    { signal }: PromptOptions,
    open: (prompts: Prompts, context: Context) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    if (this.#asking) throw new Error("another question is open");
    this.#asking = true;
    try {
      const prompts = await import("./library.ts");
      signal?.throwIfAborted();
      await using session = new PromptSession(this.#terminal, signal);
      const { input, output } = session;
      try {
        const answer = await open(prompts, { input, output, signal: session.signal });
        session.commit();
        return answer;
      } catch (error) {
        // First, since the library pauses its keys afterwards, which counts as their end.
        if (isExit(error)) throw new PromptCancelled("interrupt");
        session.signal.throwIfAborted();
        throw error;
      }
    } finally {
      this.#asking = false;
    }
  }
}

function listed<T>(choices: readonly Choice<T>[], style: Style) {
  const width = Math.max(...choices.map(({ name }) => displayWidth(name)));
  return choices.map(({ name, hint }, value) => ({
    value,
    name: hint === undefined ? name : `${padEnd(name, width)}  ${style.dim(hint)}`,
    short: name,
  }));
}

/** The library's error for Ctrl-C; it does not export the class. */
function isExit(error: unknown): boolean {
  return error instanceof Error && error.name === "ExitPromptError";
}
