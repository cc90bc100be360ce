import { assertEquals, assertThrows } from "@std/assert";
import { type Config, CONFIG_KEYS } from "../../../src/config/config.ts";
import { ChatError } from "../../../src/errors.ts";
import {
  parseAnswer,
  settingQuestion,
  settingText,
} from "../../../src/commands/config/setting_questions.ts";
import { NODE_INIT } from "../../menu/open_menu_twin.ts";

const CONFIG: Config = { ...NODE_INIT.config, name: "red" };
const anywhere = () => undefined;

Deno.test("`settingText()` gives what `parseAnswer()` understands again", () => {
  const other: Config = {
    ...CONFIG,
    host: "::",
    port: 0,
    mandatory: ["127.0.0.1:7000", "[::1]:7001"],
    mdns: false,
    readReceipts: false,
  };
  for (const config of [CONFIG, other]) {
    for (const key of CONFIG_KEYS) {
      assertEquals(parseAnswer(key, settingText(key, config)), config[key], key);
    }
  }
});

Deno.test("`settingText()` says what 0.0.0.0 means", () => {
  assertEquals(settingText("host", CONFIG), "all interfaces");
  for (const answer of ["all", "All Interfaces ", "0.0.0.0"]) {
    assertEquals(parseAnswer("host", answer), "0.0.0.0");
  }
});

Deno.test("`parseAnswer()` has the rules of the configuration", async () => {
  for (
    const [key, answer] of [
      ["name", "x".repeat(65)],
      ["host", "localhost"],
      ["port", "65536"],
      ["mandatory", "127.0.0.1"],
      ["mdns", "perhaps"],
      ["readReceipts", "sometimes"],
    ] as const
  ) {
    assertThrows(() => parseAnswer(key, answer), ChatError);
    const fault = await settingQuestion(key, CONFIG, anywhere).validate?.(answer) ?? "";
    assertEquals([key, fault.includes(answer.slice(0, 60))], [key, true]);
  }
});

Deno.test("`settingQuestion()` makes harmless what it quotes", async () => {
  const { validate } = settingQuestion("host", CONFIG, anywhere);
  assertEquals(/\p{Cc}/u.test(await validate?.("\x1b[2J\x9b") ?? "\x1b"), false);
});

Deno.test("`settingQuestion()` tries host and port, unless they are what they were", () => {
  const tried: [string, number][] = [];
  const probe = (host: string, port: number) => {
    tried.push([host, port]);
    return "taken";
  };
  const ask = (key: "host" | "port", answer: string) =>
    settingQuestion(key, { ...CONFIG, host: "127.0.0.1" }, probe).validate?.(answer);
  assertEquals(ask("host", "127.0.0.1"), undefined);
  assertEquals(ask("port", "7000"), undefined);
  assertEquals(tried, []);
  assertEquals(ask("host", "127.0.0.2"), "taken");
  assertEquals(ask("port", "7001"), "taken");
  assertEquals(tried, [["127.0.0.2", 0], ["127.0.0.1", 7001]]);
});

Deno.test("`settingQuestion()` does not take one place for both kinds of peers", () => {
  const ports = { ...CONFIG, host: "127.0.0.1", port: 7000, classicPort: 5000 };
  const ask = (key: "port" | "classicPort" | "host", answer: string, current = ports) =>
    settingQuestion(key, current, anywhere).validate?.(answer);
  assertEquals(ask("port", "5000"), "old programs reach this one there");
  assertEquals(ask("classicPort", "7000"), "peers reach this program there");
  assertEquals([ask("port", "7001"), ask("classicPort", "5001")], [undefined, undefined]);
  // Two addresses of this machine have a port each.
  const apart = { ...ports, host: "192.168.1.20", classicPort: 7000 };
  assertEquals(ask("classicPort", "7000", { ...apart, classicPort: 5000 }), undefined);
  assertEquals(ask("host", "all", apart), "old programs reach this one there");
  // A flag has made it one: that keeps nobody from another name.
  const one = { ...ports, classicPort: 7000, classicHost: "127.0.0.1" };
  assertEquals(settingQuestion("name", one, anywhere).validate?.("red"), undefined);
});
