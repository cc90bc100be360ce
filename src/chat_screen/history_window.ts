/**
 * The part of a conversation that is in memory: messages one after the other, and whether there are
 * more on either side. Pages are asked for and given from outside. Pure.
 *
 * Guarantees: a few hundred messages and a few megabytes of text at most, however long the history
 * is; no gap between the messages, also where one comes in while a page is on its way; what was asked
 * for before a jump to elsewhere is ignored when it comes.
 */
import type { MessageRecord } from "../history/message_record.ts";

/** Messages a page: some screens full. */
export const PAGE_MESSAGES = 100;
/** Messages in memory: enough that what is on a screen is never dropped when a page comes. */
const MOST_MESSAGES = 400;
/** UTF-16 units of text in memory, of messages beyond the first page; 32 KiB each is possible. */
const MOST_TEXT = 4 * 1024 * 1024;

/** Which page is asked for; positions as in `MessageRecord`, not included themselves. */
export type PageRange =
  | { readonly from: "first" }
  | { readonly from: "last" }
  | { readonly from: "before"; readonly position: number }
  | { readonly from: "after"; readonly position: number }
  /** Half of the page before the message; the other half begins with it. */
  | { readonly from: "around"; readonly position: number };

/** To be answered with `receivePage()` or `failPage()`. */
export interface PageRequest {
  readonly id: number;
  readonly range: PageRange;
  /** Even. A page with fewer messages, or a half of it, is taken for the last one there is. */
  readonly limit: number;
}

