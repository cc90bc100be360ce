import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { isAccepted } from "../../src/menu/another_peer.ts";
import type { Recipient } from "../../src/node/chat_node.ts";
import type { ActivePeer, KnownPeer } from "../../src/presence/active_peer.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { PromptCancelled } from "../../src/terminal/prompts/prompter.ts";
import { activePeer, BLUE, NOW, RED, type TwinBehaviour, TwinNode } from "../commands/twin_node.ts";
import { ownMessage, receivedMessage } from "./messages.ts";
import { NODE_INIT, openMenuTwin } from "./open_menu_twin.ts";

const ADDRESS = "/ip4/192.168.1.20/tcp/7000";
const THERE = { kind: "address", address: ADDRESS } as const;
const TO_BLUE = { kind: "peer", peerId: BLUE } as const;

function known(peerId: string, name: string, addresses: readonly string[] = []): KnownPeer {
  return { peerId, name, addresses, source: "asked", lastSeen: NOW, connected: false };
}

/** Red was reached at the address; somebody else says that it is there, too. */
const AT_ADDRESS: TwinBehaviour = {
  known: [known("12D3KooWother", "other", [ADDRESS]), known(RED, "anna", [ADDRESS])],
  reachability: (recipient) => ({
    active: undefined,
    addresses: [{
      address: ADDRESS,
      lastWorked: recipient.kind === "peer" && recipient.peerId === RED ? NOW : 0,
      triedAt: NOW,
      failure: undefined,
    }],
    waiting: 0,
    search: undefined,
    nextAttempt: undefined,
  }),
};
const answers = (peer: ActivePeer) => () => Promise.resolve(peer);

/** Blue calls itself as red does, to whom the person has written. */
const NAMESAKES: TwinBehaviour = {
  known: [known(RED, "Anna"), known(BLUE, "аnna")],
  history: (_node, { conversation }) =>
    conversation?.kind === "peer" && conversation.peerId === RED ? [ownMessage("hello")] : [],
};

/** @returns whether the person wants to write, and what was asked, if anything */
async function ask(
  recipient: Recipient,
  behaviour: TwinBehaviour,
  answer = "y",
): Promise<{ isAllowed: boolean; out: string }> {
  const node = new TwinNode(NODE_INIT, behaviour);
  using menu = openMenuTwin(node, new MemoryTerminal({ input: [answer] }));
  return { isAllowed: await isAccepted(recipient, menu), out: menu.terminal.out };
}

Deno.test("`isAccepted()` asks where somebody else answers at the address now", async () => {
  const behaviour = { ...AT_ADDRESS, connect: answers(activePeer({ peerId: BLUE, name: "blue" })) };
  for (const [answer, isAllowed] of [["y", true], ["", false]] as const) {
    const asked = await ask(THERE, behaviour, answer);
    assertEquals(asked.isAllowed, isAllowed);
    assertEquals(asked.out.split("\n").slice(0, -1), [
      "192.168.1.20:7000 is now somebody else: M4jXBy instead of anna (Jmfxzu).",
      "Anybody can take an address or a name. To be sure, compare fingerprints under Contacts.",
      "Send all the same? [y/N]:",
    ]);
  }
});

Deno.test("`isAccepted()` asks as well where the other one was found there before", async () => {
  const reached: TwinBehaviour = {
    known: [known(RED, "anna", [ADDRESS]), known(BLUE, "blue", [ADDRESS])],
    reachability: (recipient) => ({
      active: undefined,
      addresses: [{
        address: ADDRESS,
        lastWorked: recipient.kind === "peer" && recipient.peerId === RED ? NOW - 1 : NOW,
        triedAt: NOW,
        failure: undefined,
      }],
      waiting: 0,
      search: undefined,
      nextAttempt: undefined,
    }),
    connect: answers(activePeer({ peerId: BLUE, name: "blue" })),
  };
  const wroteTo = (...friends: string[]): TwinBehaviour => ({
    ...reached,
    history: (_node, { conversation }) =>
      conversation?.kind === "peer" && friends.includes(conversation.peerId)
        ? [ownMessage("hello")]
        : [],
  });
  const { out } = await ask(THERE, wroteTo(RED));
  assertEquals(
    out.split("\n")[0],
    "192.168.1.20:7000 is now somebody else: blue (M4jXBy) instead of anna (Jmfxzu).",
  );
  assertEquals((await ask(THERE, wroteTo(RED, BLUE))).out, "");
  assertEquals((await ask(THERE, wroteTo())).out, "");
});

Deno.test("`isAccepted()` asks nothing about an address that is as it was, new, or silent", async () => {
  const unreachable = () => Promise.reject(new ChatError("unreachable", "nobody listens there"));
  for (
    const behaviour of [
      { ...AT_ADDRESS, connect: answers(activePeer()) },
      { ...AT_ADDRESS, connect: unreachable },
      { connect: answers(activePeer({ peerId: BLUE })) },
    ]
  ) assertEquals(await ask(THERE, behaviour), { isAllowed: true, out: "" });
});

Deno.test("`isAccepted()` asks before the first message to a namesake of somebody", async () => {
  const { out } = await ask(TO_BLUE, NAMESAKES);
  assertEquals(
    out.split("\n")[0],
    "аnna (M4jXBy) is not the one you know by this name: that is Anna (Jmfxzu).",
  );
  // What a stranger writes first makes it no friend.
  const writes: TwinBehaviour = {
    ...NAMESAKES,
    history: (node, query) =>
      query.conversation?.kind === "peer" && query.conversation.peerId === BLUE
        ? [receivedMessage(1)]
        : NAMESAKES.history?.(node, query) ?? [],
  };
  assert((await ask(TO_BLUE, writes)).out.includes("is not the one you know"));
});

Deno.test("`isAccepted()` asks about the namesake of a contact's alias", async () => {
  const alias = { peerId: RED, alias: "anna", note: "", addedAt: NOW };
  const behaviour: TwinBehaviour = {
    known: [known(RED, "red"), known(BLUE, "anna")],
    contacts: [{ ...alias, verifiedAt: undefined, blockedAt: undefined }],
  };
  assert((await ask(TO_BLUE, behaviour)).out.includes("that is anna (Jmfxzu)."));
});

Deno.test("`isAccepted()` asks nothing about a namesake that the person has decided about", async () => {
  const contact = { peerId: BLUE, alias: undefined, note: "", addedAt: NOW };
  for (
    const behaviour of [
      { ...NAMESAKES, history: () => [ownMessage("hello")] },
      { ...NAMESAKES, history: () => [] },
      { ...NAMESAKES, contacts: [{ ...contact, verifiedAt: undefined, blockedAt: undefined }] },
      { ...NAMESAKES, known: [known(RED, "red"), known(BLUE, "anna")] },
    ]
  ) assertEquals(await ask(TO_BLUE, behaviour), { isAllowed: true, out: "" });
});

Deno.test("`isAccepted()` waits in sight who is there, and Escape goes back", async () => {
  const connect: TwinBehaviour["connect"] = (_recipient, signal) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true });
  using menu = openMenuTwin(new TwinNode(NODE_INIT, { ...AT_ADDRESS, connect }), terminal);
  const asking = isAccepted(THERE, menu);
  await terminal.until(({ out }) => out.includes("looking who is there; Esc breaks it off"));
  terminal.press("\x1b");
  const error = await assertRejects(() => asking, PromptCancelled);
  assertEquals(error.kind, "escape");
});
