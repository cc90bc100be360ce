import { assert, assertEquals, assertMatch } from "@std/assert";
import { displayWidth } from "../../src/terminal/width.ts";
import { contents } from "../history/damaged_fixture.ts";
import { Harness } from "./harness.ts";

/** Loopback, any free port, no multicast: what does not depend on this machine. */
const QUIET = ["--host", "127.0.0.1", "--port", "0", "--no-mdns"];

function statuses(program: Harness): Record<string, unknown> {
  return Object.fromEntries(program.terminal.outLines.map((line) => {
    const { check, status } = JSON.parse(line);
    return [check, status];
  }));
}

Deno.test("`doctor` before the first start makes nothing and says what will", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("doctor", "--json", ...QUIET), 0);
  assertEquals(statuses(program), {
    profile: "warning",
    settings: "ok",
    identity: "skipped",
    database: "skipped",
    control: "skipped",
    clock: "ok",
    port: "ok",
    addresses: "warning",
    mdns: "skipped",
    mandatory: "skipped",
  });
  assertEquals([...Deno.readDirSync(program.home)], []);
  assertEquals(program.node, undefined);
});

Deno.test("`doctor --json` prints one check a line, with every field", async () => {
  await using program = await Harness.make();
  await program.run("doctor", "--json", ...QUIET);
  const lines = program.terminal.outLines.map((line) => JSON.parse(line));
  for (const line of lines) {
    assertEquals(Object.keys(line), ["event", "check", "status", "message", "hint"]);
    assertEquals(line.event, "check");
    assert(typeof line.message === "string" && line.message !== "");
    assert(line.hint === null || typeof line.hint === "string");
  }
  const [profile] = lines;
  assertEquals(profile, {
    event: "check",
    check: "profile",
    status: "warning",
    message: `${program.home}/default is not there yet`,
    hint: "the first start makes it: p2p-chat, or p2p-chat listen",
  });
});

Deno.test("`doctor` of a profile in order ends with 0 and says that all is well", async () => {
  await using program = await Harness.make();
  await program.run("id");
  await program.run("config", "set", "name", "red");
  const before = contents(`${program.home}/default`);
  assertEquals(await program.run("doctor", "--host", "0.0.0.0", "--port", "0", "--no-mdns"), 0);
  const { outLines, errLines } = program.terminal;
  assertMatch(outLines[0] ?? "", /^ok {4}profile {4}.*\/default, readable by you alone$/);
  assertMatch(outLines[1] ?? "", /^ok {4}settings {3}.*config\.json sets name; this command sets /);
  assertMatch(outLines[2] ?? "", /^ok {4}identity {3}12D3KooW\w{44}, fingerprint (\d{5} ?){12}$/);
  // A machine without a network has one warning.
  assertMatch(outLines.at(-1) ?? "", /^(all is well|1 warning)$/);
  assertEquals(errLines, []);
  assertEquals(contents(`${program.home}/default`), before);
});

Deno.test("`doctor` with wrong settings says which, and looks at the rest", async () => {
  await using program = await Harness.make();
  await program.run("id");
  await Deno.writeTextFile(`${program.home}/default/config.json`, `{"prot": 7000}`);
  assertEquals(await program.run("doctor", "--json"), 1);
  const found = statuses(program);
  assertEquals(found.settings, "bad");
  assertEquals([found.profile, found.identity, found.clock], ["warning", "ok", "ok"]);
  assertEquals([found.port, found.addresses, found.mandatory], ["skipped", "skipped", "skipped"]);
  assert(program.terminal.out.includes(`did you mean \\"port\\"?`), program.terminal.out);
});

Deno.test("`doctor` with a wrong flag is wrong usage", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("doctor", "--port", "70000"), 2);
  assertEquals(program.terminal.out, "");
});

Deno.test("`doctor` calls every mandatory peer and ends with 1 where one does not answer", async () => {
  await using program = await Harness.make();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  gone.close();
  const [here, away] = [listener, gone].map(({ addr }) => `127.0.0.1:${addr.port}`);
  const args = ["--mandatory", here ?? "", "--mandatory", away ?? ""];
  assertEquals(await program.run("doctor", ...QUIET, ...args), 1);
  (await listener.accept()).close();
  listener.close();
  const lines = program.terminal.outLines.slice(-4);
  assertMatch(lines[0] ?? "", new RegExp(`^ok    mandatory  ${here} answers after `));
  assertEquals(lines[1], `bad   mandatory  ${away}: nobody listens there (connection refused)`);
  assertMatch(lines[2] ?? "", /^ {17}hint: /);
  assertEquals(lines[3], "1 bad, 2 warnings");
});

Deno.test("`doctor` looks at the port for the old programs where there is to be one", async () => {
  await using program = await Harness.make();
  await program.run("doctor", ...QUIET);
  assertEquals(program.terminal.outLines.filter((line) => line.includes("classic")), []);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  assertEquals(await program.run("doctor", ...QUIET, "--classic-port", `${port}`), 1);
  const { outLines } = program.terminal;
  const taken = outLines.findIndex((line) => /^bad {3}classic /.test(line));
  assertMatch(outLines[taken] ?? "", new RegExp(` port ${port} is in use `));
  assertMatch(outLines[taken + 1] ?? "", /hint: .*--classic-port/);
  listener.close();
  await program.run("doctor", ...QUIET, "--classic-port", `${port}`);
  assertMatch(
    program.terminal.outLines.find((line) => /^ok {4}classic /.test(line)) ?? "",
    new RegExp(`${port} is free; plain text, not verified$`),
  );
});

for (const columns of [40, 80]) {
  Deno.test(`\`doctor\` fits a terminal of ${columns} columns`, async () => {
    await using program = await Harness.make({ terminal: { interactive: true, columns } });
    await program.run("id");
    await program.run("doctor", ...QUIET, "--mandatory", "127.0.0.1:1");
    for (const line of program.terminal.outLines) assert(displayWidth(line) <= columns, line);
    assert(program.terminal.outLines.some((line) => line.trimStart().startsWith("hint: ")));
  });
}
