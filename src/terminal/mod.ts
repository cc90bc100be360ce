/**
 * What a person or a pipe sees and types: the streams with their test twin, making the text of
 * strangers harmless, its width, tables, colours, progress and prompts.
 *
 * Guarantees: nothing here blocks the event loop; what went through `sanitise()` cannot act on a
 * terminal; lines printed while a prompt is open appear above it.
 *
 * Does not decide what is said or when, and knows nothing of peers.
 */
export { formatAgo, formatDuration } from "./duration.ts";
export { MemoryTerminal, type MemoryTerminalOptions } from "./memory_terminal.ts";
export { type Progress, type ProgressOptions, startProgress } from "./progress.ts";
export { openPrompter } from "./prompts/open_prompter.ts";
export {
  type CancelKind,
  type Choice,
  type ConfirmQuestion,
  type InputQuestion,
  PromptCancelled,
  type Prompter,
  type PromptOptions,
  type SelectQuestion,
} from "./prompts/prompter.ts";
export { openTerminal } from "./real_terminal.ts";
export { restoreTerminal } from "./restore.ts";
export { sanitise, type SanitiseOptions } from "./sanitise.ts";
export { createStyle, type Style } from "./style.ts";
export { type Cell, type Column, formatTable, type TableOptions } from "./table.ts";
export type { Terminal } from "./terminal.ts";
export { displayWidth, graphemes, padEnd, padStart, truncate } from "./width.ts";
