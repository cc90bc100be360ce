/**
 * Questions as plain lines and one answer a line, for pipes and for terminals that cannot be drawn
 * on: choices are numbered, an answer that does not fit is explained and asked for again. Where
 * nothing else is number 0, that goes back, as Escape does on a screen.
 */
import { sanitise } from "../sanitise.ts";
import type { Terminal } from "../terminal.ts";
import {
  type Choice,
  type ConfirmQuestion,
  type InputQuestion,
  PromptCancelled,
  type Prompter,
  type PromptOptions,
  type SelectQuestion,
} from "./prompter.ts";

/** How much of a wrong answer is quoted. */
const QUOTED_CHARS = 40;

export class LinePrompter implements Prompter {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  async select<T>(question: SelectQuestion<T>, options: PromptOptions = {}): Promise<T> {
    const choices = numbered(question.choices);
    const preset = choices.find((choice) =>
      question.default !== undefined && choice.value === question.default
    );
    const width = Math.max(...choices.map(({ number }) => String(number).length));
    this.#terminal.print(question.message);
    for (const { number, name, hint } of choices) {
      const label = String(number).padStart(width);
      this.#terminal.print(`  ${label}  ${name}${hint === undefined ? "" : ` - ${hint}`}`);
    }
    const leads = choices.every(({ number }) => number !== 0);
    if (leads) this.#terminal.print(`  ${"0".padStart(width)}  back`);
    for (;;) {
      this.#terminal.print(`Number${preset === undefined ? "" : ` [${preset.number}]`}:`);
      const answer = (await this.#answer(options)).trim();
      const choice = answer === ""
        ? preset
        : choices.find(({ number }) => String(number) === answer);
      if (choice !== undefined) return choice.value;
      if (leads && answer === "0") throw new PromptCancelled("escape");
      const numbers = [...choices.map(({ number }) => number), ...(leads ? [0] : [])].join(", ");
      this.#terminal.print(`${quoted(answer)} is none of ${numbers}`);
    }
  }

  async input(question: InputQuestion, options: PromptOptions = {}): Promise<string> {
    const preset = question.default ? ` [${question.default}]` : "";
    for (;;) {
      this.#terminal.print(`${question.message}${preset}:`);
      const answer = (await this.#answer(options)) || (question.default ?? "");
      const wrong = await question.validate?.(answer);
      if (wrong === undefined) return answer;
      this.#terminal.print(wrong);
    }
  }

  async confirm(question: ConfirmQuestion, options: PromptOptions = {}): Promise<boolean> {
    const preset = question.default ?? true;
    for (;;) {
      this.#terminal.print(`${question.message} [${preset ? "Y/n" : "y/N"}]:`);
      const answer = (await this.#answer(options)).trim().toLowerCase();
      if (answer === "") return preset;
      if (answer === "y" || answer === "yes") return true;
      if (answer === "n" || answer === "no") return false;
      this.#terminal.print(`${quoted(answer)} is neither y nor n`);
    }
  }

  note(lines: readonly string[]): void {
    for (const line of lines) this.#terminal.print(line);
  }

  printAbove(line: string): void {
    this.#terminal.print(line);
  }

  async #answer(options: PromptOptions): Promise<string> {
    for await (const line of this.#terminal.lines(options)) return line;
    throw new PromptCancelled("end-of-input");
  }
}

function numbered<T>(choices: readonly Choice<T>[]): (Choice<T> & { number: number })[] {
  const all = choices.map((choice, index) => ({ ...choice, number: choice.number ?? index + 1 }));
  if (all.length === 0) throw new RangeError("a question to select needs choices");
  if (new Set(all.map(({ number }) => number)).size < all.length) {
    throw new RangeError(`numbers of choices repeat: ${all.map(({ number }) => number)}`);
  }
  return all;
}

function quoted(answer: string): string {
  return answer === "" ? "an empty line" : `"${sanitise(answer, { maxChars: QUOTED_CHARS })}"`;
}
