import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Follower, type FollowQuery } from "../../../src/commands/history/follower.ts";
import { SearchTerms } from "../../../src/history/search_terms.ts";
import type {
  Conversation,
  MessageRecord,
  MessageState,
  OwnMessage,
} from "../../../src/history/message_record.ts";
import type { HistoryQuery, NodeEvent } from "../../../src/node/chat_node.ts";
import { BLUE, NOW, RED } from "../twin_node.ts";

const TO_RED: Conversation = { kind: "peer", peerId: RED };
const TO_BLUE: Conversation = { kind: "peer", peerId: BLUE };
const NOWHERE: Conversation = { kind: "address", address: "/ip4/127.0.0.1/tcp/7009" };

/** A node's history and events, which come as late as a test wants. */
class Scene {
  readonly messages: MessageRecord[] = [];
  readonly printed: MessageRecord[] = [];
  readonly states: OwnMessage[] = [];
  readonly queries: HistoryQuery[] = [];
  /** Turns of the microtask queue before what happened is told, and before an answer comes. */
  lag = { event: 0, answer: 0 };
  readonly #listeners = new Set<(event: NodeEvent) => void>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  follow(query: FollowQuery): void {
    const node = {
      subscribe: (listener: (event: NodeEvent) => void) => {
        this.#listeners.add(listener);
        return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
      },
      history: async (asked: HistoryQuery) => {
        const lag = this.lag.answer;
        this.queries.push(asked);
        const fits = this.messages.filter(({ position, text, conversation }) =>
          position > (asked.after ?? 0) && new SearchTerms(asked.search ?? "").fit(text) &&
          (asked.conversation === undefined ||
            JSON.stringify(asked.conversation) === JSON.stringify(conversation))
        );
        const found = asked.after === undefined
          ? fits.slice(-asked.limit)
          : fits.slice(0, asked.limit);
        await turns(lag);
        return found;
      },
    };
    const follower = new Follower(node, query, {
      messages: (messages) => this.printed.push(...messages),
      state: (message) => this.states.push(message),
    });
    this.#running = follower.run(this.#stop.signal);
  }

  arrives(text: string, conversation = TO_RED): void {
    const message = {
      ...base(this.messages.length + 1, text, conversation),
      direction: "in" as const,
      receivedAt: NOW,
    };
    this.messages.push(message);
    void this.#tell({ event: "message", message });
  }

  writes(text: string, conversation = TO_RED): void {
    const message = {
      ...base(this.messages.length + 1, text, conversation),
      direction: "out" as const,
      state: "queued" as const,
      stateAt: NOW,
      reason: undefined,
      unanswerable: false,
    };
    this.messages.push(message);
    void this.#tell({ event: "state", message });
  }

  /** @param position from 1 */
  advances(position: number, state: MessageState, conversation?: Conversation): void {
    const before = this.messages[position - 1];
    if (before?.direction !== "out") throw new Error(`${position} is no own message`);
    const message = { ...before, state, conversation: conversation ?? before.conversation };
    this.messages[position - 1] = message;
    void this.#tell({ event: "state", message });
  }

  async stopped(): Promise<void> {
    await turns(50);
    this.#stop.abort();
    await this.#running;
    assertEquals(this.#listeners.size, 0);
  }

  get told(): string[] {
    return this.states.map(({ position, state }) => `${position} ${state}`);
  }

  async #tell(event: NodeEvent): Promise<void> {
    await turns(this.lag.event);
    for (const listener of [...this.#listeners]) listener(event);
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

function base(position: number, text: string, conversation: Conversation) {
  return { position, id: `m${position}`, conversation, text, sentAt: NOW, replyTo: undefined };
}

const texts = (messages: readonly MessageRecord[]) => messages.map(({ text }) => text);

Deno.test("Follower tells the last messages, then what comes", async () => {
  const scene = new Scene();
  for (const text of ["a", "b", "c"]) scene.arrives(text);
  scene.follow({ limit: 2 });
  await turns(9);
  assertEquals(texts(scene.printed), ["b", "c"]);
  scene.arrives("d");
  scene.writes("e");
  await turns(20);
  scene.advances(5, "sent");
  scene.advances(5, "delivered");
  await scene.stopped();
  assertEquals(texts(scene.printed), ["b", "c", "d", "e"]);
  assertEquals(scene.told, ["5 sent", "5 delivered"]);
});

Deno.test("Follower reads everything behind a position, page by page", async () => {
  const scene = new Scene();
  for (let count = 1; count <= 1_203; count++) scene.arrives(`${count}`);
  await turns(9); // long ago
  scene.follow({ after: 2, limit: 7 });
  await turns(50);
  await scene.stopped();
  assertEquals(texts(scene.printed), texts(scene.messages).slice(2));
  assertEquals(scene.queries.map(({ after }) => after), [2, 502, 1002]);
});

Deno.test("Follower keeps to the conversation and the search, and does not read again and again", async () => {
  const scene = new Scene();
  scene.writes("lunch, blue?", TO_BLUE);
  scene.writes("Lunch, red?");
  scene.writes("dinner, red?");
  scene.follow({ conversation: TO_RED, search: "unch", limit: 50 });
  await turns(9);
  scene.arrives("no lunch for blue", TO_BLUE);
  scene.arrives("no");
  scene.arrives("lunch!");
  for (const position of [1, 2, 3]) scene.advances(position, "delivered");
  await scene.stopped();
  assertEquals(texts(scene.printed), ["Lunch, red?", "lunch!"]);
  assertEquals(scene.told, ["2 delivered"]);
  assert(scene.queries.length <= 4, `${scene.queries.length} queries`);
});

Deno.test("Follower tells states of messages from before, too", async () => {
  const scene = new Scene();
  scene.writes("Old ÖL", TO_RED);
  scene.writes("old öl", TO_BLUE);
  scene.writes("new");
  scene.follow({ conversation: TO_RED, search: "öl OLD", limit: 1 });
  await turns(9);
  scene.advances(1, "refused");
  scene.advances(2, "refused");
  await scene.stopped();
  assertEquals(scene.told, ["1 refused"]);
});

Deno.test("Follower goes on with the peer that answered at an address", async () => {
  const scene = new Scene();
  scene.writes("anybody?", NOWHERE);
  scene.follow({ conversation: NOWHERE, limit: 50 });
  await turns(9);
  scene.advances(1, "sent", TO_RED);
  scene.arrives("me");
  scene.arrives("not me", TO_BLUE);
  await scene.stopped();
  assertEquals(texts(scene.printed), ["anybody?", "me"]);
});

Deno.test("Follower ends at once when it is stopped, also while it reads", async () => {
  const scene = new Scene();
  scene.lag.answer = 40;
  scene.follow({ limit: 1 });
  await scene.stopped();
  assertEquals(scene.printed, []);
});

Deno.test("Follower tells each message once and in order, and states that only go on, whatever is late", async () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant("arrives" as const) }),
    fc.record({ what: fc.constant("writes" as const) }),
    fc.record({ what: fc.constant("advances" as const), which: fc.nat(), far: fc.nat({ max: 5 }) }),
    fc.record({
      what: fc.constant("lag" as const),
      event: fc.nat({ max: 6 }),
      answer: fc.nat({ max: 6 }),
    }),
    fc.record({ what: fc.constant("turns" as const), count: fc.nat({ max: 8 }) }),
  );
  const order = ["queued", "sent", "cancelled", "refused", "delivered", "read"] as const;
  let news = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 60, size: "max" }),
      fc.nat({ max: 19 }),
      fc.option(fc.nat({ max: 5 })),
      async (steps, start, after) => {
        const scene = new Scene();
        const limit = 50;
        for (const [index, each] of steps.entries()) {
          if (index === start) scene.follow(after === null ? { limit } : { after, limit });
          if (each.what === "arrives" || each.what === "writes") scene[each.what](`${index}`);
          else if (each.what === "lag") scene.lag = each;
          else if (each.what === "turns") await turns(each.count);
          else {
            const own = scene.messages.filter((message) => message.direction === "out");
            const message = own[each.which % own.length];
            const state = order[each.far] ?? "read";
            if (message === undefined || order.indexOf(message.state) >= each.far) continue;
            scene.advances(message.position, state);
          }
        }
        await scene.stopped();
        const expected = scene.messages.slice(after ?? 0);
        assertEquals(texts(scene.printed), texts(expected));
        for (const message of expected.filter((each) => each.direction === "out")) {
          const first = scene.printed.find(({ id }) => id === message.id);
          if (first?.direction !== "out") throw new Error(`${message.id} was not printed`);
          const states = [first, ...scene.states.filter(({ id }) => id === message.id)]
            .map(({ state }) => order.indexOf(state));
          assertEquals(states, [...new Set(states)].sort((a, b) => a - b));
          assertEquals(states.at(-1), order.indexOf(message.state));
          news += states.length - 1;
        }
      },
    ),
    { numRuns: 1_000 },
  );
  assert(news > 1_000, `only ${news} states were told`);
});
