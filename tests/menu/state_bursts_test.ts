import { assertEquals } from "@std/assert";
import { StateBursts } from "../../src/menu/state_bursts.ts";
import { createStyle } from "../../src/terminal/style.ts";
import { BLUE } from "../commands/twin_node.ts";
import { ownMessage } from "./messages.ts";

/** With `next()`, which resolves when the next line is printed. */
function begin() {
  const lines: string[] = [];
  let printed = Promise.withResolvers<void>();
  const bursts = new StateBursts({
    displayName: (peerId) => peerId === BLUE ? "blue" : "red",
    style: createStyle(false),
    print(line) {
      lines.push(line);
      printed.resolve();
      printed = Promise.withResolvers();
    },
  });
  return { bursts, lines, next: () => printed.promise };
}

Deno.test("`StateBursts` tells the first at once and sums up what follows", async () => {
  const { bursts, lines, next } = begin();
  using _bursts = bursts;
  for (const id of ["a", "b", "c"]) bursts.tell(ownMessage(id, { state: "delivered" }));
  assertEquals(lines, ["14:02 ✓ delivered to red: a"]);
  await next();
  assertEquals(lines.slice(1), ["14:02 ✓ delivered to red: 2 more messages"]);
});

Deno.test("`StateBursts` goes on with one line a window, then tells at once again", async () => {
  const { bursts, lines, next } = begin();
  using _bursts = bursts;
  for (const id of ["a", "b", "c"]) bursts.tell(ownMessage(id, { state: "read" }));
  await next();
  bursts.tell(ownMessage("d", { state: "read" }));
  assertEquals(lines.length, 2);
  await next();
  assertEquals(lines.slice(2), ["14:02 ✓✓ read by red: d"]);
});

Deno.test("`StateBursts` keeps states and recipients apart, and is silent about what passes", () => {
  const { bursts, lines } = begin();
  using _bursts = bursts;
  bursts.tell(ownMessage("a", { state: "queued" }));
  bursts.tell(ownMessage("a", { state: "sent" }));
  bursts.tell(ownMessage("a", { state: "delivered" }));
  bursts.tell(ownMessage("a", { state: "read" }));
  const conversation = { kind: "peer", peerId: BLUE } as const;
  bursts.tell(ownMessage("a", { state: "read", conversation }));
  assertEquals(lines, [
    "14:02 ✓ delivered to red: a",
    "14:02 ✓✓ read by red: a",
    "14:02 ✓✓ read by blue: a",
  ]);
});

Deno.test("`StateBursts` tells the rest when it is disposed", () => {
  const { bursts, lines } = begin();
  for (const id of ["a", "b"]) bursts.tell(ownMessage(id, { state: "delivered" }));
  bursts[Symbol.dispose]();
  assertEquals(lines, ["14:02 ✓ delivered to red: a", "14:02 ✓ delivered to red: b"]);
});
