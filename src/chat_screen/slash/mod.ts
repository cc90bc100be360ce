/**
 * The slash commands of the conversation, in its full-screen and in its plain form: understanding what
 * was typed, completing it, saying what it means, and doing it through the node.
 *
 * Guarantees: everything but `runSlash()` and `knownTo()` is pure; all lines are safe for a terminal
 * and carry no colours.
 *
 * Does not draw, and does not send messages.
 */
export { SLASH_COMMANDS, type SlashName, type SlashSpec, slashSpec, usageOf } from "./commands.ts";
export {
  type Candidate,
  completeSlash,
  type Completion,
  inlineHelp,
  type Known,
} from "./complete.ts";
export { knownTo } from "./known.ts";
export type { Picture, SlashContext, SlashOutcome } from "./outcome.ts";
export { MOST_MESSAGES, parseLine, type SlashCommand, type TypedLine } from "./parse.ts";
export { errorLines, runSlash } from "./run.ts";
