import { assert, assertEquals } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { TextIndexing, type TextIndexingInit } from "../../src/node/text_indexing.ts";

/** An index that does what a test says, and tells what it is asked. */
class IndexTwin {
  readonly asked: string[] = [];
  #looks = 0;
  #awaited: { count: number; resolve: () => void } | undefined;

  /**
   * @param messages how many there are at each look; the last number stays
   * @param portions how much there is to do
   */
  constructor(
    readonly messages: readonly number[],
    readonly coveredMessages = 0,
    public portions = 2,
  ) {}

  lastMessage(): number {
    const count = this.messages[Math.min(this.#looks++, this.messages.length - 1)] ?? 0;
    this.asked.push(`look ${count}`);
    if (this.#awaited !== undefined && this.#looks >= this.#awaited.count) this.#awaited.resolve();
    return count;
  }

  covered(): number {
    return this.portions > 0 ? this.coveredMessages : Infinity;
  }

  takeUp(): boolean {
    this.asked.push("take up");
    return --this.portions > 0;
  }

  /** Resolves when it was looked so many times. */
  async looked(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { count, resolve };
    await promise;
  }
}

async function watched(index: IndexTwin, looks: number): Promise<string[]> {
  const onTrouble: TextIndexingInit["onTrouble"] = (what) => index.asked.push(what);
  using _indexing = new TextIndexing({ index, onTrouble });
  assertEquals(index.asked, [], "nothing at once");
  await index.looked(looks);
  return index.asked;
}

Deno.test("TextIndexing takes up what there is when nothing comes any more, until it is done", async () => {
  const asked = await watched(new IndexTwin([90_000, 95_000, 95_000]), 5);
  assertEquals(asked, [
    "look 90000",
    "look 95000",
    "look 95000",
    "take up",
    "look 95000",
    "take up",
    "look 95000",
  ]);
});

Deno.test("TextIndexing leaves little alone, and does not wait with much", async () => {
  const [little, much] = [
    new IndexTwin([9_000, 9_000, 9_000], 4_500),
    new IndexTwin([300_000, 300_001, 300_002], 100_001),
  ];
  await Promise.all([watched(little, 3), watched(much, 3)]);
  assert(!little.asked.includes("take up"));
  assertEquals(much.asked.slice(0, 3), ["look 300000", "take up", "look 300001"]);
});

Deno.test("TextIndexing says what went wrong, and waits", async () => {
  const error = new ChatError("storage-failed", "the disk is full");
  const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
  const index = new IndexTwin([5_000]);
  index.takeUp = () => {
    throw error;
  };
  using _indexing = new TextIndexing({ index, onTrouble: (_what, detail) => resolve(detail) });
  assertEquals(await promise, { error });
});
