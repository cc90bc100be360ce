/**
 * The keys of the messages, those that a text field has no use for:
 *
 * | keys | |
 * |---|---|
 * | Page-Up, Page-Down | scroll by a page |
 * | Shift- or Ctrl-Up, Down | scroll by a row |
 * | Ctrl-Home, Ctrl-End | to the beginning, to the newest message |
 * | Alt-Up, Alt-Down | select a message |
 */
import { type KeyEvent, keyName } from "../terminal/keys/mod.ts";
import type { PaneEvent } from "./pane.ts";

const EVENTS: ReadonlyMap<string, PaneEvent> = new Map<string, PaneEvent>([
  ["page-up", { kind: "scroll", by: -1, unit: "page" }],
  ["page-down", { kind: "scroll", by: 1, unit: "page" }],
  ["shift-up", { kind: "scroll", by: -1, unit: "row" }],
  ["shift-down", { kind: "scroll", by: 1, unit: "row" }],
  ["ctrl-up", { kind: "scroll", by: -1, unit: "row" }],
  ["ctrl-down", { kind: "scroll", by: 1, unit: "row" }],
  ["ctrl-home", { kind: "jump", to: "first" }],
  ["ctrl-end", { kind: "jump", to: "last" }],
  ["alt-up", { kind: "select", by: -1 }],
  ["alt-down", { kind: "select", by: 1 }],
]);

/** What `key` does to the messages; undefined: nothing. */
export function paneKey(key: KeyEvent): PaneEvent | undefined {
  return EVENTS.get(keyName(key) ?? "");
}
