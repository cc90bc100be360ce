import { assert, assertEquals, assertThrows } from "@std/assert";

import {
  type ConfigFlags,
  describeOrigin,
  mergeConfig,
  type MergedConfig,
  parseSetting,
  requireConfigKey,
  WrongSettings,
} from "../../src/config/merge_config.ts";
import { ChatError } from "../../src/errors.ts";

const FILE = "/home/red/.local/share/p2p-chat/red/config.json";

interface Given {
  flags?: ConfigFlags;
  env?: Record<string, string>;
  file?: Record<string, unknown>;
}

function merge({ flags = {}, env = {}, file = {} }: Given): MergedConfig {
  return mergeConfig({
    flags,
    env: (name) => env[name],
    file: { path: FILE, values: new Map(Object.entries(file)) },
    profileName: "red",
  });
}

function fails(act: () => unknown): { code: string; message: string; hint: string | undefined } {
  const { code, message, hint } = assertThrows(act, ChatError) as ChatError;
  return { code, message, hint };
}

const NO_CLASSIC = {
  classicPort: undefined,
  classicHost: "127.0.0.1",
  classicDialect: "a",
  classicLong: "split",
  classicTeam: undefined,
} as const;

Deno.test("mergeConfig() gives the defaults where nothing is said", () => {
  const { config, origins } = merge({});
  assertEquals(config, {
    name: "red",
    host: "0.0.0.0",
    port: 7000,
    mandatory: [],
    mdns: true,
    readReceipts: true,
    notifications: "bell",
    ...NO_CLASSIC,
    logLevel: "warning",
    logFile: undefined,
  });
  assertEquals(new Set(Object.values(origins).map(describeOrigin)), new Set(["default"]));
});

Deno.test("mergeConfig() lets flags win over environment over file, and says so", () => {
  const file = { name: "file", host: "127.0.0.1", port: 1, mandatory: ["file:1"], mdns: false };
  const env = { P2P_CHAT_NAME: "env", P2P_CHAT_HOST: "::", P2P_CHAT_MANDATORY: "env:1 env:2" };
  const { config, origins } = merge({ flags: { name: "flag" }, env, file });
  assertEquals(config, {
    name: "flag",
    host: "::",
    port: 1,
    mandatory: ["env:1", "env:2"],
    mdns: false,
    readReceipts: true,
    notifications: "bell",
    ...NO_CLASSIC,
    logLevel: "warning",
    logFile: undefined,
  });
  assertEquals(
    Object.entries(origins).map(([key, origin]) => [key, describeOrigin(origin)]),
    [
      ["name", "--name"],
      ["host", "P2P_CHAT_HOST"],
      ["port", FILE],
      ["mandatory", "P2P_CHAT_MANDATORY"],
      ["mdns", FILE],
      ["readReceipts", "default"],
      ["notifications", "default"],
      ["classicPort", "default"],
      ["classicHost", "default"],
      ["classicDialect", "default"],
      ["classicLong", "default"],
      ["classicTeam", "default"],
      ["logLevel", "default"],
      ["logFile", "default"],
    ],
  );
});

Deno.test("mergeConfig() takes every setting from the environment and from the file", () => {
  const config = {
    name: "blue",
    host: "127.0.0.1",
    port: 0,
    mandatory: ["a:1", "b:2"],
    mdns: false,
    readReceipts: false,
    notifications: "desktop" as const,
    classicPort: 5000,
    classicHost: "0.0.0.0",
    classicDialect: "b" as const,
    classicLong: "refuse" as const,
    classicTeam: "blue_team",
    logLevel: "trace" as const,
    logFile: "chat.log",
  };
  const env = {
    P2P_CHAT_NAME: "blue",
    P2P_CHAT_HOST: "127.0.0.1",
    P2P_CHAT_PORT: "0",
    P2P_CHAT_MANDATORY: "a:1,b:2",
    P2P_CHAT_MDNS: "no",
    P2P_CHAT_READ_RECEIPTS: "off",
    P2P_CHAT_NOTIFICATIONS: "Desktop",
    P2P_CHAT_CLASSIC_PORT: "5000",
    P2P_CHAT_CLASSIC_HOST: "0.0.0.0",
    P2P_CHAT_CLASSIC_DIALECT: "B",
    P2P_CHAT_CLASSIC_LONG: "refuse",
    P2P_CHAT_CLASSIC_TEAM: "blue_team",
    P2P_CHAT_LOG_LEVEL: "TRACE",
    P2P_CHAT_LOG_FILE: "chat.log",
  };
  assertEquals(merge({ env }).config, config);
  assertEquals(merge({ file: config }).config, config);
  assertEquals(merge({ flags: config }).config, config);
});

Deno.test("mergeConfig() reads flags as text, typed, or repeated", () => {
  assertEquals(merge({ flags: { port: "7001" } }).config.port, 7001);
  assertEquals(merge({ flags: { port: 7001 } }).config.port, 7001);
  assertEquals(merge({ flags: { mdns: false } }).config.mdns, false);
  assertEquals(merge({ flags: { mandatory: ["a:1", "b:2,c:3"] } }).config.mandatory, [
    "a:1",
    "b:2",
    "c:3",
  ]);
});

Deno.test("mergeConfig() can take back what a weaker source says", () => {
  const file = { mandatory: ["a:1"], logFile: "chat.log", mdns: false };
  const env = { P2P_CHAT_MANDATORY: "none", P2P_CHAT_LOG_FILE: "none", P2P_CHAT_MDNS: "true" };
  const { config } = merge({ env, file });
  assertEquals(config.mandatory, []);
  assertEquals(config.logFile, undefined);
  assertEquals(config.mdns, true);
  assertEquals(merge({ file: { logFile: null } }).origins.logFile, { kind: "file", path: FILE });
});

