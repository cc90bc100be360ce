/**
 * The live conversation. So far: its messages, as a pure model with update and view. What a node has
 * to do with it is not here.
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
