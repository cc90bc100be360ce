/**
 * The messages of a conversation on the screen: which part of them is shown, which one is selected,
 * what is to be loaded. Pure: an event goes in; the next pane, and pages to be asked for, come out.
 *
 * Guarantees: only what is visible, and a page or two beyond, is in memory or laid out, so that a
 * long history costs as much as a short one; what comes in moves nothing that somebody reads further
 * up; another size keeps the text at the top in its place.
 *
 * Does not read the history itself, and does not know keys (`pane_key.ts`).
 */
import type { MessageRecord } from "../history/message_record.ts";
import {
  EMPTY_WINDOW,
  failPage,
  findMessage,
  type HistoryWindow,
  jump,
  more,
  type PageRequest,
  putMessage,
  receivePage,
} from "./history_window.ts";
import type { RowMemo, Speakers } from "./message_rows.ts";
import {
  firstSpot,
  lastSpot,
  messageRows,
  placeOf,
  rowsAfter,
  type Spot,
  spotOf,
  step,
} from "./pane_rows.ts";

export interface Pane {
  readonly window: HistoryWindow;
  readonly place: Place;
  /** Position of the selected message. */
  readonly selected: number | undefined;
  /** What is searched for: it stands out wherever it is shown. */
  readonly search: string | undefined;
  /** More about the selected message than its record says, e.g. the next attempt; terminal-safe. */
  readonly note: string | undefined;
  /** Messages that came in while something further up was shown. */
  readonly newBelow: number;
  /** Size on the screen; 1 or more each. */
  readonly columns: number;
  readonly rows: number;
  readonly speakers: Speakers;
  readonly memo: RowMemo;
}

/** What is shown: the newest messages, or those from a row on that is named by its text. */
export type Place =
  | { readonly kind: "bottom" }
  | { readonly kind: "top"; readonly position: number; readonly offset: number };

export type PaneEvent =
  | { readonly kind: "scroll"; readonly by: number; readonly unit: "row" | "page" }
  | { readonly kind: "jump"; readonly to: "first" | "last" }
  /** The message before or behind the selected one; from none, the last one on the screen. */
  | { readonly kind: "select"; readonly by: 1 | -1 }
  /** Nothing is selected, and nothing stands out, any more. */
  | { readonly kind: "deselect" }
  /** Goes to a message that a search found, and selects it. */
  | { readonly kind: "find"; readonly position: number; readonly search: string }
  | { readonly kind: "resize"; readonly columns: number; readonly rows: number }
  /** Written here, come in, or in another state. */
  | { readonly kind: "message"; readonly message: MessageRecord }
  /** The answer to a `PageRequest`, oldest first. */
  | { readonly kind: "page"; readonly id: number; readonly messages: readonly MessageRecord[] }
  | { readonly kind: "page-failed"; readonly id: number }
  | { readonly kind: "speakers"; readonly speakers: Speakers }
  | { readonly kind: "note"; readonly text: string | undefined };

/** The next pane, and pages to be read and given back as `page` events. */
export interface PaneStep {
  readonly pane: Pane;
  readonly requests: readonly PageRequest[];
}

/** How close, in messages, the edge of what is in memory may come before a page is asked for. */
const PREFETCH_MESSAGES = 40;
/** Rows that stay on the screen when scrolling by a page, to find the place again. */
const PAGE_OVERLAP = 2;

export interface PaneOptions {
  readonly columns: number;
  readonly rows: number;
  readonly speakers: Speakers;
}

/** A pane that asks for the newest messages. */
export function openPane({ columns, rows, speakers }: PaneOptions): PaneStep {
  const { window, request } = jump(EMPTY_WINDOW, "last");
  const pane: Pane = {
    window,
    place: { kind: "bottom" },
    selected: undefined,
    search: undefined,
    note: undefined,
    newBelow: 0,
    columns,
    rows,
    speakers,
    memo: new WeakMap(),
  };
  return { pane, requests: request === undefined ? [] : [request] };
}

export function updatePane(pane: Pane, event: PaneEvent): PaneStep {
  switch (event.kind) {
    case "scroll": {
      const page = Math.max(1, contentRows(pane) - PAGE_OVERLAP);
      return settled(scrolled(pane, event.by * (event.unit === "page" ? page : 1)));
    }
    case "jump":
      return jumped(pane, event.to);
    case "select":
      return settled(selected(pane, event.by));
    case "deselect":
      return settled({ ...pane, selected: undefined, search: undefined, note: undefined });
    case "find":
      return found({ ...pane, search: event.search }, event.position);
    case "resize":
      return settled({ ...pane, columns: event.columns, rows: event.rows });
    case "message":
      return withMessage(pane, event.message);
    case "page":
      return withPage(pane, event.id, event.messages);
    case "page-failed":
      // Not settled: that would ask again at once; the next key does.
      return { pane: { ...pane, window: failPage(pane.window, event.id) }, requests: [] };
    case "speakers":
      return settled({ ...pane, speakers: event.speakers });
    case "note":
      return settled({ ...pane, note: event.text });
  }
}

/** Rows for messages: one is a bar while the newest are not shown. */
export function contentRows({ place, rows }: Pane): number {
  return place.kind === "bottom" ? rows : Math.max(1, rows - 1);
}

/** The first row that is shown. */
export function topSpot(pane: Pane): Spot {
  if (pane.place.kind === "bottom") return step(pane, lastSpot(pane), 1 - contentRows(pane));
  return spotOf(pane, pane.place);
}

