import { assertEquals, assertRejects } from "@std/assert";
import { Slots } from "../../src/classic/slots.ts";

const { signal } = new AbortController();

Deno.test("Slots gives so many places, and the next one in order when one comes free", async () => {
  const slots = new Slots(2);
  const taken: string[] = [];
  const take = (name: string) =>
    slots.take(signal).then((slot) => {
      taken.push(name);
      return slot;
    });
  const [first, second] = await Promise.all([take("first"), take("second")]);
  const third = take("third");
  const fourth = take("fourth");
  await Promise.resolve();
  assertEquals(taken, ["first", "second"]);
  second[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  (await fourth)[Symbol.dispose]();
  first[Symbol.dispose]();
  assertEquals(taken, ["first", "second", "third", "fourth"]);
});

Deno.test("Slots forgets who gave up waiting", async () => {
  const slots = new Slots(1);
  const first = await slots.take(signal);
  const controller = new AbortController();
  const impatient = slots.take(controller.signal);
  const patient = slots.take(signal);
  controller.abort(new Error("too long"));
  await assertRejects(() => impatient, Error, "too long");
  first[Symbol.dispose]();
  (await patient)[Symbol.dispose]();
});
