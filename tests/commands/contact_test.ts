import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openHistory } from "../../src/history/mod.ts";
import { fingerprint } from "../../src/identity/fingerprint.ts";
import type { MemoryTerminalOptions } from "../../src/terminal/memory_terminal.ts";
import { displayWidth } from "../../src/terminal/width.ts";
import { qrLinesOf, readQr } from "../terminal/qr_reader.ts";
import { Harness } from "./harness.ts";
import { activePeer, BLUE, NOW, RED, SELF } from "./twin_node.ts";

const DAY_MS = 24 * 60 * 60_000;

/** A profile that remembers red and blue, and has red as the contact Anna. */
async function known(terminal: MemoryTerminalOptions = {}): Promise<Harness> {
  const program = await Harness.make({ terminal, peers: [activePeer()] });
  await program.run("id", "--json");
  const { peerId } = JSON.parse(program.terminal.outLines[0] ?? "");
  using history = openHistory(`${program.home}/default/chat.db`, peerId, NOW);
  const { peers, contacts } = history;
  peers.remember({ peerId: RED, name: "red", source: "asked", seenAt: NOW - DAY_MS });
  peers.remember({ peerId: BLUE, name: "anna", source: "mdns", seenAt: NOW - 2 * DAY_MS });
  contacts.change([{ peerId: RED, alias: "Anna", note: "from\x1b[2J work" }], NOW);
  return program;
}

/** Runs a command line that is to end with `code`. */
async function run(program: Harness, code: number, ...args: string[]) {
  assertEquals(await program.run("contact", ...args), code, program.terminal.err);
  return { out: program.terminal.outLines, err: program.terminal.err };
}

Deno.test("`contact` lists the contacts by name", async () => {
  await using program = await known();
  await run(program, 0, "add", "M4jXBy");
  await run(program, 0, "block", BLUE);
  await run(program, 0, "verify", "anna", "--fingerprint", fingerprint(RED));
  for (const args of [[], ["list"]]) {
    assertEquals(
      (await run(program, 0, ...args)).out,
      [
        "name           peer id  note                verified  blocked  last seen",
        "Anna           Jmfxzu   from\\u{1B}[2J work  yes                1 d ago",
        "anna (M4jXBy)  M4jXBy                                 yes      2 d ago",
      ],
    );
  }
  assertEquals(program.nodes.length, 0, "no node is started");
});

Deno.test("`contact list` fits on a narrow terminal", async () => {
  await using program = await known({ interactive: true, columns: 46 });
  const { out } = await run(program, 0, "list");
  assert(out.every((line) => displayWidth(line) <= 46), out.join("\n"));
});

Deno.test("`contact list --json` tells everything", async () => {
  await using program = await known();
  await run(program, 0, "list", "--json");
  assertEquals(program.jsonLines, [{
    event: "contact",
    peerId: RED,
    name: "Anna",
    classic: false,
    alias: "Anna",
    note: "from\x1b[2J work",
    fingerprint: fingerprint(RED),
    verifiedAt: null,
    blockedAt: null,
    lastSeen: new Date(NOW - DAY_MS).toISOString(),
    change: null,
    reason: null,
  }]);
});

Deno.test("`contact` says how to begin where there are none", async () => {
  await using program = await Harness.make();
  assertStringIncludes((await run(program, 0)).err, "contact add PEER --alias");
  assertEquals(
    (await run(program, 0, "export")).out.join(" "),
    [
      '{   "format": "p2p-chat contacts",   "version": 1,   "contacts": [] }',
    ].join(),
  );
});

Deno.test("`contact add` takes a peer that was never met, and makes the identity if need be", async () => {
  await using program = await Harness.make();
  const { out, err } = await run(
    program,
    0,
    "add",
    `/ip4/10.0.0.1/tcp/7000/p2p/${RED}`,
    "--alias",
    "Anna",
  );
  assertEquals(out, ["added Anna (Jmfxzu)"]);
  assertMatch(err, /first start.*contact verify Anna\n$/s);
  assertEquals((await run(program, 0, "add", "anna")).out, ["already a contact: Anna (Jmfxzu)"]);
  assertEquals((await run(program, 0, "add", RED, "--note", "n")).out, ["changed Anna (Jmfxzu)"]);
  assertStringIncludes((await run(program, 0, "list")).out[1] ?? "", "never");
  assertStringIncludes((await run(program, 0, "export")).out.join(""), "/ip4/10.0.0.1/tcp/7000");
});

