/** A long conversation for tests, a history that gives its pages, and a pane that is driven by hand. */
import {
  drawPane,
  openPane,
  type PageRequest,
  type Pane,
  type PaneEvent,
  type PaneStep,
  type Speakers,
  updatePane,
} from "../../src/chat_screen/mod.ts";
import type { MessageRecord, MessageState } from "../../src/history/message_record.ts";
import { Grid } from "../../src/terminal/screen/mod.ts";

export const ANN = "12D3KooWAnn";

export const SPEAKERS: Speakers = {
  self: { name: "you", color: undefined },
  others: new Map([[ANN, { name: "ann", color: 4 }]]),
};

/** Sunday, in the local zone, so that the tests do not depend on it. */
export function at(hour: number, minute = 0, day = 22): number {
  return new Date(2026, 10, day, hour, minute).getTime();
}

export function received(position: number, text: string, receivedAt = at(14)): MessageRecord {
  return {
    direction: "in",
    position,
    id: `m${position}`,
    conversation: { kind: "peer", peerId: ANN },
    text,
    sentAt: receivedAt,
    receivedAt,
    replyTo: undefined,
  };
}

export function own(
  position: number,
  text: string,
  state: MessageState = "delivered",
  sentAt = at(14),
): MessageRecord {
  return {
    direction: "out",
    position,
    id: `m${position}`,
    conversation: { kind: "peer", peerId: ANN },
    text,
    sentAt,
    replyTo: undefined,
    state,
    stateAt: sentAt + 60_000,
    reason: state === "refused" ? "blocked" : undefined,
    unanswerable: false,
  };
}

/** Messages 1 to `count`, a line each, a minute apart. */
export function conversation(count: number): MessageRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const time = at(8) + index * 60_000;
    return index % 3 === 2
      ? own(index + 1, `own message ${index + 1}`, "delivered", time)
      : received(index + 1, `message ${index + 1}`, time);
  });
}

/** What a node's history would answer. @param history positions from 1 on, without a gap */
export function pageOf(history: readonly MessageRecord[], { range, limit }: PageRequest) {
  switch (range.from) {
    case "first":
      return history.slice(0, limit);
    case "last":
      return history.slice(-limit);
    case "before":
      return history.slice(Math.max(0, range.position - 1 - limit), range.position - 1);
    case "after":
      return history.slice(range.position, range.position + limit);
    case "around": {
      const from = Math.max(0, range.position - 1 - limit / 2);
      return history.slice(from, range.position - 1 + limit / 2);
    }
  }
}

/** A pane over a history that answers at once, unless it is told to wait. */
export class PaneDriver {
  pane: Pane;
  history: readonly MessageRecord[];
  /** Requests without an answer. */
  waiting: readonly PageRequest[] = [];
  asked = 0;
  answersAtOnce = true;

  constructor(
    history: readonly MessageRecord[],
    size: { columns: number; rows: number } = { columns: 80, rows: 10 },
    speakers = SPEAKERS,
  ) {
    this.history = history;
    const step = openPane({ ...size, speakers });
    this.pane = step.pane;
    this.#take(step);
  }

  send(...events: readonly PaneEvent[]): this {
    for (const event of events) this.#take(updatePane(this.pane, event));
    return this;
  }

  /** A message is written to the history, and told. */
  add(message: MessageRecord): this {
    this.history = [...this.history, message];
    return this.send({ kind: "message", message });
  }

  /** Answers what waits. */
  answer(): this {
    while (this.waiting.length > 0) {
      const [request, ...rest] = this.waiting;
      this.waiting = rest;
      if (request !== undefined) this.#answer(request);
    }
    return this;
  }

  /** The rows on the screen. */
  get rows(): string[] {
    return this.grid.toString().split("\n");
  }

  get screen(): string {
    return `\n${this.grid}\n`;
  }

  get grid(): Grid {
    const grid = new Grid(this.pane.columns, this.pane.rows);
    drawPane(this.pane, grid, 0, 0);
    return grid;
  }

  #take({ pane, requests }: PaneStep): void {
    this.pane = pane;
    this.asked += requests.length;
    this.waiting = [...this.waiting, ...requests];
    if (this.answersAtOnce) this.answer();
  }

  #answer(request: PageRequest): void {
    const messages = pageOf(this.history, request);
    this.#take(updatePane(this.pane, { kind: "page", id: request.id, messages }));
  }
}