/** The messages of which at least one row is shown, oldest first. */
export function shownMessages(pane: Pane): readonly MessageRecord[] {
  const top = topSpot(pane);
  const last = rowsAfter(pane, top, contentRows(pane)).at(-1);
  return last === undefined ? [] : pane.window.messages.slice(top.index, last.index + 1);
}

function scrolled(pane: Pane, by: number): Pane {
  const top = topSpot(pane);
  const next = step(pane, top, by);
  if (next.index === top.index && next.row === top.row) return pane;
  return { ...pane, place: placeOf(pane, next) };
}

function jumped(pane: Pane, to: "first" | "last"): PaneStep {
  const { window } = pane;
  const here = to === "first" ? !window.hasOlder : !window.hasNewer;
  if (here && window.waiting.jump === undefined) {
    if (to === "last") return settled({ ...pane, place: { kind: "bottom" } });
    return settled({ ...pane, place: placeOf(pane, firstSpot()) });
  }
  // What is shown stays until the page is there.
  const asked = jump(window, to);
  return {
    pane: { ...pane, window: asked.window },
    requests: asked.request === undefined ? [] : [asked.request],
  };
}

function withMessage(pane: Pane, message: MessageRecord): PaneStep {
  // What somebody reads stays in memory.
  const drop = pane.place.kind === "bottom" ? "older" : "newer";
  const { window, isNew } = putMessage(pane.window, message, drop);
  const next = { ...pane, window };
  if (!isNew || pane.place.kind === "bottom") return settled(next);
  // Who writes wants to see it.
  if (message.direction === "out") return jumped(next, "last");
  return settled({ ...next, newBelow: pane.newBelow + 1 });
}

function withPage(pane: Pane, id: number, messages: readonly MessageRecord[]): PaneStep {
  const range = pane.window.waiting.jump?.range;
  const { window, was } = receivePage(pane.window, id, messages);
  const next = { ...pane, window };
  if (was !== "jump") return settled(next);
  if (range?.from === "around") return settled(centred(next, range.position));
  const toFirst = range?.from === "first";
  return settled({
    ...next,
    place: toFirst && messages.length > 0 ? placeOf(next, firstSpot()) : { kind: "bottom" },
  });
}

/** At once where it is in memory; else what is shown stays until the page is there. */
function found(pane: Pane, position: number): PaneStep {
  const { window } = pane;
  if (window.messages[findMessage(window, position)]?.position === position) {
    return settled(centred(pane, position));
  }
  const asked = jump(window, { position });
  return {
    pane: { ...pane, window: asked.window },
    requests: asked.request === undefined ? [] : [asked.request],
  };
}

/** The message selected, with as much before it as behind it. */
function centred(pane: Pane, position: number): Pane {
  const index = findMessage(pane.window, position);
  const next: Pane = { ...pane, selected: position, note: undefined };
  const above = Math.floor((next.rows - messageRows(next, index).length) / 2);
  const top = step(next, { index, row: 0 }, -Math.max(0, above));
  return { ...next, place: placeOf(next, top) };
}

function selected(pane: Pane, by: 1 | -1): Pane {
  const { messages } = pane.window;
  const index = targetIndex(pane, by);
  const target = index === undefined ? undefined : messages[index];
  if (index === undefined || target === undefined) {
    // Behind the last message there is nothing to select.
    return by > 0 ? { ...pane, selected: undefined, note: undefined } : pane;
  }
  return withShown({ ...pane, selected: target.position, note: undefined }, index);
}

function targetIndex(pane: Pane, by: 1 | -1): number | undefined {
  const { messages } = pane.window;
  const now = pane.selected === undefined ? -1 : findMessage(pane.window, pane.selected);
  if (now >= 0 && messages[now]?.position === pane.selected) return now + by;
  if (by > 0) return undefined;
  const shown = rowsAfter(pane, topSpot(pane), contentRows(pane)).at(-1);
  return shown?.index;
}

/** `pane` scrolled as little as it takes to show the message at `index`, or its beginning. */
function withShown(pane: Pane, index: number): Pane {
  const top = topSpot(pane);
  const first = { index, row: 0 };
  if (index < top.index || index === top.index && top.row > 0) {
    return { ...pane, place: placeOf(pane, first) };
  }
  const rows = contentRows(pane);
  const shown = rowsAfter(pane, top, rows);
  const last = shown.at(-1);
  const whole = last === undefined || last.index > index ||
    last.index === index && last.row === messageRows(pane, index).length - 1;
  if (whole) return pane;
  // From the end of the message up, but not beyond its beginning.
  const end = { index, row: Infinity };
  const from = step(pane, end, 1 - Math.max(1, pane.rows - 1));
  const beginning = from.index < index ? from : first;
  return { ...pane, place: placeOf(pane, beginning) };
}

/** `pane` at the bottom if the newest messages fit, and pages asked for where they run short. */
function settled(pane: Pane): PaneStep {
  const atBottom = pane.place.kind === "bottom" ||
    !pane.window.hasNewer && rowsAfter(pane, topSpot(pane), pane.rows + 1).length <= pane.rows;
  const next: Pane = atBottom ? { ...pane, place: { kind: "bottom" }, newBelow: 0 } : pane;
  const top = topSpot(next).index;
  const last = rowsAfter(next, topSpot(next), contentRows(next)).at(-1)?.index ?? 0;
  let { window } = next;
  const requests: PageRequest[] = [];
  const want = (side: "older" | "newer") => {
    const asked = more(window, side);
    window = asked.window;
    if (asked.request !== undefined) requests.push(asked.request);
  };
  if (top < PREFETCH_MESSAGES) want("older");
  if (window.messages.length - last <= PREFETCH_MESSAGES) want("newer");
  return { pane: { ...next, window }, requests };
}
