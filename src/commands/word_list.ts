/** Several words of a fixed choice as the value of one option, with commas between them. */
import { message, text } from "@optique/core/message";
import type { Suggestion } from "@optique/core/parser";
import type { ValueParser } from "@optique/core/valueparser";
import { nearest } from "../config/nearest.ts";
import { quote } from "../config/quote.ts";

/** At least one of `choices`; shell completion offers those that are not there yet. */
export function wordList<const Word extends string>(
  metavar: ValueParser["metavar"],
  choices: readonly Word[],
): ValueParser<"sync", readonly Word[]> {
  return {
    mode: "sync",
    metavar,
    placeholder: [],
    format: (words) => words.join(","),
    parse(written) {
      const given = written.split(",").map((word) => word.trim()).filter((word) => word !== "");
      const known = choices.filter((choice) => given.includes(choice));
      const unknown = given.find((word) => !choices.some((choice) => choice === word));
      if (unknown === undefined && known.length > 0) return { success: true, value: known };
      const problem = unknown === undefined
        ? `expected ${choices.join(", ")}, or several of them with commas between`
        : `there is no ${quote(unknown)}; ${proposal(unknown, choices)}`;
      return { success: false, error: message`${text(problem)}` };
    },
    *suggest(prefix: string): Iterable<Suggestion> {
      const before = prefix.slice(0, prefix.lastIndexOf(",") + 1);
      const given = before.split(",");
      for (const choice of choices) {
        const whole = before + choice;
        if (!given.includes(choice) && whole.startsWith(prefix)) {
          yield { kind: "literal", text: whole };
        }
      }
    },
  };
}

function proposal(word: string, choices: readonly string[]): string {
  const meant = nearest(word, choices);
  return meant === undefined ? `choose of ${choices.join(", ")}` : `did you mean ${quote(meant)}?`;
}
