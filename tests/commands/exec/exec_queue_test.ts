import { assert, assertEquals, assertMatch } from "@std/assert";
import { ExecQueue } from "../../../src/commands/exec/exec_queue.ts";
import type { ReceivedMessage } from "../../../src/history/message_record.ts";
import { configureLogging } from "../../../src/logging/mod.ts";
import type { HistoryQuery } from "../../../src/node/chat_node.ts";
import { sanitise } from "../../../src/terminal/sanitise.ts";
import { NOW, RED } from "../twin_node.ts";
import { Scripts } from "./scripts.ts";

const ignore = Deno.build.os === "windows";

function message(position: number): ReceivedMessage {
  return {
    direction: "in",
    position,
    id: `018f0000-0000-7000-8000-${String(position).padStart(12, "0")}`,
    conversation: { kind: "peer", peerId: RED },
    text: `text ${position}`,
    sentAt: NOW - 40,
    receivedAt: NOW,
    replyTo: undefined,
  };
}

/** A queue over a history of `count` messages, at the odd positions. */
class Fixture implements AsyncDisposable {
  readonly messages: readonly ReceivedMessage[];
  readonly shown: number[] = [];
  readonly lines: string[] = [];
  /** Texts that were read from the history and are not done with. */
  mostHeld = 0;
  readonly queue: ExecQueue;
  readonly #resources = new AsyncDisposableStack();
  #held = 0;
  #changed = Promise.withResolvers<void>();

  constructor(count: number, program: string, plan: { jobs?: number; timeoutMs?: number } = {}) {
    this.messages = Array.from({ length: count }, (_, index) => message(2 * index + 1));
    this.#resources.use(configureLogging({
      level: "info",
      write: (line) => {
        this.lines.push(line.replace(/^\S+ /, ""));
        if (line.includes("stays unread")) this.#done();
      },
      sanitise,
    }));
    this.queue = new ExecQueue({
      plan: { program, args: [], jobs: 1, timeoutMs: 120_000, ...plan },
      profile: { name: "me", folder: "/home/me/chat/me" },
      node: {
        displayName: () => "red",
        history: ({ after = 0, limit }: HistoryQuery) => {
          const found = this.messages.filter(({ position }) => position > after).slice(0, limit);
          this.#held += found.length;
          this.mostHeld = Math.max(this.mostHeld, this.#held);
          return Promise.resolve(found);
        },
        shown: (messages) => {
          this.shown.push(...messages.map(({ position }) => position));
          this.#done();
          return Promise.resolve();
        },
      },
      terminal: { flush: () => Promise.resolve() },
    });
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queue[Symbol.asyncDispose]();
    await this.#resources.disposeAsync();
  }

  #done(): void {
    this.#held--;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

Deno.test({
  name: "`ExecQueue` gives the message as a line and as variables, and marks it as shown",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const program = await scripts.write(
      'cat >> "$NOTES"; env | grep ^P2P_CHAT_ | sort >> "$NOTES"',
    );
    await using fixture = new Fixture(1, program);
    fixture.queue.printed(fixture.messages);
    await fixture.until(() => fixture.shown.length === 1);
    const [line = "", ...variables] = await scripts.noted();
    const { event, text, peerId, name, position } = JSON.parse(line);
    assertEquals({ event, text, peerId, name, position }, {
      event: "message",
      text: "text 1",
      peerId: RED,
      name: "red",
      position: 1,
    });
    assertEquals(variables, [
      "P2P_CHAT_HOME=/home/me/chat",
      `P2P_CHAT_MESSAGE_ID=${message(1).id}`,
      `P2P_CHAT_PEER_ID=${RED}`,
      "P2P_CHAT_PEER_NAME=red",
      "P2P_CHAT_POSITION=1",
      "P2P_CHAT_PROFILE=me",
      `P2P_CHAT_RECEIVED_AT=${new Date(NOW).toISOString()}`,
      "P2P_CHAT_REPLY_TO=",
      `P2P_CHAT_SENT_AT=${new Date(NOW - 40).toISOString()}`,
      "P2P_CHAT_TEXT=text 1",
    ]);
  },
});

Deno.test({
  name: "`ExecQueue` runs one after the other in order, and holds one message at a time",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const program = await scripts.write('echo "$P2P_CHAT_POSITION" >> "$NOTES"');
    // More places than are kept behind the one whose turn it is.
    await using fixture = new Fixture(1_200, program);
    fixture.queue.printed(fixture.messages.slice(0, 1_150));
    fixture.queue.printed(fixture.messages.slice(1_150));
    await fixture.until(() => fixture.shown.length === 1_200);
    const all = fixture.messages.map(({ position }) => position);
    assertEquals(fixture.shown, all);
    assertEquals((await scripts.noted()).map(Number), all);
    assertEquals(fixture.mostHeld, 1);
  },
});

Deno.test({
  name: "`ExecQueue` runs as many at once as it may, and no more",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    // Each waits until three have begun: that ends only where three run at once.
    const program = await scripts.write(
      'echo x >> "$NOTES"; while [ $(wc -l < "$NOTES") -lt 3 ]; do sleep 0.01; done',
    );
    await using fixture = new Fixture(9, program, { jobs: 3 });
    fixture.queue.printed(fixture.messages);
    await fixture.until(() => fixture.shown.length === 9);
    assertEquals(fixture.mostHeld, 3);
  },
});

Deno.test({
  name: "`ExecQueue` leaves a message unread whose program fails, says so, and goes on",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const program = await scripts.write(
      'echo "about \x1b[2J$P2P_CHAT_POSITION" >&2; [ "$P2P_CHAT_POSITION" != 3 ] || exit 7',
    );
    await using fixture = new Fixture(3, program);
    fixture.queue.printed(fixture.messages);
    await fixture.until(() => fixture.shown.length === 2);
    assertEquals(fixture.shown, [1, 5]);
    const said = (position: number) =>
      `warning p2p-chat.exec: message ${message(position).id}: about \\u{1B}[2J${position}`;
    assertEquals(fixture.lines, [
      said(1),
      said(3),
      `warning p2p-chat.exec: message ${message(3).id} from red: ` +
      "it ended with exit code 7; it stays unread for the next start",
      said(5),
    ]);
  },
});

Deno.test({
  name: "`ExecQueue` lets what runs finish when it is disposed, and starts nothing more",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    await using fixture = new Fixture(3, await scripts.write("exit 0"));
    fixture.queue.printed(fixture.messages);
    await fixture.queue[Symbol.asyncDispose]();
    assertEquals(fixture.shown, [1]);
  },
});

Deno.test({
  name: "`ExecQueue` ends what does not finish when it is disposed; the message stays unread",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    await using fixture = new Fixture(2, await scripts.write("exec sleep 300"));
    fixture.queue.printed(fixture.messages);
    await fixture.queue[Symbol.asyncDispose]();
    assertEquals(fixture.shown, []);
    assertEquals(fixture.lines.length, 1);
    assertMatch(fixture.lines[0] ?? "", /it was ended together with this node; it stays unread/);
  },
});

Deno.test({
  name: "`ExecQueue` logs a program that went missing, once for each message",
  ignore,
  async fn() {
    await using fixture = new Fixture(2, "/nowhere/program");
    fixture.queue.printed(fixture.messages);
    await fixture.until(() => fixture.lines.length === 2);
    assert(fixture.lines.every((line) => line.includes("could not be started: ")));
    assertEquals(fixture.shown, []);
  },
});
