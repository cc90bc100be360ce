import { assert, assertEquals, assertRejects } from "@std/assert";

import {
  readConfigFile,
  setInConfigFile,
  unsetInConfigFile,
} from "../../src/config/config_file.ts";
import { configSchema } from "../../src/config/json_schema.ts";
import { ChatError } from "../../src/errors.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

async function fails(act: () => Promise<unknown>): Promise<ChatError> {
  const error = await assertRejects(act, ChatError) as ChatError;
  assertEquals(error.code, "bad-config");
  assert(error.hint !== undefined);
  return error;
}

Deno.test("readConfigFile() reads nothing where there is no file", async () => {
  await using folder = await TemporaryFolder.make();
  assertEquals(await readConfigFile(`${folder.path}/config.json`), new Map());
});

Deno.test("readConfigFile() leaves a file in the way of the folder to whoever opens the profile", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/home`, "a file");
  assertEquals(await readConfigFile(`${folder.path}/home/default/config.json`), new Map());
});

Deno.test("readConfigFile() reads the values as they are, also wrong and unknown ones", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/config.json`;
  await Deno.writeTextFile(path, `\uFEFF{"port": "x", "colour": null, "__proto__": 1}`);
  assertEquals(
    await readConfigFile(path),
    new Map<string, unknown>([["port", "x"], ["colour", null], ["__proto__", 1]]),
  );
});

Deno.test("readConfigFile() says where the file stops being JSON", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/config.json`;
  await Deno.writeTextFile(path, '{\n  "port": 7000,\n  name: "red"\n}\n');
  const error = await fails(() => readConfigFile(path));
  assertEquals(error.message, `${path}:3:3: expected a key in double quotes`);
  await Deno.writeTextFile(path, "");
  assertEquals((await fails(() => readConfigFile(path))).message, `${path}:1:1: expected a value`);
});

Deno.test("readConfigFile() refuses what is not a small UTF-8 file with an object", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/config.json`;
  for (const text of ["[]", "null", "7000", `"red"`]) {
    await Deno.writeTextFile(path, text);
    assertEquals(
      (await fails(() => readConfigFile(path))).message,
      `${path}: the file holds ${text}, expected an object`,
    );
  }
  await Deno.writeFile(path, new Uint8Array([0x7b, 0xff, 0x7d]));
  assertEquals(
    (await fails(() => readConfigFile(path))).message,
    `${path}: the file is not UTF-8 text`,
  );
  await Deno.writeTextFile(path, " ".repeat(300_000));
  assertEquals(
    (await fails(() => readConfigFile(path))).message,
    `${path}: the file has 300000 bytes, expected at most 256 KiB`,
  );
  await Deno.remove(path);
  await Deno.mkdir(path);
  await fails(() => readConfigFile(path));
});

Deno.test("setInConfigFile() writes one key and keeps all others", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/config.json`;
  await setInConfigFile(path, "port", 7001);
  assertEquals(
    await Deno.readTextFile(path),
    `{\n  "$schema": "./config.schema.json",\n  "port": 7001\n}\n`,
  );
  await Deno.writeTextFile(path, `{"colour": "red", "port": "x"}`);
  await setInConfigFile(path, "mandatory", ["a:1"]);
  await setInConfigFile(path, "port", 7002);
  await setInConfigFile(path, "logFile", undefined);
  assertEquals(Object.fromEntries(await readConfigFile(path)), {
    colour: "red",
    port: 7002,
    mandatory: ["a:1"],
    logFile: null,
  });
  if (Deno.build.os !== "windows") {
    assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("setInConfigFile() puts the schema beside the file, and replaces an old one", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/config.json`;
  const schema = `${folder.path}/config.schema.json`;
  await setInConfigFile(path, "port", 7001);
  assertEquals(JSON.parse(await Deno.readTextFile(schema)), configSchema());
  await Deno.writeTextFile(schema, "{}");
  await setInConfigFile(path, "port", 7002);
  assertEquals(JSON.parse(await Deno.readTextFile(schema)), configSchema());
});

Deno.test("setInConfigFile() leaves a schema of the person's own alone", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/config.json`;
  await Deno.writeTextFile(path, `{"$schema": "../mine.json"}`);
  await setInConfigFile(path, "port", 7001);
  assertEquals(
    JSON.parse(await Deno.readTextFile(path)),
    { "$schema": "../mine.json", port: 7001 },
  );
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["config.json"]);
});

Deno.test("readConfigFile() does not take the schema for a setting", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/config.json`;
  await Deno.writeTextFile(path, `{"$schema": 7, "port": 7001}`);
  assertEquals(await readConfigFile(path), new Map([["port", 7001]]));
});

Deno.test("setInConfigFile() does not touch a file that it cannot understand", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/config.json`;
  await Deno.writeTextFile(path, "{ port: 1 }");
  await fails(() => setInConfigFile(path, "port", 7001));
  assertEquals(await Deno.readTextFile(path), "{ port: 1 }");
});

Deno.test("setInConfigFile() says that the folder is missing", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/nowhere/config.json`;
  const error = await fails(() => setInConfigFile(path, "port", 7001));
  assertEquals(error.message, `${path}: cannot be written: No such file or directory`);
});

Deno.test({
  name: "setInConfigFile() keeps a link that a person set",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/config.json`;
    await Deno.writeTextFile(`${folder.path}/dotfile.json`, "{}");
    await Deno.symlink(`${folder.path}/dotfile.json`, path);
    await setInConfigFile(path, "port", 7001);
    assertEquals((await Deno.lstat(path)).isSymlink, true);
    assertEquals(await readConfigFile(`${folder.path}/dotfile.json`), new Map([["port", 7001]]));
  },
});

Deno.test("unsetInConfigFile() removes one key and keeps all others", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/config.json`;
  assertEquals(await unsetInConfigFile(path, "port"), false);
  await Deno.writeTextFile(path, `{"colour": "red", "port": 1}`);
  assertEquals(await unsetInConfigFile(path, "port"), true);
  assertEquals(await unsetInConfigFile(path, "port"), false);
  assertEquals(await readConfigFile(path), new Map([["colour", "red"]]));
  assertEquals(await unsetInConfigFile(path, "colour"), true);
});
