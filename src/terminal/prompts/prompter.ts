/**
 * Asking a person: the same questions for a terminal with arrow keys and for a pipe with one answer
 * a line.
 *
 * Every text of a question may carry colours; what comes from a peer must have been through
 * `sanitise()`.
 */
import { ChatError } from "../../errors.ts";

export interface Choice<T> {
  readonly name: string;
  readonly value: T;
  /** A few words beside the name. */
  readonly hint?: string;
  /** What selects it where answers are typed; its place from 1 if not given. Unique. */
  readonly number?: number;
}

export interface SelectQuestion<T> {
  readonly message: string;
  /** At least one. */
  readonly choices: readonly Choice<T>[];
  /** The value that is chosen at first. */
  readonly default?: T;
}

export interface InputQuestion {
  readonly message: string;
  /** The answer when nothing is typed; without it that is the empty text. */
  readonly default?: string;
  /** Says in one line what is wrong with an answer, or undefined; then it is asked again. */
  validate?(text: string): string | undefined | Promise<string | undefined>;
}

export interface ConfirmQuestion {
  readonly message: string;
  /** Default true. */
  readonly default?: boolean;
}

export interface PromptOptions {
  readonly signal?: AbortSignal;
}

/**
 * Asks one question at a time. All that wait reject with `PromptCancelled` when the person gives
 * up or the input ends, and with the signal's reason when it aborts.
 */
export interface Prompter {
  /** Resolves to the value of the choice. */
  select<T>(question: SelectQuestion<T>, options?: PromptOptions): Promise<T>;
  /** Resolves to the text, which is not trimmed. */
  input(question: InputQuestion, options?: PromptOptions): Promise<string>;
  confirm(question: ConfirmQuestion, options?: PromptOptions): Promise<boolean>;
  /** Prints lines that belong to the dialogue. */
  note(lines: readonly string[]): void;
  /** Prints a line at once; above the question that is open, which stays as it is. */
  printAbove(line: string): void;
}

/** How a person left a question: Ctrl-C, Escape, or Ctrl-D and the end of the input. */
export type CancelKind = "interrupt" | "escape" | "end-of-input";

/** A question was left without an answer. */
export class PromptCancelled extends ChatError {
  constructor(readonly kind: CancelKind) {
    super("interrupted", CANCEL_MESSAGES[kind]);
  }
}

const CANCEL_MESSAGES: Readonly<Record<CancelKind, string>> = {
  "interrupt": "interrupted at a question",
  "escape": "a question was left with Escape",
  "end-of-input": "the input ended at a question",
};
