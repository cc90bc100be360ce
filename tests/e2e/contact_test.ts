/** `contact` with real processes: what is decided reaches the node that runs at once. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ContactLine, NdjsonLine, OutboxLine, PeerLine } from "../../src/commands/ndjson.ts";
import { fingerprint } from "../../src/identity/fingerprint.ts";
import { arrived, peerDown, peerUp } from "./lines.ts";
import { Home, LOOPBACK } from "./program.ts";

const contacts = (events: readonly NdjsonLine[]) =>
  events.filter((line): line is ContactLine => line.event === "contact");

/** Two people whose nodes run and are connected. */
async function pair(green: Home, red: Home) {
  const there = await red.listen(["--name", "red"]);
  const to = `127.0.0.1:${there.port}`;
  const here = await green.listen(["--name", "green", "--mandatory", to]);
  await here.node.find(peerUp(there.peerId));
  await there.node.find(peerUp(here.peerId));
  return { here, there, to };
}

Deno.test("`contact block` cuts a peer off in the node that runs, `unblock` lets it back", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const { here, there } = await pair(green, red);
  assertEquals((await green.run(["contact", "add", "red", "--alias", "Rosa"])).code, 0);
  const blocked = await green.run(["contact", "block", "rosa"]);
  assertEquals(blocked.out, [`blocked Rosa (${there.peerId.slice(8, 14)})`]);
  await here.node.find(peerDown(there.peerId));
  const down = await there.node.find(peerDown(here.peerId));
  assert(down.departure !== "goodbye");

  const refused = await green.run(["send", "Rosa", "no"]);
  assertEquals(refused.code, 5);
  assertMatch(refused.err.join("\n"), /Rosa: blocked by you\nhint: .*contact unblock/);
  const sent = await red.run(["send", "green", "let me in", "--timeout", "500ms"]);
  assertEquals(sent.code, 3, sent.err.join("\n"));
  assert(!/block/.test(sent.err.join("\n")), "it is not told why");
  assertEquals((await green.run(["why", "rosa"])).code, 1);
  assertEquals((await green.run(["peers", "--json", "--wait", "100ms"])).events, []);

  assertEquals((await green.run(["contact", "unblock", "rosa"])).code, 0);
  const message = await here.node.find(arrived("let me in"));
  assertEquals(message.name, "Rosa");
});

Deno.test("what waits for a peer that is blocked says so, and goes out when it is unblocked", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const { there } = await pair(green, red);
  there.node.kill("SIGTERM");
  await there.node.finished();
  assertEquals((await green.run(["send", "red", "waiting", "--until", "queued"])).code, 0);
  await green.run(["contact", "block", "red"]);
  const listed = await green.run(["outbox"]);
  assertMatch(
    listed.out.join("\n"),
    /1 message waits.*\n +blocked by you; .*contact unblock \w{6}/,
  );
  const [line] = (await green.run(["outbox", "--json"])).events
    .filter((each): each is OutboxLine => each.event === "outbox");
  assertEquals([line?.lastError, line?.nextAttempt], ["blocked by you", null]);
  const again = await red.listen(["--name", "red"], there.port);
  assertEquals((await green.run(["outbox", "retry", "--timeout", "500ms"])).code, 3);
  await green.run(["contact", "unblock", line?.peerId ?? ""]);
  await again.node.find(arrived("waiting"));
});

Deno.test("an alias is shown everywhere, and can be written for PEER", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const { here, there } = await pair(green, red);
  await green.run(["contact", "alias", there.peerId, "Éva"]);
  const digits = fingerprint(there.peerId);
  const verified = await green.run(["contact", "verify", "éva", "--fingerprint", digits, "--json"]);
  assertEquals(contacts(verified.events).map(({ name, change }) => [name, change]), [[
    "Éva",
    "changed",
  ]]);
  assertEquals((await green.run(["send", "ÉVA", "hi"])).code, 0);
  await there.node.find(arrived("hi"));
  assertEquals((await red.run(["send", "green", "back"])).code, 0);
  assertEquals((await here.node.find(arrived("back"))).name, "Éva");
  for (const args of [["peers", "--json"], ["peers", "--known", "--json"]]) {
    const { events } = await green.run(args);
    const names = events.filter((line): line is PeerLine => line.event === "peer")
      .map(({ name }) => name);
    assertEquals(names, ["Éva"]);
  }
  assertMatch((await green.run(["history", "éva"])).out.join("\n"), /you to Éva: hi\n.*Éva: back/);
});

Deno.test("`contact import` of thousands goes through the node that runs", async () => {
  await using green = await Home.make();
  const { node } = await green.listen();
  const file = {
    format: "p2p-chat contacts",
    version: 1,
    contacts: Array.from({ length: 2_000 }, (_, index) => ({
      peerId: peerIdOf(index),
      alias: `contact ${index}`,
      note: "ü".repeat(500),
    })),
  };
  const input = JSON.stringify(file);
  const first = await green.run(["contact", "import"], { input });
  assertEquals([first.code, first.err.at(-1)], [
    0,
    "2000 added, 0 changed, 0 unchanged, 0 skipped",
  ]);
  const second = await green.run(["contact", "import"], { input });
  assertEquals(second.err.at(-1), "0 added, 0 changed, 2000 unchanged, 0 skipped");
  node.kill("SIGTERM");
  await node.finished();
  assertEquals((await green.run(["contact", "list", "--json"])).events.length, 2_000);
  const offline = await green.run(["contact", "block", "contact 7"]);
  assertEquals(offline.code, 0);
  const sent = await green.run(["send", "contact 7", "x", ...LOOPBACK]);
  assertEquals(sent.code, 5, sent.err.join("\n"));
});

/** The id of a peer whose public key is this number. */
function peerIdOf(key: number): string {
  const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  let text = "";
  for (let value = (0x002408011220n << 256n) | BigInt(key); value > 0n; value /= 58n) {
    text = alphabet[Number(value % 58n)] + text;
  }
  return `1${text}`;
}
