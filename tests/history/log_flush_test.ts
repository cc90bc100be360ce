import { assertEquals, assertRejects } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { LogFlush } from "../../src/history/log_flush.ts";
import { openHistory } from "../../src/history/mod.ts";

const SELF = "12D3KooWBGXivArBMU861D9NmkgB33Av7WaEFByhh7yCu2MmAKL7";
const PEER = "classic:127.0.0.1:5000";
const message = (id: string) => ({ peerId: PEER, id, sentAt: 1, text: id, replyTo: undefined });

Deno.test("History.flush() works again and again, and what was committed lazily is there", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/history.db`;
  {
    using history = openHistory(path, SELF, 1);
    for (const id of ["one", "two", "three"]) {
      assertEquals(history.messages.acceptAll([message(id)], 1, "lazy").fresh.length, 1);
      await history.flush();
    }
  }
  {
    using history = openHistory(path, SELF, 2);
    await history.flush();
    const found = history.list({ limit: 10 }).map(({ text }) => text);
    assertEquals(found.toSorted(), ["one", "three", "two"]);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("LogFlush.flush() has nothing to do in memory, and throws where there is no log", async () => {
  using inMemory = new LogFlush(":memory:");
  await inMemory.flush();
  using nowhere = new LogFlush("/nonexistent/history.db");
  const error = await assertRejects(() => nowhere.flush(), ChatError);
  assertEquals(error.code, "storage-failed");
});
