import { assertEquals, assertRejects } from "@std/assert";
import { Inbox } from "../../src/classic/inbox.ts";
import { ChatError } from "../../src/errors.ts";

const MESSAGE = { peerId: "classic:127.0.0.1:5000", text: "hello" };

function fail(): never {
  throw new ChatError("storage-failed", "the disk does not answer");
}

Deno.test("Inbox flushes on dispose what it saved", async () => {
  const said: string[] = [];
  const inbox = new Inbox({
    save: () => void said.push("saved"),
    flush: () => Promise.resolve().then(() => void said.push("flushed")),
    onFailing: (error) => said.push(error.message),
    onUnflushed: (error) => said.push(String(error)),
  });
  await inbox.add([MESSAGE]);
  await inbox.add([MESSAGE]);
  const stopped = inbox[Symbol.asyncDispose]().then(() => said.push("stopped"));
  await assertRejects(() => inbox.add([MESSAGE]), Error, "stopped");
  await stopped;
  assertEquals(said.slice(-2), ["flushed", "stopped"]);
});

Deno.test("Inbox waits on dispose for a flush that goes on", async () => {
  const said: string[] = [];
  const flushing = Promise.withResolvers<void>();
  const disk = Promise.withResolvers<void>();
  const inbox = new Inbox({
    save() {},
    flush() {
      flushing.resolve();
      return disk.promise.then(() => void said.push("flushed"));
    },
    onFailing: (error) => said.push(error.message),
    onUnflushed: (error) => said.push(String(error)),
  });
  await inbox.add([MESSAGE]);
  await flushing.promise;
  const stopped = inbox[Symbol.asyncDispose]().then(() => said.push("stopped"));
  disk.resolve();
  await stopped;
  assertEquals(said, ["flushed", "stopped"]);
});

Deno.test("Inbox saves together what comes while it saved something", async () => {
  const batches: number[] = [];
  await using inbox = new Inbox({
    save: (messages) => void batches.push(messages.length),
    flush: () => Promise.resolve(),
    onFailing() {},
    onUnflushed() {},
  });
  await inbox.add([MESSAGE]);
  await Promise.all([inbox.add([MESSAGE]), inbox.add([MESSAGE, MESSAGE])]);
  assertEquals(batches, [1, 3]);
});

Deno.test("Inbox says on dispose what it could not flush, once", async () => {
  const unflushed: unknown[] = [];
  const inbox = new Inbox({
    save() {},
    flush: () => Promise.resolve().then(fail),
    onFailing() {},
    onUnflushed: (error) => unflushed.push(error),
  });
  await inbox.add([MESSAGE]);
  await inbox[Symbol.asyncDispose]();
  assertEquals(unflushed.length, 1);
});
