import { assertEquals } from "@std/assert";
import { Notifier } from "../../src/commands/notifier.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { RED } from "./twin_node.ts";

const HELLO = {
  conversation: { kind: "peer", peerId: RED } as const,
  name: "red",
  text: "hello",
};

function notifier(interactive: boolean) {
  const terminal = new MemoryTerminal({ interactive });
  let time = 0;
  const now = () => time += 2_000;
  const env = (name: string) => name === "TERM" ? "xterm" : undefined;
  return { terminal, notifier: new Notifier({ terminal, env, now }, "bell") };
}

Deno.test("`Notifier` does what the setting says, also one that was changed", () => {
  const { terminal, notifier: told } = notifier(true);
  told.tell(HELLO);
  assertEquals(terminal.out, "\x07");
  told.setting = "desktop";
  told.tell(HELLO);
  assertEquals(terminal.out, "\x07\x1b]777;notify;red;hello\x07");
  told.setting = "off";
  told.tell(HELLO);
  assertEquals(terminal.out.length, 1 + "\x1b]777;notify;red;hello\x07".length);
});

Deno.test("`Notifier` writes nothing into a pipe", () => {
  const { terminal, notifier: told } = notifier(false);
  told.tell(HELLO);
  assertEquals(terminal.out, "");
});
