/** Two nodes that dial each other at the same moment. */
import { assertEquals } from "@std/assert";
import { TestNode, TestProfile } from "./node_fixture.ts";

/** Each is another race: who accepts first, which connection is there first. */
const ROUNDS = 12;
const MESSAGES = 20;

/** Two nodes that never met connect to each other, and talk while they do. */
async function meet(): Promise<void> {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using red = await TestNode.start(redProfile, { name: "red" });
  await using blue = await TestNode.start(blueProfile, { name: "blue" });
  const pairs = [[red, blue], [blue, red]] as const;

  const texts = Array.from({ length: MESSAGES }, (_, index) => `message ${index + 1}`);
  await Promise.all(pairs.map(async ([from, to]) => {
    const recipient = await from.node.resolve(to.address);
    const up = from.node.connect(recipient, { signal: AbortSignal.timeout(60_000) });
    const early = texts.slice(0, MESSAGES / 2).map((text) => from.node.send(recipient, text));
    await Promise.all([up, ...early]);
    for (const text of texts.slice(MESSAGES / 2)) {
      await from.node.send(await from.node.resolve(to.node.peerId), text);
    }
  }));
  const last = texts.at(-1);
  for (const [, to] of pairs) {
    await to.until((event) => event.event === "message" && event.message.text === last);
  }
  for (const [from, to] of pairs) {
    assertEquals(to.texts(), texts);
    const meetings = from.events.filter(({ event }) => event.startsWith("peer-"));
    assertEquals(meetings.map(({ event }) => event), ["peer-up"]);
    assertEquals((await from.node.peers()).map(({ peerId }) => peerId), [to.node.peerId]);
  }
}

Deno.test("Nodes that dial each other at the same moment have one working conversation", async () => {
  for (let round = 0; round < ROUNDS; round++) await meet();
});
