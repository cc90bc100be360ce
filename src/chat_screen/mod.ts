/**
 * The messages of a conversation, as a pure model with update and view: the part of the screen that
 * benches and tests use alone. The whole screen is `driver.ts`, over `chat.ts` (model and update),
 * `chat_keys.ts` and `chat_view.ts`; the form line by line is `plain/`; slash commands are `slash/`.
 */
export { PAGE_MESSAGES, type PageRange, type PageRequest } from "./history_window.ts";
export type { Speaker, Speakers } from "./message_rows.ts";
export {
  openPane,
  type Pane,
  type PaneEvent,
  type PaneOptions,
  type PaneStep,
  shownMessages,
  updatePane,
} from "./pane.ts";
export { paneKey } from "./pane_key.ts";
export { drawPane } from "./pane_view.ts";
