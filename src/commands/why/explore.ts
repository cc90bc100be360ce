/** Finds out how it stands with reaching a peer: by trying, or from what the owner has noted. */
import type { Findings } from "../../chat_screen/why/findings.ts";
import { tryNow, withMeant } from "../../chat_screen/why/try_now.ts";
import { ChatError } from "../../errors.ts";
import type { Conversation } from "../../history/message_record.ts";
import { BLOCKED_BY_YOU } from "../../node/blocked.ts";
import { resolveRecipient } from "../../node/recipient.ts";
import { startProgress } from "../../terminal/progress.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { readMemory } from "../beside_owner.ts";
import type { CommandContext } from "../command.ts";
import { otherSide } from "../node_lines.ts";
import { recipientText } from "../node_text.ts";
import { openSession } from "../session.ts";
import type { WhyOptions } from "../why.ts";

export { tryNow } from "../../chat_screen/why/try_now.ts";

/** @throws ChatError: no such peer, or whatever is wrong with the profile */
export async function explore(options: WhyOptions, context: CommandContext): Promise<Findings> {
  try {
    await using session = await openSession(
      options,
      { command: "why", listen: "ephemeral" },
      context,
    );
    using _progress = startProgress(context.terminal, `trying to reach ${sanitise(options.peer)}`, {
      signal: context.signal,
    });
    const { node } = session;
    const findings = await tryNow(node, await node.resolve(options.peer), options.timeout, context);
    return { ...findings, isRunning: session.goesOn };
  } catch (error) {
    if (!(error instanceof ChatError) || error.code !== "profile-in-use") throw error;
    return await readNotes(options, error.message, context);
  }
}

async function readNotes(
  options: WhyOptions,
  owner: string,
  context: CommandContext,
): Promise<Findings> {
  using memory = await readMemory(options, context);
  const { history, candidates, displayName } = memory;
  const meant = resolveRecipient(options.peer, candidates);
  const peerId = meant.kind === "peer" ? meant.peerId : history?.peers.atAddress(meant.address);
  const conversation: Conversation = peerId === undefined ? meant : { kind: "peer", peerId };
  const search = history?.outbox.searchFor(conversation);
  const addresses = peerId === undefined ? [] : history?.peers.dialled(peerId) ?? [];
  const isBlocked = memory.contacts.some((each) =>
    each.peerId === peerId && each.blockedAt !== undefined
  );
  return {
    title: recipientText(conversation, displayName),
    side: otherSide(conversation, displayName),
    owner,
    isRunning: true,
    active: undefined,
    addresses: withMeant(meant.address, addresses, search?.lastTried, search?.failure),
    waiting: history?.outbox.count(conversation) ?? 0,
    search,
    failure: isBlocked ? BLOCKED_BY_YOU : search?.failure,
  };
}
