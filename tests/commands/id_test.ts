import { assert, assertEquals, assertMatch } from "@std/assert";
import { fingerprint } from "../../src/identity/fingerprint.ts";
import { qrLinesOf, readQr } from "../terminal/qr_reader.ts";
import { Harness } from "./harness.ts";

Deno.test("`id` makes the identity at the first start, says so, and keeps it", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("id", "--json"), 0);
  const [first] = program.terminal.outLines;
  const { peerId } = JSON.parse(first ?? "");
  assertEquals(program.terminal.errLines, [
    `first start: a new identity was made, ${peerId}`,
    `its key is ${program.home}/default/identity.key; keep a copy, whoever has it is this peer`,
  ]);
  assertEquals(await program.run("id", "--json"), 0);
  assertEquals(program.terminal.outLines, [first]);
  assertEquals(program.terminal.err, "");
});

Deno.test("`id --json` prints everything that others need", async () => {
  await using program = await Harness.make({
    env: { P2P_CHAT_NAME: "me", P2P_CHAT_HOST: "::1", P2P_CHAT_PORT: "7009" },
  });
  assertEquals(await program.run("id", "--json", "--profile", "work"), 0);
  const [line] = program.terminal.outLines.map((text) => JSON.parse(text));
  assertEquals(line, {
    event: "identity",
    name: "me",
    peerId: line.peerId,
    fingerprint: fingerprint(line.peerId),
    addresses: [`/ip6/::1/tcp/7009/p2p/${line.peerId}`],
    profile: "work",
    folder: `${program.home}/work`,
  });
});

Deno.test("`id` prints a row for each fact", async () => {
  await using program = await Harness.make({
    env: { P2P_CHAT_NAME: "me", P2P_CHAT_HOST: "127.0.0.1" },
  });
  await program.run("id");
  const [name, peer = "", one = "", two = "", address, profile] = program.terminal.outLines;
  assertEquals(name, "name         me");
  assertMatch(peer, /^peer id {6}12D3KooW\w{44}$/);
  assertMatch(one, /^fingerprint {2}(\d{5} ){5}\d{5}$/);
  assertMatch(two, /^ {13}(\d{5} ){5}\d{5}$/);
  assertEquals(address, "address      127.0.0.1:7000");
  assertEquals(profile, `profile      ${program.home}/default`);
});

Deno.test("`id` lists the interfaces for a wildcard, and does not invent a port", async () => {
  await using program = await Harness.make({ env: { P2P_CHAT_PORT: "0" } });
  await program.run("id");
  assert(program.terminal.outLines.some((line) => line.endsWith("127.0.0.1, any free port")));
});

Deno.test("`id` ends with 1 for a key that others can read", async () => {
  await using program = await Harness.make();
  await program.run("id");
  await Deno.chmod(`${program.home}/default/identity.key`, 0o644);
  assertEquals(await program.run("id"), 1);
  assertMatch(program.terminal.err, /^error: identity key .* can be read by other users/);
});

Deno.test("`id` shows a QR code of the address on a screen, and with `--qr` in a pipe", async () => {
  const env = { P2P_CHAT_HOST: "192.168.1.20" };
  const cases = [
    [{ interactive: true, columns: 80, rows: 24 }, [], true],
    [{ interactive: true, columns: 80, rows: 24 }, ["--no-qr"], false],
    [{ interactive: true, columns: 40, rows: 24 }, [], false],
    [{}, [], false],
    [{}, ["--qr"], true],
  ] as const;
  for (const [terminal, args, isShown] of cases) {
    await using program = await Harness.make({ env, terminal });
    assertEquals(await program.run("id", ...args), 0);
    const code = qrLinesOf(program.terminal.outLines);
    assertEquals(code.length > 0, isShown);
    const peerId = /peer id +(\w+)/.exec(program.terminal.out)?.[1];
    if (isShown) assertEquals(readQr(code, "dark"), `/ip4/192.168.1.20/tcp/7000/p2p/${peerId}`);
  }
});

Deno.test("`id --qr` does not go with `--no-qr` and `--json`", async () => {
  for (const other of ["--no-qr", "--json"]) {
    await using program = await Harness.make();
    assertEquals(await program.run("id", "--qr", other), 2);
    assertMatch(program.terminal.err + program.terminal.out, /--qr does not go with/);
  }
});
