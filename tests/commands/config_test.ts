import { assertEquals, assertStringIncludes } from "@std/assert";
import { Harness } from "./harness.ts";

Deno.test("`config set`, `get`, `show` and `unset` work on the profile's file", async () => {
  await using program = await Harness.make();
  const file = `${program.home}/default/config.json`;
  assertEquals(await program.run("config", "set", "port", "7001"), 0);
  assertEquals(program.terminal.out + program.terminal.err, "");
  assertEquals(JSON.parse(await Deno.readTextFile(file)), {
    "$schema": "./config.schema.json",
    port: 7001,
  });

  assertEquals(await program.run("config", "get", "port"), 0);
  assertEquals(program.terminal.outLines, ["7001"]);

  assertEquals(await program.run("config", "show"), 0);
  assertEquals(program.terminal.outLines[0], "setting         value      from");
  assertEquals(program.terminal.outLines[3], `port            7001       ${file}`);
  assertEquals(program.terminal.outLines[4], "mandatory       none       default");

  assertEquals(await program.run("config", "unset", "port"), 0);
  assertEquals(await program.run("config", "get", "port"), 0);
  assertEquals(program.terminal.outLines, ["7000"]);
});

Deno.test("`config unset` says so where there is nothing to take out", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("config", "unset", "port"), 2);
  assertStringIncludes(program.terminal.err, 'error: "port" is not set in ');
  assertEquals(await program.run("config", "unset", "prt"), 2);
  assertStringIncludes(program.terminal.err, 'hint: did you mean "port"?');
});

Deno.test("`config unset` takes out a key that is not known", async () => {
  await using program = await Harness.make();
  await program.run("config", "set", "port", "7001");
  await Deno.writeTextFile(`${program.home}/default/config.json`, '{"old": 1}');
  assertEquals(await program.run("config", "show"), 2);
  assertEquals(await program.run("config", "unset", "old"), 0);
  assertEquals(await program.run("config", "show"), 0);
});

Deno.test("`config show --json` prints typed values and where they come from", async () => {
  await using program = await Harness.make({ env: { P2P_CHAT_MANDATORY: "a:1,b:2" } });
  assertEquals(await program.run("config", "show", "--json"), 0);
  assertEquals(program.jsonLines.slice(2, 5), [
    { event: "setting", key: "port", value: 7000, origin: "default", from: null },
    {
      event: "setting",
      key: "mandatory",
      value: ["a:1", "b:2"],
      origin: "environment",
      from: "P2P_CHAT_MANDATORY",
    },
    { event: "setting", key: "mdns", value: true, origin: "default", from: null },
  ]);
});

Deno.test("`config get --json` prints one setting", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("config", "get", "logFile", "--json"), 0);
  assertEquals(program.jsonLines, [
    { event: "setting", key: "logFile", value: null, origin: "default", from: null },
  ]);
});

Deno.test("`config path` names the file of the profile that is meant", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("config", "path", "--profile", "work"), 0);
  assertEquals(program.terminal.outLines, [`${program.home}/work/config.json`]);
});

Deno.test("`config show` names the file and the value that are wrong", async () => {
  await using program = await Harness.make();
  await program.run("config", "set", "port", "7001");
  const file = `${program.home}/default/config.json`;
  await Deno.writeTextFile(file, '{"port": "high"}');
  assertEquals(await program.run("config", "show"), 2);
  assertStringIncludes(program.terminal.err, `error: ${file}: port cannot be "high"`);
});
