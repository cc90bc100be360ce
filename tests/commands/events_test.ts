import { assert, assertEquals, assertMatch } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { receivedMessage } from "../menu/messages.ts";
import { Harness } from "./harness.ts";
import { activePeer, NOW, type TwinNode } from "./twin_node.ts";

/** Starts `events` and gives what is needed to end it, once everything is printed that comes. */
async function watching(program: Harness, ...args: string[]) {
  const started = program.nextNode();
  const ended = program.run("events", ...args);
  const node = await Promise.race([started, ended.then((code) => Promise.reject(code))]);
  await program.terminal.until(({ out }) => out !== "");
  return { node, ended };
}

function everything(node: TwinNode): void {
  node.emit({ event: "message", message: receivedMessage(1) });
  node.emit({ event: "peer-up", peer: activePeer() });
  node.emit({ event: "peer-down", peer: activePeer(), departure: "goodbye" });
  node.emit({ event: "notice", text: "something" });
}

const eventsOf = (program: Harness) => program.jsonLines.map((line) => Object(line).event);

Deno.test("`events` prints everything that the node tells, after `ready`, and marks nothing", async () => {
  await using program = await Harness.make();
  const { node, ended } = await watching(program);
  everything(node);
  program.interrupt("SIGTERM");
  assertEquals(await ended, 0);
  assertEquals(eventsOf(program), ["ready", "message", "peer-up", "peer-down", "notice"]);
  assertEquals(Object(program.jsonLines[4]).at, new Date(NOW).toISOString());
  assertEquals(node.init.listen, "ephemeral");
  assertEquals([node.seen, node.listeners, node.stopped], [[], 0, true]);
});

Deno.test("`events` prints what happens while it starts behind `ready`", async () => {
  await using program = await Harness.make({
    start: (node) => {
      const { counts } = node;
      node.counts = () => {
        everything(node);
        return counts.call(node);
      };
      return Promise.resolve(node);
    },
  });
  const { ended } = await watching(program, "--json");
  program.interrupt("SIGTERM");
  await ended;
  assertEquals(eventsOf(program), ["ready", "message", "peer-up", "peer-down", "notice"]);
});

Deno.test("`events --only` prints nothing else", async () => {
  await using program = await Harness.make();
  const { node, ended } = await watching(program, "--only", "notice, ready");
  everything(node);
  program.interrupt();
  assertEquals(await ended, 130);
  assertEquals(eventsOf(program), ["ready", "notice"]);
});

Deno.test("`events --only` refuses what does not happen, and says what was meant", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("events", "--only", "message,stat"), 2);
  assertEquals(
    program.terminal.errLines[0],
    'error: --only: there is no "stat"; did you mean "state"?',
  );
  assertEquals(await program.run("events", "--only", ","), 2);
  assertMatch(program.terminal.err, /expected ready, message, .*with commas between/);
});

Deno.test("`events` ends with 0 when nobody reads any more", async () => {
  await using program = await Harness.make();
  const { ended } = await watching(program);
  program.terminal.close();
  assertEquals(await ended, 0);
});

Deno.test("`events` fails as JSON when the node of another process stops", async () => {
  const ending = new AbortController();
  await using program = await Harness.make({
    start: (node) => Promise.resolve(Object.assign(node, { ended: ending.signal })),
  });
  const { ended } = await watching(program);
  ending.abort(new ChatError("node-stopped", "the node that ran was stopped"));
  assertEquals(await ended, 1);
  const last = Object(program.jsonLines[1]);
  assertEquals([last.event, last.code], ["error", "node-stopped"]);
  assertEquals(last.message, "the node that ran was stopped");
  assert(last.hint.startsWith("start it again"));
});

Deno.test("completion offers the events that `--only` does not have yet", async () => {
  await using program = await Harness.make();
  const offered = async (written: string) => {
    await program.run("completion", "bash", "--", "events", "--only", written);
    return program.terminal.outLines;
  };
  assertEquals(await offered("mess"), ["message"]);
  assertEquals(await offered("message,peer-"), ["message,peer-up", "message,peer-down"]);
  assertEquals(await offered("message,m"), []);
});
