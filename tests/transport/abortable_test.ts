import { assertEquals, assertRejects } from "@std/assert";
import { abortable } from "../../src/transport/abortable.ts";

Deno.test("`abortable()` settles as the promise does", async () => {
  const { signal } = new AbortController();
  assertEquals(await abortable(Promise.resolve(1), undefined), 1);
  assertEquals(await abortable(Promise.resolve(2), signal), 2);
  await assertRejects(() => abortable(Promise.reject(new Error("it")), signal), Error, "it");
});

Deno.test("`abortable()` rejects with the signal's reason, before and while it waits", async () => {
  const never = new Promise(() => {});
  const reason = new Error("enough");
  await assertRejects(() => abortable(never, AbortSignal.abort(reason)), Error, "enough");

  const controller = new AbortController();
  const waiting = abortable(never, controller.signal);
  controller.abort(reason);
  await assertRejects(() => waiting, Error, "enough");
});
