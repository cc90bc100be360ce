import { assertEquals } from "@std/assert";
import { CONFIG_KEYS, CONFIG_TABLE } from "../../src/config/config.ts";
import { mistypedVariables, PLACE_VARIABLES } from "../../src/config/variables.ts";

Deno.test("mistypedVariables() finds those that are nearly one of ours", () => {
  assertEquals(
    mistypedVariables(["PATH", "P2P_CHAT_PROT", "P2P_CHAT_READ_RECIEPTS", "P2P_CHAT_PROFLIE"]),
    [
      { name: "P2P_CHAT_PROT", meant: "P2P_CHAT_PORT" },
      { name: "P2P_CHAT_READ_RECIEPTS", meant: "P2P_CHAT_READ_RECEIPTS" },
      { name: "P2P_CHAT_PROFLIE", meant: "P2P_CHAT_PROFILE" },
    ],
  );
});

Deno.test("mistypedVariables() leaves those alone that are ours, or nobody's", () => {
  const ours = [...CONFIG_KEYS.map((key) => CONFIG_TABLE[key].env), ...PLACE_VARIABLES];
  assertEquals(mistypedVariables(ours), []);
  assertEquals(mistypedVariables(["P2P_CHAT_TEXT", "P2P_CHAT_BIN", "P2P_CHAT_", "PORT"]), []);
});
