import { assertEquals, assertStringIncludes } from "@std/assert";
import type { OutboxEntry } from "../../src/history/mod.ts";
import { showOutbox, takenBackText } from "../../src/menu/outbox_menu.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { BLUE, TwinNode } from "../commands/twin_node.ts";
import { outboxEntry, ownMessage } from "./messages.ts";
import { NODE_INIT, openMenuTwin, transcript, untilAsked } from "./open_menu_twin.ts";

const TO_BLUE = { conversation: { kind: "peer", peerId: BLUE } } as const;

/** What is taken back does not wait any more. */
class WaitingNode extends TwinNode {
  constructor(readonly waiting: readonly OutboxEntry[]) {
    super(NODE_INIT, { outbox: waiting });
  }

  override async outbox(limit: number): Promise<OutboxEntry[]> {
    return (await super.outbox(limit)).filter(({ message }) =>
      !this.cancelled.includes(message.id)
    );
  }
}

function atPipe(node: TwinNode, ...input: readonly string[]) {
  return openMenuTwin(node, new MemoryTerminal({ input }));
}

Deno.test("`showOutbox()` says that nothing waits", async () => {
  using menu = openMenuTwin();
  await showOutbox(menu);
  assertEquals(menu.terminal.outLines, ["nothing waits"]);
});

Deno.test("`showOutbox()` lists what waits as the command does, and what can be done", async () => {
  using menu = atPipe(new WaitingNode([outboxEntry("hello"), outboxEntry("again")]), "0");
  await showOutbox(menu);
  const { outLines } = menu.terminal;
  assertStringIncludes(outLines[0] ?? "", "red (Jmfxzu): 2 messages wait");
  assertEquals(outLines.filter((line) => / … +queued .* (hello|again)$/.test(line)).length, 2);
  assertEquals(outLines.slice(-6), [
    "Outbox",
    "  1  Try all now",
    "  2  Take a message back",
    "  3  Why is red not reached?",
    "  0  Back",
    "Number:",
  ]);
});

Deno.test("`showOutbox()` takes a message back, also the last one, and lists what is left", async () => {
  const node = new WaitingNode([
    outboxEntry("hello"),
    outboxEntry("again", { ...TO_BLUE, state: "sent", text: "again\x1b[2J" }),
  ]);
  using menu = atPipe(node, "2", "0", "2", "2", "2", "1");
  await showOutbox(menu);
  assertEquals(node.cancelled, ["again", "hello"]);
  const { out, outLines } = menu.terminal;
  assertEquals(outLines.filter((line) => /^ +\d .* - to /.test(line)), [
    "  1  hello - to red",
    "  2  again\\u{1B}[2J - to M4jXBy, → sent",
    "  1  hello - to red",
    "  2  again\\u{1B}[2J - to M4jXBy, → sent",
    "  1  hello - to red",
  ]);
  assertEquals(outLines.filter((line) => line.startsWith("– ")), [
    "– cancelled; it was sent already and may have arrived all the same",
    "– cancelled; it will not be sent",
  ]);
  assertEquals(outLines.at(-1), "nothing waits");
  assertEquals(/[^\P{Cc}\n]/u.test(out), false);
});

Deno.test("`takenBackText()` says when a message does not wait any more", () => {
  assertEquals(takenBackText(undefined), "too late: it does not wait any more");
  assertEquals(takenBackText(ownMessage("a")), "– cancelled; it will not be sent");
});

Deno.test("`showOutbox()` tries all at once, and ends when nothing waits any more", async () => {
  const waiting = [outboxEntry("hello")];
  class Delivering extends TwinNode {
    override async retry(): Promise<void> {
      await super.retry();
      for (const { message } of waiting.splice(0)) {
        queueMicrotask(() => this.advance(message, "delivered"));
      }
    }
  }
  const node = new Delivering(NODE_INIT, { outbox: waiting });
  using menu = atPipe(node, "1");
  await showOutbox(menu);
  assertEquals(node.retries, 1);
  assertEquals(menu.terminal.outLines.slice(-2), [
    "14:02 ✓ delivered to red: hello",
    "nothing waits",
  ]);
});

Deno.test("`showOutbox()` asks on when trying takes long, and says that the rest is told", async () => {
  const node = new WaitingNode([outboxEntry("hello")]);
  using menu = atPipe(node, "1", "0");
  await showOutbox(menu);
  assertEquals(node.retries, 1);
  assertEquals(
    menu.terminal.outLines.filter((line) => line === "tried; what is delivered later is told here")
      .length,
    1,
  );
});

Deno.test("`showOutbox()` explains why one of several is not reached, without a new list", async () => {
  const node = new WaitingNode([outboxEntry("hello"), outboxEntry("again", TO_BLUE)]);
  using menu = atPipe(node, "3", "2", "0");
  await showOutbox(menu);
  const { outLines } = menu.terminal;
  assertEquals(outLines.filter((line) => line === "  3  Why is a peer not reached?").length, 2);
  assertEquals(outLines.filter((line) => /^M4jXBy is /.test(line)).length, 1);
  assertEquals(outLines.filter((line) => /1 message waits/.test(line)).length, 2);
});

Deno.test("`showOutbox()` on a screen: Escape goes one question back", async () => {
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true, columns: 40 });
  const node = new WaitingNode([outboxEntry("a message of more than one row of this screen")]);
  using menu = openMenuTwin(node, terminal);
  const showing = showOutbox(menu);
  await untilAsked(terminal, 1, "> Try all now");
  terminal.press("\x1b[B\r");
  await untilAsked(terminal, 2, "to red");
  terminal.press("\x1b");
  await untilAsked(terminal, 3, "> Try all now");
  terminal.press("\x1b");
  await showing;
  assertEquals(node.cancelled, []);
  assertEquals(transcript(terminal).filter((line) => line.length > 40), []);
});