Deno.test("`contact alias` renames, and `send` and `history` know the new one at once", async () => {
  await using program = await known();
  const { out } = await run(program, 0, "alias", "anna", "Éva");
  assertEquals(out, ["Anna (Jmfxzu) is now called Éva"]);
  assertEquals(await program.run("history", "e\u0301VA"), 0);
  assertEquals(await program.run("history", "anna"), 0, "blue calls itself so");
  assertEquals((await run(program, 0, "alias", "éva", "")).out, ["red (Jmfxzu) has no alias"]);
  await run(program, 0, "alias", BLUE, "x");
  const { err } = await run(program, 2, "alias", "red", "X");
  assertStringIncludes(err, `the alias "X" is taken by ${BLUE}`);
});

for (
  const [code, args, words] of [
    [4, ["alias", "nobody", "x"], "no peer is known"],
    [2, ["alias", "anna", "a:b"], "looks like an address"],
    [2, ["alias", "anna"], "ALIAS is missing"],
    [2, ["note", "anna", "n".repeat(501)], "at most 500 characters"],
    [2, ["add", "127.0.0.1:7000"], "is an address, and anybody may be there"],
    [4, ["remove", BLUE], "is not a contact"],
    [2, ["verify", "anna"], "there is nobody here"],
    [2, ["verify", "anna", "--fingerprint", "12345"], "60 digits"],
    [5, ["verify", "anna", "--fingerprint", fingerprint(BLUE)], "the fingerprint of Anna"],
    [2, ["xyzzy"], "xyzzy"],
    [2, ["import", "/nowhere/contacts.json"], "cannot be read"],
    [2, ["import", "/"], "cannot be read"],
  ] as const
) {
  Deno.test(`\`contact ${args.join(" ").slice(0, 40)}\` ends with ${code}: ${words}`, async () => {
    await using program = await known();
    assertStringIncludes((await run(program, code, ...args)).err, words);
    assertEquals((await run(program, 0)).out.length, 2, "nothing was changed");
  });
}

Deno.test("`contact` does not take this very profile", async () => {
  await using program = await known();
  await program.run("id", "--json");
  const { peerId } = JSON.parse(program.terminal.outLines[0] ?? "");
  assertStringIncludes((await run(program, 2, "block", peerId)).err, "that is this very profile");
});

Deno.test("`contact note`, `block`, `unblock` say what is so now", async () => {
  await using program = await known();
  const lines = async (...args: string[]) => (await run(program, 0, ...args)).out;
  assertEquals(await lines("note", "anna", "new\nline"), ["Anna (Jmfxzu): note: new⏎line"]);
  assertEquals(await lines("note", "anna", ""), ["Anna (Jmfxzu): no note"]);
  assertEquals(await lines("unblock", "anna"), ["Anna (Jmfxzu) is not blocked"]);
  assertEquals(await lines("block", "anna"), ["blocked Anna (Jmfxzu)"]);
  assertStringIncludes(program.terminal.err, "what waits for it stays queued");
  assertEquals(await lines("block", "anna"), ["Anna (Jmfxzu) was blocked already"]);
  assertEquals(await lines("unblock", "anna", "--json"), program.terminal.outLines);
  assertEquals([Object(program.jsonLines[0]).change, Object(program.jsonLines[0]).blockedAt], [
    "changed",
    null,
  ]);
});

Deno.test("`contact remove` says that the history stays", async () => {
  await using program = await known();
  await run(program, 0, "block", "anna");
  const { out, err } = await run(program, 0, "remove", "anna");
  assertEquals(out, ["removed Anna (Jmfxzu)"]);
  assertMatch(err, /the messages stay in the history\nit is not blocked any more/);
  assertEquals((await run(program, 0)).out, []);
});

Deno.test("`contact verify --fingerprint` compares digits, however they are written", async () => {
  await using program = await known();
  const digits = fingerprint(RED);
  for (const given of [digits, digits.replaceAll(" ", ""), digits.replaceAll(" ", "-")]) {
    assertEquals((await run(program, 0, "verify", "anna", "--fingerprint", given)).out, [
      "verified Anna (Jmfxzu)",
    ]);
  }
  assertEquals((await run(program, 0, "verify", "anna", "--undo")).out, [
    "Anna (Jmfxzu) is not verified",
  ]);
  await run(program, 0, "list", "--json");
  assertEquals(Object(program.jsonLines[0]).verifiedAt, null);
});

for (const [key, code, verified] of [["y", 0, true], ["n", 1, false], ["\r", 1, false]] as const) {
  Deno.test(`\`contact verify\` shows both fingerprints; ${JSON.stringify(key)} ends with ${code}`, async () => {
    await using program = await known({ interactive: true, keepOpen: true, columns: 40 });
    await program.run("id", "--json");
    const own = JSON.parse(program.terminal.outLines[0] ?? "").fingerprint;
    const ended = program.run("contact", "verify", "anna");
    await program.terminal.until(({ out }) => out.includes("Are both the same there?"));
    const { outLines } = program.terminal;
    for (
      const half of [own, fingerprint(RED)].flatMap((all) => [all.slice(0, 35), all.slice(36)])
    ) {
      assert(outLines.some((line) => line.includes(half)), outLines.join("\n"));
    }
    program.terminal.press(key === "\r" ? key : `${key}\r`);
    assertEquals(await ended, code);
    await run(program, 0, "list", "--json");
    assertEquals(Object(program.jsonLines[0]).verifiedAt !== null, verified);
  });
}

