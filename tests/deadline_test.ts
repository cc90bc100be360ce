import { assert, assertEquals } from "@std/assert";
import { aborted, Deadline, either } from "../src/deadline.ts";

Deno.test("`Deadline` expires", async () => {
  using deadline = new Deadline(1, new AbortController().signal);
  await aborted(deadline.signal);
  assert(deadline.expired);
  assertEquals(deadline.signal.reason.name, "TimeoutError");
});

Deno.test("`Deadline` passes the outer signal's reason on and has not expired then", () => {
  const outer = new AbortController();
  using deadline = new Deadline(60_000, outer.signal);
  outer.abort("enough");
  assertEquals(deadline.signal.reason, "enough");
  assert(!deadline.expired);
});

Deno.test("`Deadline` takes a time beyond what a timer can hold as very long", () => {
  using deadline = new Deadline(Number.MAX_SAFE_INTEGER, new AbortController().signal);
  assert(!deadline.signal.aborted);
});

Deno.test("`Deadline` leaves no timer behind when it is disposed", () => {
  new Deadline(60_000, new AbortController().signal)[Symbol.dispose]();
});

Deno.test("`aborted()` resolves for a signal that is aborted already", async () => {
  await aborted(AbortSignal.abort());
});

Deno.test("`either()` aborts with the first of two signals, and with its reason", () => {
  for (const first of [0, 1]) {
    const controllers = [new AbortController(), new AbortController()] as const;
    const signal = either(controllers[0].signal, controllers[1].signal);
    assertEquals(signal.aborted, false);
    controllers[first === 0 ? 0 : 1].abort("first");
    controllers[first === 0 ? 1 : 0].abort("second");
    assertEquals(signal.reason, "first");
  }
  assertEquals(either(AbortSignal.abort("before"), new AbortController().signal).reason, "before");
});
