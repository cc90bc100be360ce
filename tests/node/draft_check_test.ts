/** Messages with an id of their writer's, through a whole node. */
import { assertEquals, assertRejects } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { TestNode, TestProfile } from "./node_fixture.ts";

const ID = "0190aaaa-bbbb-8ccc-8ddd-eeeeffff0001";
const RED = "12D3KooWJmfxzuLenYXBpL979Wk2PQNY1Wqw9AW66gEnAJedK9Gj";
const TO_RED = { kind: "peer", peerId: RED } as const;
const AT = { kind: "address", address: "/ip4/127.0.0.1/tcp/9" } as const;

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => work, ChatError);
  assertEquals(error.code, "bad-usage");
  return error.message;
}

Deno.test("ChatNode.send() writes an id once, also when asked twice at the same moment", async () => {
  using profile = await TestProfile.make();
  const first = await (async () => {
    await using one = await TestNode.start(profile);
    const [first, again] = await Promise.all([
      one.node.send(TO_RED, "hello", { id: ID }),
      one.node.send(TO_RED, "hello", { id: ID }),
    ]);
    assertEquals(again, first);
    assertEquals(one.events.filter(({ event }) => event === "state").length, 1);
    await one.node.cancel(ID);
    assertEquals((await one.node.send(TO_RED, "hello", { id: ID })).state, "cancelled");
    return first;
  })();
  await using one = await TestNode.start(profile);
  assertEquals((await one.node.send(TO_RED, "hello", { id: ID })).position, first.position);
  assertEquals(one.events, []);
  assertEquals((await one.node.history({ limit: 9 })).length, 1);
  assertEquals((await one.node.send(TO_RED, "next")).position, first.position + 1);
  assertEquals(one.events.length, 1);
});

Deno.test("ChatNode.send() refuses an id that stands for another message, and what is none", async () => {
  using profile = await TestProfile.make();
  await using one = await TestNode.start(profile);
  await one.node.send(TO_RED, "hello", { id: ID });
  const same = `not sent: the message "${ID}" is in the history already, `;
  assertEquals(
    await refusal(one.node.send(TO_RED, "other", { id: ID })),
    `${same}with another text`,
  );
  assertEquals(
    await refusal(one.node.send(AT, "hello", { id: ID })),
    `${same}in another conversation`,
  );
  for (const id of ["7", ID.toUpperCase(), `${ID}0`]) {
    assertEquals(
      await refusal(one.node.send(TO_RED, "x", { id })),
      `not sent: the id "${id}" is no UUID in lower case`,
    );
  }
  assertEquals((await one.node.history({ limit: 9 })).length, 1);
});

Deno.test("ChatNode.send() knows a message again whose address has become a peer", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using red = await TestNode.start(redProfile, { name: "red" });
  const recipient = await red.node.resolve(red.address);
  {
    await using blue = await TestNode.start(blueProfile);
    const { position } = await blue.node.send(recipient, "hello", { id: ID });
    const signal = AbortSignal.timeout(60_000);
    assertEquals((await blue.node.settled(ID, { signal })).conversation.kind, "peer");
    assertEquals((await blue.node.send(recipient, "hello", { id: ID })).position, position);
  }
  // Nobody is connected now: the address stands for whoever was reached there.
  await using blue = await TestNode.start(blueProfile);
  assertEquals((await blue.node.send(recipient, "hello", { id: ID })).state, "delivered");
});

Deno.test("ChatNode.send() replies to a message of the same conversation only", async () => {
  using profile = await TestProfile.make();
  await using one = await TestNode.start(profile);
  const { id } = await one.node.send(TO_RED, "question");
  assertEquals((await one.node.send(TO_RED, "answer", { replyTo: id })).replyTo, id);
  for (const [to, replyTo] of [[AT, id], [TO_RED, ID]] as const) {
    assertEquals(
      await refusal(one.node.send(to, "answer", { replyTo })),
      `not sent: there is no message "${replyTo}" in this conversation to reply to`,
    );
  }
});