Deno.test("`contact verify` has a QR code of the own digits where a screen has room beside them", async () => {
  for (const columns of [71, 80]) {
    await using program = await known({ interactive: true, keepOpen: true, columns, rows: 20 });
    await program.run("id", "--json");
    const own = JSON.parse(program.terminal.outLines[0] ?? "").fingerprint;
    const ended = program.run("contact", "verify", "anna");
    await program.terminal.until(({ out }) => out.includes("Are both the same there?"));
    const rows = program.terminal.outLines.filter((line) => /^[█▀▄ ]{33}( {2}|$)/.test(line));
    const code = qrLinesOf(rows.map((line) => line.slice(0, 33)));
    assertEquals(code.length > 0, columns >= 80);
    if (columns >= 80) {
      assertEquals(readQr(code, "dark"), own);
      assertStringIncludes(program.terminal.out, `  ${fingerprint(RED).slice(36)}`);
    }
    program.terminal.press("n\r");
    await ended;
  }
});

Deno.test("`contact import` takes what `contact export` gave, twice without a change", async () => {
  await using program = await known();
  await run(program, 0, "block", BLUE);
  const { out } = await run(program, 0, "export");
  assert(out.every((line) => /^[\x20-\x7e]*$/.test(line)), out.join("\n"));
  const file = `${program.home}/contacts.json`;
  await Deno.writeTextFile(file, out.join("\n"));
  const other = ["--profile", "other"];
  const first = await run(program, 0, "import", file, ...other);
  assertEquals(first.out, ["added Anna (Jmfxzu)", "added M4jXBy, blocked"]);
  assertStringIncludes(first.err, "2 added, 0 changed, 0 unchanged, 0 skipped");
  const second = await run(program, 0, "import", file, ...other);
  assertEquals(second.out, []);
  assertStringIncludes(second.err, "0 added, 0 changed, 2 unchanged, 0 skipped");
  assertEquals((await run(program, 0, "export", ...other)).out, out);
});

Deno.test("`contact import` reads standard input, and skips an alias that is taken", async () => {
  const contacts = [{ peerId: BLUE, alias: "ANNA" }];
  const input = JSON.stringify({ format: "p2p-chat contacts", version: 1, contacts });
  await using program = await known({ input });
  const { out, err } = await run(program, 1, "import");
  assertEquals(out, []);
  assertMatch(err, /skipped 12D3KooWM4.*: its alias is taken by 12D3KooWJm.*\n0 added.* 1 skipped/);
  await run(program, 1, "import", "-", "--json");
  assertEquals(
    program.jsonLines.map((line) => [Object(line).change, Object(line).reason]),
    [["skipped", `its alias is taken by ${RED}`]],
  );
});

Deno.test("`contact import` refuses 100 MB, and what is not text, without reading it whole", async () => {
  await using program = await known({ input: new Uint8Array([0x7b, 0xff]) });
  const file = `${program.home}/huge.json`;
  {
    using huge = await Deno.open(file, { create: true, write: true });
    await huge.truncate(100_000_000);
  }
  assertStringIncludes((await run(program, 2, "import", file)).err, "longer than 4 MiB");
  if (Deno.build.os !== "windows") {
    assertStringIncludes((await run(program, 2, "import", "/dev/zero")).err, "longer than 4 MiB");
  }
  assertStringIncludes((await run(program, 2, "import")).err, "standard input is not UTF-8 text");
});

Deno.test("`contact` changes a node that runs, and nothing beside it", async () => {
  await using program = await known();
  const started = program.nextNode();
  const ended = program.run("listen");
  const node = await started;
  const interrupt = program.interruption;
  assertEquals((await run(program, 0, "block", "red")).out, ["blocked red (Jmfxzu)"]);
  assertEquals(node.contactsNow.get(RED)?.blockedAt, NOW);
  await run(program, 0, "alias", "red", "Rosa");
  assertEquals((await run(program, 0, "remove", "rosa")).out, ["removed Rosa (Jmfxzu)"]);
  assertEquals(node.contactsNow.size, 0);
  const contacts = [{ peerId: BLUE, note: "new" }];
  const file = `${program.home}/contacts.json`;
  await Deno.writeTextFile(
    file,
    JSON.stringify({ format: "p2p-chat contacts", version: 1, contacts }),
  );
  await run(program, 0, "import", file);
  assertEquals(node.contactsNow.get(BLUE)?.note, "new");
  assertEquals(node.peerId, SELF);
  interrupt("SIGTERM");
  assertEquals(await ended, 0);
});
