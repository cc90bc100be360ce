import { assertEquals } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { TextIndexing } from "../../src/node/text_indexing.ts";

function silent(what: string): void {
  throw new Error(what);
}

Deno.test("TextIndexing takes up one portion after the other, then looks again", async () => {
  const answers = [true, true, false, false];
  const { promise, resolve } = Promise.withResolvers<void>();
  using _indexing = new TextIndexing({
    takeUp() {
      const answer = answers.shift() ?? false;
      if (answers.length === 0) resolve();
      return answer;
    },
    onTrouble: silent,
  });
  assertEquals(answers.length, 4, "nothing at once");
  await promise;
});

Deno.test("TextIndexing says what went wrong, and waits", async () => {
  const error = new ChatError("storage-failed", "the disk is full");
  const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
  using _indexing = new TextIndexing({
    takeUp() {
      throw error;
    },
    onTrouble: (_what, detail) => resolve(detail),
  });
  assertEquals(await promise, { error });
});
