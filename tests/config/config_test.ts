import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

import {
  type Config,
  CONFIG_KEYS,
  CONFIG_TABLE,
  type ConfigDefinition,
  type ConfigKey,
  type ConfigValue,
  configValueToJson,
  formatConfigValue,
  WrongValue,
} from "../../src/config/config.ts";

function definition(key: ConfigKey): ConfigDefinition<ConfigValue> {
  return CONFIG_TABLE[key];
}

function defaultName(profileName: string, variables: Record<string, string> = {}): string {
  return CONFIG_TABLE.name.default({ profileName, env: (name) => variables[name] });
}

Deno.test("CONFIG_TABLE gives every setting its own flag, variable and words", () => {
  assertEquals(CONFIG_KEYS, [
    "name",
    "host",
    "port",
    "mandatory",
    "mdns",
    "readReceipts",
    "notifications",
    "classicPort",
    "classicHost",
    "classicDialect",
    "classicLong",
    "classicTeam",
    "logLevel",
    "logFile",
  ]);
  assertEquals(
    CONFIG_KEYS.map((key) => definition(key).env),
    [
      ...["NAME", "HOST", "PORT", "MANDATORY", "MDNS", "READ_RECEIPTS", "NOTIFICATIONS"],
      ...[
        "CLASSIC_PORT",
        "CLASSIC_HOST",
        "CLASSIC_DIALECT",
        "CLASSIC_LONG",
        "CLASSIC_TEAM",
        "LOG_LEVEL",
      ],
      "LOG_FILE",
    ].map((name) => `P2P_CHAT_${name}`),
  );
  assertEquals(new Set(CONFIG_KEYS.map((key) => definition(key).flag)).size, CONFIG_KEYS.length);
  for (const key of CONFIG_KEYS) {
    const { description, allowed, defaultText, flag } = definition(key);
    assert(/^[A-Z].*\.$/.test(description), description);
    assert(allowed.length > 0 && defaultText.length > 0 && /^--[a-z-]+$/.test(flag), key);
  }
});

Deno.test("CONFIG_TABLE has defaults that it allows itself, in text and in JSON", () => {
  for (const key of CONFIG_KEYS) {
    const row = definition(key);
    const value = row.default({ profileName: "red", env: () => undefined });
    assertEquals(row.validate(configValueToJson(value)), value, key);
    assertEquals(row.parse(formatConfigValue(value)), value, key);
  }
});

Deno.test("CONFIG_TABLE.name.default() is the profile's name, or the user's for `default`", () => {
  assertEquals(defaultName("red", { USER: "ann" }), "red");
  assertEquals(defaultName("default", { USER: "ann", LOGNAME: "bob" }), "ann");
  assertEquals(defaultName("default", { USERNAME: "Ann Example" }), "Ann Example");
  assertEquals(defaultName("default", { USER: "", LOGNAME: "bob" }), "bob");
  assertEquals(defaultName("default", { USER: "\x1b[2J", LOGNAME: "x".repeat(65) }), "peer");
  assertEquals(defaultName("default"), "peer");
});

Deno.test("parse() of each setting understands what people write", () => {
  const cases: [ConfigKey, string, Config[ConfigKey]][] = [
    ["name", " Ann  Example ", "Ann  Example"],
    ["name", "😀".repeat(32), "😀".repeat(32)],
    ["host", "::", "::"],
    ["host", "127.0.0.1", "127.0.0.1"],
    ["host", "2001:DB8::0:1", "2001:db8::1"],
    ["port", "0", 0],
    ["port", " 65535 ", 65535],
    ["mandatory", "a:1,b:2", ["a:1", "b:2"]],
    ["mandatory", " a:1  b:2,\n[::1]:3 ,", ["a:1", "b:2", "[::1]:3"]],
    ["mandatory", "a:1 a:1", ["a:1"]],
    ["mandatory", "none", []],
    ["mdns", "YES", true],
    ["mdns", "off", false],
    ["mdns", "0", false],
    ["logLevel", "DEBUG", "debug"],
    ["logFile", "/tmp/a b.log", "/tmp/a b.log"],
    ["logFile", "none", undefined],
  ];
  for (const [key, text, expected] of cases) {
    assertEquals(definition(key).parse(text), expected, `${key} ${text}`);
  }
});

