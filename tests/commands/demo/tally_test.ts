import { assert, assertEquals } from "@std/assert";
import { isPerfect, type PeerRecord, tally, total } from "../../../src/commands/demo/tally.ts";
import type { MessageLine } from "../../../src/commands/ndjson.ts";

function line(fields: Pick<MessageLine, "id" | "direction" | "peerId" | "state">): MessageLine {
  return {
    event: "message",
    name: null,
    classic: false,
    address: null,
    text: fields.id,
    sentAt: null,
    receivedAt: null,
    stateAt: null,
    unanswerable: null,
    reason: null,
    position: 1,
    replyTo: null,
    ...fields,
  };
}

const out = (peerId: string, id: string, state: MessageLine["state"] = "delivered") =>
  line({ id, direction: "out", peerId, state });
const got = (peerId: string, id: string) => line({ id, direction: "in", peerId, state: null });

function peer(name: string, fields: Partial<PeerRecord> = {}): PeerRecord {
  return { name, peerId: name.toUpperCase(), accepted: [], shown: [], history: [], ...fields };
}

/** Red sent 1 and 2 to blue. */
function tallyOfRed(red: Partial<PeerRecord>, blue: Partial<PeerRecord>) {
  const [first] = tally([
    peer("red", { accepted: ["1", "2"], history: [out("BLUE", "1"), out("BLUE", "2")], ...red }),
    peer("blue", blue),
  ]);
  if (first === undefined) throw new Error("there is no tally");
  return first;
}

const NOTHING_WRONG = {
  sender: "red",
  sent: 2,
  delivered: 2,
  lost: 0,
  shownTwice: 0,
  outOfOrder: 0,
};
const BOTH = [got("RED", "1"), got("RED", "2")];

Deno.test("`tally()` finds nothing wrong where all arrived once and in order", () => {
  assertEquals(tallyOfRed({}, { history: BOTH, shown: BOTH }), NOTHING_WRONG);
  assert(isPerfect(NOTHING_WRONG));
});

Deno.test("`tally()` counts as lost what is in the database of no recipient", () => {
  const result = tallyOfRed({}, { history: [got("RED", "1"), got("GREEN", "2")] });
  assertEquals(result, { ...NOTHING_WRONG, delivered: 1, lost: 1 });
  assert(!isPerfect(result));
});

Deno.test("`tally()` counts as lost what the sender accepted and does not have", () => {
  const result = tallyOfRed({ accepted: ["1", "2", "3"] }, { history: BOTH });
  assertEquals(result, { ...NOTHING_WRONG, sent: 3, lost: 1 });
});

Deno.test("`tally()` does not count as delivered what was not acknowledged", () => {
  const history = [out("BLUE", "1"), out("BLUE", "2", "sent")];
  const result = tallyOfRed({ history }, { history: BOTH });
  assertEquals(result, { ...NOTHING_WRONG, delivered: 1 });
  assert(!isPerfect(result));
});

Deno.test("`tally()` finds what was shown or saved twice, and counts it once", () => {
  const twice = [...BOTH, got("RED", "1")];
  for (const blue of [{ history: BOTH, shown: twice }, { history: twice, shown: twice }]) {
    const { shownTwice } = tallyOfRed({}, blue);
    assertEquals(shownTwice, 1);
  }
});

Deno.test("`tally()` finds what came after a later message", () => {
  const result = tallyOfRed({}, { history: BOTH.toReversed() });
  assertEquals(result, { ...NOTHING_WRONG, outOfOrder: 1 });
  assert(!isPerfect(result));
});

Deno.test("`total()` adds up, and nothing sent is not perfect", () => {
  const one = { ...NOTHING_WRONG, lost: 1, shownTwice: 3 };
  assertEquals(total([one, one], "all"), {
    sender: "all",
    sent: 4,
    delivered: 4,
    lost: 2,
    shownTwice: 6,
    outOfOrder: 0,
  });
  assert(!isPerfect(total([], "all")));
});
