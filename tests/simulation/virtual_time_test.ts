import { assertEquals } from "@std/assert";
import { Random } from "../seeded_random.ts";
import { VirtualTime } from "./virtual_time.ts";

Deno.test("VirtualTime.advance() runs what is planned in the order of time, then of planning", () => {
  const random = new Random(1);
  const time = new VirtualTime();
  const planned = Array.from({ length: 500 }, (_, order) => ({ at: random.int(0, 99), order }));
  const ran: { at: number; order: number }[] = [];
  for (const { at, order } of planned) time.after(at, () => ran.push({ at: time.now, order }));
  time.advance(100);
  assertEquals(ran, planned.toSorted((a, b) => a.at - b.at || a.order - b.order));
});

Deno.test("VirtualTime.advance() leaves out what was cancelled and what is later", () => {
  const time = new VirtualTime();
  const ran: string[] = [];
  const plan = time.after(5, () => ran.push("cancelled"));
  time.after(1, () => plan.cancel());
  time.after(10, () => ran.push("at the end"));
  time.after(11, () => ran.push("later"));
  time.advance(10);
  assertEquals([ran, time.now], [["at the end"], 10]);
});