Deno.test("mergeConfig() treats an empty variable as not set", () => {
  const { config, origins } = merge({ env: { P2P_CHAT_PORT: "", P2P_CHAT_NAME: "" } });
  assertEquals(config.port, 7000);
  assertEquals(origins.name, { kind: "default" });
});

Deno.test("mergeConfig() says which value of which source is wrong and what is allowed", () => {
  assertEquals(fails(() => merge({ file: { port: 70000 } })), {
    code: "bad-config",
    message: `${FILE}: port cannot be 70000: ` +
      "expected a whole number from 0 to 65535 (0 takes any free port)",
    hint: "correct the file, or run: p2p-chat config unset port",
  });
  assertEquals(fails(() => merge({ env: { P2P_CHAT_PORT: "7OOO" } })), {
    code: "bad-config",
    message: `P2P_CHAT_PORT cannot be "7OOO": ` +
      "expected a whole number from 0 to 65535 (0 takes any free port)",
    hint: "correct the environment variable, or unset it",
  });
  assertEquals(fails(() => merge({ flags: { host: "localhost" } })), {
    code: "bad-usage",
    message: `--host cannot be "localhost": ` +
      "expected an IPv4 or IPv6 address of this machine, such as 0.0.0.0 or ::",
    hint: "without --host it is 0.0.0.0",
  });
});

Deno.test("mergeConfig() quotes the one wrong address of a list", () => {
  assertEquals(fails(() => merge({ file: { mandatory: ["a:1", "b"] } })), {
    code: "bad-config",
    message: `${FILE}: mandatory: address "b" has no port`,
    hint: "write it after the host, such as 192.168.1.20:7000",
  });
  assertEquals(
    fails(() => merge({ file: { mandatory: ["a:1", 7000] } })).message,
    `${FILE}: mandatory cannot be 7000: ` +
      "expected addresses host:port, multiaddrs or classic:HOST:PORT, separated by commas, or none",
  );
});

Deno.test("mergeConfig() names the nearest setting or value", () => {
  assertEquals(fails(() => merge({ file: { prot: 7000 } })), {
    code: "bad-config",
    message: `${FILE}: there is no setting "prot"`,
    hint: `did you mean "port"?`,
  });
  assertEquals(
    fails(() => merge({ file: { colour: "red" } })).hint,
    "the settings are name, host, port, mandatory, mdns, readReceipts, notifications, " +
      "classicPort, classicHost, classicDialect, classicLong, classicTeam, logLevel, logFile",
  );
  const file = JSON.parse(`{"__proto__": {"port": 1}}`);
  assertEquals(fails(() => merge({ file })).message, `${FILE}: there is no setting "__proto__"`);
  assertEquals(
    fails(() => merge({ env: { P2P_CHAT_LOG_LEVEL: "warn ing" } })).hint,
    `did you mean "warning"?`,
  );
});

Deno.test("mergeConfig() tells a mistake also where a stronger source hides it", () => {
  const code = fails(() => merge({ flags: { port: 1 }, file: { port: "x" } })).code;
  assertEquals(code, "bad-config");
});

Deno.test("parseSetting() reads the arguments of `config set`", () => {
  assertEquals(parseSetting("port", "7001"), { key: "port", value: 7001 });
  assertEquals(parseSetting("mandatory", "a:1 b:2"), { key: "mandatory", value: ["a:1", "b:2"] });
  assertEquals(fails(() => parseSetting("port", "x")), {
    code: "bad-usage",
    message: `port cannot be "x": expected a whole number from 0 to 65535 (0 takes any free port)`,
    hint: "the default is 7000",
  });
});

Deno.test("requireConfigKey() names the nearest setting", () => {
  assertEquals(requireConfigKey("mdns"), "mdns");
  assertEquals(fails(() => requireConfigKey("toString")).code, "bad-usage");
  assertEquals(fails(() => requireConfigKey("loglevel")).hint, `did you mean "logLevel"?`);
});

Deno.test("mergeConfig() tells everything that is wrong at once", () => {
  const file = { prt: 1, port: 70000, mdns: "no" };
  const env = { P2P_CHAT_HOST: "localhost" };
  const error: WrongSettings = assertThrows(
    () => merge({ file, env, flags: { logLevel: "loud" } }),
    WrongSettings,
  );
  assertEquals(error.faults.map(({ code, message }) => [code, message.split(": expected")[0]]), [
    ["bad-config", `${FILE}: there is no setting "prt"`],
    ["bad-config", 'P2P_CHAT_HOST cannot be "localhost"'],
    ["bad-config", `${FILE}: port cannot be 70000`],
    ["bad-config", `${FILE}: mdns cannot be "no"`],
    ["bad-usage", '--log-level cannot be "loud"'],
  ]);
  assertEquals(error.faults[0]?.hint, 'did you mean "port"?');
});

Deno.test("mergeConfig() takes classic peers as mandatory ones, in one spelling", () => {
  const mandatory = ["Classic:10.0.0.2:5000", "classic:10.0.0.2:5000", "a:1"];
  assertEquals(merge({ file: { mandatory } }).config.mandatory, ["classic:10.0.0.2:5000", "a:1"]);
  const { hint } = fails(() => merge({ env: { P2P_CHAT_MANDATORY: "classic:10.0.0.2" } }));
  assert(hint?.includes("classic:HOST:PORT"), hint);
});