export interface HistoryWindow {
  /** By position, oldest first. */
  readonly messages: readonly MessageRecord[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** The highest position that was heard of. */
  readonly latest: number;
  /** Requests without an answer, for either side or for another part of the history. */
  readonly waiting: {
    readonly older?: PageRequest;
    readonly newer?: PageRequest;
    readonly jump?: PageRequest;
  };
  readonly lastId: number;
}

/** Nothing known yet: follow with `jump(window, "last")`. */
export const EMPTY_WINDOW: HistoryWindow = {
  messages: [],
  hasOlder: false,
  hasNewer: false,
  latest: 0,
  waiting: {},
  lastId: 0,
};

/** A window, and what is to be asked for; undefined: nothing. */
export interface Asked {
  readonly window: HistoryWindow;
  readonly request: PageRequest | undefined;
}

/** Asks for the page on one side, unless there is none, or it was asked for. */
export function more(window: HistoryWindow, side: "older" | "newer"): Asked {
  const { messages, waiting, hasOlder, hasNewer } = window;
  const edge = side === "older" ? messages[0] : messages.at(-1);
  const exists = side === "older" ? hasOlder : hasNewer;
  const busy = waiting[side] !== undefined || waiting.jump !== undefined;
  if (!exists || busy) return { window, request: undefined };
  const position = edge?.position ?? 0;
  return ask(window, side, { from: side === "older" ? "before" : "after", position });
}

/** Where to go: the first or the last page of all, or the one around a message. */
export type JumpTarget = "first" | "last" | { readonly position: number };

/** Asks for a page in place of what is there. */
export function jump(window: HistoryWindow, to: JumpTarget): Asked {
  const range: PageRange = typeof to === "string" ? { from: to } : { from: "around", ...to };
  return ask({ ...window, waiting: {} }, "jump", range);
}

/**
 * @returns what the page was asked for; undefined and the same window if nobody waits for it
 */
export function receivePage(
  window: HistoryWindow,
  id: number,
  page: readonly MessageRecord[],
): { readonly window: HistoryWindow; readonly was: "older" | "newer" | "jump" | undefined } {
  const { was, request, rest } = take(window, id);
  if (was === undefined) return { window, was };
  const latest = Math.max(window.latest, page.at(-1)?.position ?? 0);
  const full = page.length >= request.limit;
  const base = { ...window, waiting: rest, latest };
  switch (was) {
    case "older": {
      const first = window.messages[0]?.position ?? Infinity;
      const older = page.filter(({ position }) => position < first);
      const messages = [...older, ...window.messages];
      return { was, window: trimmed({ ...base, messages, hasOlder: full }, "newer") };
    }
    case "newer": {
      const last = window.messages.at(-1)?.position ?? 0;
      const newer = page.filter(({ position }) => position > last);
      const messages = [...window.messages, ...newer];
      const hasNewer = full || missesLatest(messages, latest, newer.length > 0);
      return { was, window: trimmed({ ...base, messages, hasNewer }, "older") };
    }
    case "jump": {
      if (request.range.from === "around") {
        const { position } = request.range;
        const before = page.filter((message) => message.position < position).length;
        const hasOlder = before >= request.limit / 2;
        const hasNewer = page.length - before >= request.limit / 2 ||
          missesLatest(page, latest, true);
        return { was, window: { ...base, messages: page, hasOlder, hasNewer } };
      }
      const first = request.range.from === "first";
      const hasNewer = first && full || missesLatest(page, latest, true);
      return { was, window: { ...base, messages: page, hasOlder: !first && full, hasNewer } };
    }
  }
}

/** The page could not be had: it may be asked for again. */
export function failPage(window: HistoryWindow, id: number): HistoryWindow {
  return { ...window, waiting: take(window, id).rest };
}

/**
 * A message that was written, that came in, or whose state changed.
 * @param drop the side on which messages are dropped where they become too many
 */
export function putMessage(
  window: HistoryWindow,
  message: MessageRecord,
  drop: "older" | "newer",
): { readonly window: HistoryWindow; readonly isNew: boolean } {
  const { messages, hasNewer, waiting } = window;
  const isNew = message.position > window.latest;
  const latest = Math.max(window.latest, message.position);
  const at = findMessage(window, message.position);
  const last = messages.at(-1)?.position ?? 0;
  if (messages[at]?.position === message.position) {
    return { window: { ...window, messages: messages.with(at, message) }, isNew };
  }
  // What belongs behind the window, or may be in the page that comes, is asked for later.
  const behind = message.position > last && (hasNewer || waiting.jump !== undefined);
  if (behind) return { window: { ...window, latest, hasNewer: true }, isNew };
  const before = at === 0 && messages.length > 0;
  if (before) return { window: { ...window, latest }, isNew };
  return {
    window: trimmed({ ...window, latest, messages: messages.toSpliced(at, 0, message) }, drop),
    isNew,
  };
}

/** The index of the message with this position, or of the first one behind it. */
export function findMessage({ messages }: HistoryWindow, position: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((messages[middle]?.position ?? Infinity) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ask(window: HistoryWindow, side: "older" | "newer" | "jump", range: PageRange): Asked {
  const request = { id: window.lastId + 1, range, limit: PAGE_MESSAGES };
  return {
    window: { ...window, lastId: request.id, waiting: { ...window.waiting, [side]: request } },
    request,
  };
}

function take(window: HistoryWindow, id: number) {
  const { older, newer, jump } = window.waiting;
  const { older: _older, ...withoutOlder } = window.waiting;
  const { newer: _newer, ...withoutNewer } = window.waiting;
  const { jump: _jump, ...withoutJump } = window.waiting;
  if (older?.id === id) return { was: "older", request: older, rest: withoutOlder } as const;
  if (newer?.id === id) return { was: "newer", request: newer, rest: withoutNewer } as const;
  if (jump?.id === id) return { was: "jump", request: jump, rest: withoutJump } as const;
  return { was: undefined, request: undefined, rest: window.waiting } as const;
}

/** A message was heard of that came while the page was on its way. */
function missesLatest(messages: readonly MessageRecord[], latest: number, moved: boolean): boolean {
  // Where nothing came although something is missing, it is gone: asking again would not end.
  return moved && (messages.at(-1)?.position ?? 0) < latest;
}

/** Drops messages on `side` that are too many. */
function trimmed(window: HistoryWindow, side: "older" | "newer"): HistoryWindow {
  const { messages } = window;
  let text = messages.reduce((sum, message) => sum + message.text.length, 0);
  let drop = 0;
  while (
    messages.length - drop > MOST_MESSAGES ||
    text > MOST_TEXT && messages.length - drop > PAGE_MESSAGES
  ) {
    const dropped = side === "older" ? messages[drop] : messages[messages.length - 1 - drop];
    text -= dropped?.text.length ?? 0;
    drop++;
  }
  if (drop === 0) return window;
  return side === "older"
    ? { ...window, messages: messages.slice(drop), hasOlder: true }
    : { ...window, messages: messages.slice(0, -drop), hasNewer: true };
}
