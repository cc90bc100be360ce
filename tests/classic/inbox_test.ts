import { assertEquals, assertRejects } from "@std/assert";
import { Inbox } from "../../src/classic/inbox.ts";
import { ChatError } from "../../src/errors.ts";

const MESSAGE = { peerId: "classic:127.0.0.1:5000", text: "hello" };

function fail(): never {
  throw new ChatError("storage-failed", "the disk does not answer");
}

Deno.test("Inbox waits on dispose for the flush of what it saved", async () => {
  const said: string[] = [];
  const disk = Promise.withResolvers<void>();
  const inbox = new Inbox({
    save: () => void said.push("saved"),
    flush: () => disk.promise.then(() => void said.push("flushed")),
    onFailing: (error) => said.push(error.message),
    onUnflushed: (error) => said.push(String(error)),
  });
  await inbox.add([MESSAGE]);
  await inbox.add([MESSAGE]);
  const stopped = inbox[Symbol.asyncDispose]().then(() => said.push("stopped"));
  await assertRejects(() => inbox.add([MESSAGE]), Error, "stopped");
  disk.resolve();
  await stopped;
  assertEquals(said, ["saved", "saved", "flushed", "flushed", "stopped"]);
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
