/**
 * Whom `send` writes to, and which words are the message. `send PEER TEXT...`, or with `--to` only
 * one TEXT: so no word can be taken for a recipient, and no recipient for a word.
 */
import { quote } from "../../config/quote.ts";
import { ChatError } from "../../errors.ts";
import type { Recipient } from "../../node/chat_node.ts";
import type { LastingSession } from "../lasting_session.ts";
import type { SendOptions } from "../send.ts";

/** One recipient. */
export interface Target {
  /** As it was written. */
  readonly name: string;
  readonly recipient: Recipient;
}

/** @throws ChatError `bad-usage` */
export function addressees(
  { peer, text, to, replyTo }: Pick<SendOptions, "peer" | "text" | "to" | "replyTo">,
): { readonly names: readonly string[]; readonly written: readonly string[] } {
  if (to.length === 0) {
    if (peer !== undefined) return { names: [peer], written: text };
    throw new ChatError("bad-usage", "PEER is missing", { hint: "see: p2p-chat send --help" });
  }
  if (replyTo !== undefined && to.length > 1) {
    throw new ChatError("bad-usage", "--reply-to answers one peer, and there are several", {
      hint: "send to the others without it",
    });
  }
  const written = peer === undefined ? text : [peer, ...text];
  if (written.length <= 1) return { names: to, written };
  const [first = ""] = written;
  throw new ChatError(
    "bad-usage",
    `with --to the message is one argument, and there are ${written.length}`,
    { hint: `put it in quotes; if ${quote(first)} is to get it as well, write --to before it` },
  );
}

/**
 * Understands all of them before anything is sent; who is named twice gets it once.
 * @param written what is taken for the message beside `--to`
 * @throws ChatError `no-such-peer`, `ambiguous-peer`, `bad-address`; `bad-usage` where the message
 *   could be meant as a recipient
 */
export async function findTargets(
  session: LastingSession,
  names: readonly string[],
  written: readonly string[] | undefined,
): Promise<Target[]> {
  const [word] = written ?? [];
  if (word !== undefined && await isPeer(session, word)) {
    throw new ChatError("bad-usage", `${quote(word)} is a peer; it would be sent as the message`, {
      hint: `write --to ${word} if it is to get the message; ` +
        "if it is the message, pipe it into standard input",
    });
  }
  const found = new Map<string, Target>();
  for (const name of names) {
    const recipient = await session.ask((node) => node.resolve(name));
    const key = recipient.kind === "peer" ? recipient.peerId : recipient.address;
    if (!found.has(key)) found.set(key, { name, recipient });
  }
  return [...found.values()];
}

async function isPeer(session: LastingSession, word: string): Promise<boolean> {
  try {
    await session.ask((node) => node.resolve(word));
    return true;
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    if (error.code === "ambiguous-peer") return true;
    if (error.code === "no-such-peer" || error.code === "bad-address") return false;
    throw error;
  }
}