Deno.test("parse() of each setting refuses what is not allowed", () => {
  const cases: [ConfigKey, string][] = [
    ["name", ""],
    ["name", "   "],
    ["name", "x".repeat(65)],
    ["name", "a\nb"],
    ["name", "a\u009bb"],
    ["name", "a\u202eb"],
    ["name", "a\u2028b"],
    ["name", "a\ud800b"],
    ["host", "localhost"],
    ["host", "[::]"],
    ["host", "1.2.3"],
    ["host", ""],
    ["port", "65536"],
    ["port", "-1"],
    ["port", "7e3"],
    ["port", "0x50"],
    ["port", "7000.0"],
    ["port", ""],
    ["mandatory", "a:1,b"],
    ["mdns", "maybe"],
    ["readReceipts", "sometimes"],
    ["notifications", "loud"],
    ["logLevel", "loud"],
    ["logFile", " "],
    ["logFile", "a\0b"],
  ];
  for (const [key, text] of cases) {
    assertThrows(() => definition(key).parse(text), WrongValue, undefined, `${key} ${text}`);
  }
});

Deno.test("validate() of each setting accepts its own kind of JSON value only", () => {
  const right: { [Key in ConfigKey]: unknown[] } = {
    name: ["red"],
    host: ["::"],
    port: [0, 7000],
    mandatory: [[], ["a:1"]],
    mdns: [true, false],
    readReceipts: [true, false],
    notifications: ["bell", "desktop", "off"],
    classicPort: [null, 7000],
    classicHost: ["::"],
    classicDialect: [],
    classicLong: [],
    classicTeam: ["red"],
    logLevel: ["trace"],
    logFile: [null, "a.log"],
  };
  const all: unknown[] = [null, true, false, 0, 1.5, -1, 7000, 65536, "", "red", "::", "trace"]
    .concat(["a.log", "7000", "true"])
    .concat([[], ["a:1"], [1], ["a"], [["a:1"]], {}, { a: 1 }] as never[]);
  const alsoRight: { [Key in ConfigKey]?: unknown[] } = {
    name: ["::", "trace", "a.log", "7000", "true"],
    classicTeam: [null, "::", "trace", "a.log", "7000", "true"],
    logFile: ["red", "::", "trace", "7000", "true"],
  };
  for (const key of CONFIG_KEYS) {
    const accepted = [...right[key], ...alsoRight[key] ?? []].map((value) => JSON.stringify(value));
    for (const value of all) {
      const check = () => definition(key).validate(value);
      if (accepted.includes(JSON.stringify(value))) check();
      else assertThrows(check, WrongValue, undefined, `${key} ${JSON.stringify(value)}`);
    }
    for (const value of right[key]) {
      assertEquals(configValueToJson(definition(key).validate(value)), value);
    }
  }
});

Deno.test("validate() of each setting meets any JSON value with a value or WrongValue", () => {
  fc.assert(fc.property(fc.constantFrom(...CONFIG_KEYS), fc.jsonValue(), (key, value) => {
    try {
      const accepted = definition(key).validate(value);
      assertEquals(definition(key).validate(configValueToJson(accepted)), accepted);
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
    }
  }));
});

Deno.test("formatConfigValue() writes what parse() reads", () => {
  assertEquals(formatConfigValue(["a:1", "b:2"]), "a:1, b:2");
  assertEquals(formatConfigValue([]), "none");
  assertEquals(formatConfigValue(undefined), "none");
  assertEquals(formatConfigValue(false), "false");
  assertEquals(CONFIG_TABLE.mandatory.parse("a:1, b:2"), ["a:1", "b:2"]);
});
