/** How the prompts look: calm, the same signs everywhere, colours only from `Style`. */
import type { Style } from "../style.ts";

/** The theme of all prompts of `@inquirer/prompts` that are used here. */
export function promptTheme(style: Style) {
  return {
    prefix: { idle: style.accent("?"), done: style.good("✔") },
    icon: { cursor: ">" },
    style: {
      answer: style.accent,
      message: style.bold,
      error: (text: string) => style.bad(text),
      defaultAnswer: (text: string) => style.dim(`(${text})`),
      confirmDefault: (text: string) => text.toUpperCase(),
      help: style.dim,
      highlight: style.accent,
      key: style.accent,
      disabled: style.dim,
      description: style.dim,
      keysHelpTip: () => style.dim("arrows move, Enter selects, Esc returns"),
    },
  };
}
