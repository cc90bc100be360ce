import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ActivePeer } from "../../../src/presence/active_peer.ts";
import { Harness, type HarnessOptions } from "../harness.ts";
import { activePeer, BLUE, NOW, RED, type TwinNode } from "../twin_node.ts";

const SCREEN = { interactive: true, keepOpen: true, columns: 100, rows: 10 } as const;
const blue = activePeer({ peerId: BLUE, name: "blue", address: "/ip4/127.0.0.1/tcp/7001" });

/** Starts `peers --watch` and waits until it has shown who is here. */
async function watching(options: HarnessOptions, ...args: string[]) {
  const program = await Harness.make(options);
  const started = program.nextNode();
  const ended = program.run("peers", "--watch", ...args);
  const node = await Promise.race([started, ended.then((code) => Promise.reject(code))]);
  await program.terminal.until(({ out, err }) => out !== "" || err.includes("nobody is here"));
  return { program, node, ended };
}

/** A peer comes, as the node would have it in its list from then on. */
function comes(peers: ActivePeer[], peer: ActivePeer, node: TwinNode): void {
  peers.push(peer);
  node.emit({ event: "peer-up", peer });
}

Deno.test("`peers --watch --json` prints who is here, then who comes and goes", async () => {
  const { program, node, ended } = await watching({ peers: [activePeer()] }, "--json");
  await using _program = program;
  node.emit({ event: "peer-up", peer: activePeer() }); // is in the list already
  node.emit({ event: "peer-down", peer: blue, departure: "lost" }); // never was in it
  node.emit({ event: "peer-up", peer: blue });
  node.emit({ event: "notice", text: "something else" });
  node.emit({ event: "peer-down", peer: activePeer(), departure: "goodbye" });
  program.interrupt("SIGTERM");
  assertEquals(await ended, 0);
  const lines = program.jsonLines.map((line) => Object(line));
  assertEquals(lines.map(({ event, peerId }) => [event, peerId]), [
    ["peer", RED],
    ["peer-up", BLUE],
    ["peer-down", RED],
  ]);
  assertEquals(lines[1].at, new Date(NOW).toISOString());
  assertEquals([node.listeners, node.stopped, node.init.listen], [0, true, "ephemeral"]);
});

Deno.test("`peers --watch --json` neither loses nor repeats who comes while it reads", async () => {
  const peers: ActivePeer[] = [];
  const { program, ended } = await watching({
    peers,
    start: (node) => {
      const { peers: list } = node;
      node.peers = () => {
        comes(peers, activePeer(), node);
        const answer = list.call(node);
        comes(peers, blue, node);
        return answer;
      };
      return Promise.resolve(node);
    },
  }, "--json");
  await using _program = program;
  program.interrupt();
  assertEquals(await ended, 130);
  assertEquals(
    program.jsonLines.map((line) => [Object(line).event, Object(line).peerId]),
    [["peer", RED], ["peer-up", BLUE]],
  );
});

Deno.test("`peers --watch` prints a line for each change into a pipe", async () => {
  const { program, node, ended } = await watching({});
  await using _program = program;
  node.emit({ event: "peer-up", peer: blue });
  node.emit({ event: "peer-down", peer: blue, departure: "goodbye" });
  program.terminal.close();
  assertEquals(await ended, 0);
  assertEquals(program.terminal.outLines, [
    "14:02 M4jXBy is here (127.0.0.1:7001, asked for)",
    "14:02 M4jXBy left",
  ]);
});

Deno.test("`peers --watch --plain` does so on a terminal, behind the table", async () => {
  const options = { peers: [activePeer()], terminal: SCREEN };
  const { program, node, ended } = await watching(options, "--plain");
  await using _program = program;
  node.emit({ event: "peer-down", peer: activePeer(), departure: "closed" });
  program.interrupt("SIGHUP");
  assertEquals(await ended, 0);
  const [header, ...lines] = program.terminal.outLines;
  assert(header?.startsWith("name  peer id"));
  assertEquals(lines.length, 2);
  assertEquals(lines[1], "14:02 red closed the connection");
  assert(!program.terminal.out.includes("\x1b"));
});

Deno.test("`peers --watch` on a screen draws anew what changes, and `q` leaves the table", async () => {
  const peers = [activePeer()];
  const { program, node, ended } = await watching({ peers, terminal: SCREEN });
  await using _program = program;
  const { terminal } = program;
  await terminal.until(({ out }) => out.includes("1 peer; q stops"));
  comes(peers, blue, node);
  await terminal.until(({ out }) => out.includes("2 peers; q stops"));
  assertStringIncludes(terminal.out, "127.0.0.1:7001");
  assert(terminal.raw);
  terminal.press("\x1b[A");
  const before = terminal.out.length;
  terminal.press("q");
  assertEquals(await ended, 0);
  const left = terminal.out.slice(before);
  const rows = left.split("\r\n");
  assertEquals(rows.slice(1).map((row) => row.split(" ")[0]), ["red", "blue", "\x1b[?25h"]);
  assert(!left.includes("q stops"));
  assertEquals([terminal.raw, node.listeners, node.stopped], [false, 0, true]);
});

Deno.test("`peers --watch` on a screen draws nothing where nothing has changed", async () => {
  const asked = { times: 0, enough: Promise.withResolvers<void>() };
  const { program, ended } = await watching({
    peers: [activePeer()],
    terminal: SCREEN,
    start: (node) => {
      const { peers } = node;
      node.peers = () => {
        if (++asked.times === 3) asked.enough.resolve();
        return peers.call(node);
      };
      return Promise.resolve(node);
    },
  });
  await using _program = program;
  const before = program.terminal.out;
  await asked.enough.promise;
  await Promise.resolve();
  assertEquals(program.terminal.out, before);
  program.terminal.resize(60);
  assert(program.terminal.out !== before);
  program.terminal.press("\x03");
  assertEquals(await ended, 130);
});

Deno.test("`peers --watch` on a small screen says how many more there are", async () => {
  const peers = Array.from({ length: 9 }, (_, index) => activePeer({ peerId: `${index}${BLUE}` }));
  const { program, ended } = await watching({ peers, terminal: { ...SCREEN, rows: 6 } });
  await using _program = program;
  assertStringIncludes(program.terminal.out, "and 7 more\r\n9 peers; q stops");
  program.interrupt("SIGTERM");
  assertEquals(await ended, 0);
  assertStringIncludes(program.terminal.out, "and 6 more\r\n\x1b[?25h");
});

Deno.test("`peers --watch` refuses what makes no sense with it", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("peers", "--watch", "--known"), 2);
  assertEquals(program.terminal.errLines[0], "error: --watch does not go with --known");
  assertEquals(await program.run("peers", "--plain"), 2);
  assertEquals(program.terminal.errLines[0], "error: --plain goes with --watch only");
});
