/**
 * Asks for a peer: on a screen from a list, or an address by hand; line by line with one answer that
 * may be a number of the list, a name, an id or an address.
 */
import { ChatError } from "../errors.ts";
import type { Recipient } from "../node/chat_node.ts";
import type { Choice } from "../terminal/prompts/prompter.ts";
import { orBack } from "../terminal/prompts/or_back.ts";
import { sanitise } from "../terminal/sanitise.ts";
import type { OpenMenu } from "./open_menu.ts";
import { type PeerChoice, peerChoices, understandPeer } from "./peer_choices.ts";

export interface PeerQuestion {
  /** E.g. "To". */
  readonly message: string;
  /** The name of a first choice that means all peers, if there is one. */
  readonly everybody?: string;
  /** The peer that is proposed, on a screen. */
  readonly preferred?: string | undefined;
}

/** Undefined: the person thought better of it. */
export type PeerAnswer = Recipient | { readonly kind: "everybody" } | undefined;

const EVERYBODY = { kind: "everybody" } as const;

/** @throws PromptCancelled; the signal's reason */
export async function askPeer(question: PeerQuestion, menu: OpenMenu): Promise<PeerAnswer> {
  const { node, displayName, style, now, terminal } = menu;
  const [active, known] = await Promise.all([node.peers(), node.knownPeers()]);
  const choices = peerChoices(active, known, displayName, style, now());
  return terminal.interactive
    ? await askOnScreen(question, choices, menu)
    : await askByLine(question, choices, menu);
}

async function askOnScreen(
  { message, everybody, preferred }: PeerQuestion,
  peers: readonly PeerChoice[],
  menu: OpenMenu,
): Promise<PeerAnswer> {
  const all: readonly Choice<string>[] = everybody === undefined
    ? []
    : [{ name: everybody, value: "everybody" }];
  const listed = peers.map(({ peerId, ...choice }): Choice<string> => ({
    ...choice,
    value: peerId,
  }));
  const other: Choice<string> = { name: "another address...", value: "other" };
  const askOther = () => askText("Address, host:port", [], menu);
  if (all.length + listed.length === 0) return await askOther();
  for (let proposed = peers.some(({ peerId }) => peerId === preferred) ? preferred : undefined;;) {
    const chosen = await menu.prompter.select({
      message,
      choices: [...all, ...listed, other],
      ...(proposed === undefined ? {} : { default: proposed }),
    }, { signal: menu.signal });
    if (chosen === "everybody") return EVERYBODY;
    if (chosen !== "other") return { kind: "peer", peerId: chosen };
    const answer = await orBack(askOther);
    if (answer !== undefined) return answer;
    proposed = "other";
  }
}

async function askByLine(
  { message, everybody }: PeerQuestion,
  peers: readonly PeerChoice[],
  menu: OpenMenu,
): Promise<PeerAnswer> {
  const list = peers.map(({ name, hint }, index) => `  ${index + 1}  ${name}  ${hint}`);
  menu.prompter.note(list);
  const what = list.length === 0 ? "host:port" : "number, name or host:port";
  const empty = everybody === undefined ? "back" : everybody.toLowerCase();
  const answer = await askText(`${message} (${what}; empty: ${empty})`, peers, menu);
  return answer ?? (everybody === undefined ? undefined : EVERYBODY);
}

async function askText(
  message: string,
  peers: readonly PeerChoice[],
  { node, prompter, signal }: OpenMenu,
): Promise<Recipient | undefined> {
  const answer = await prompter.input({
    message,
    async validate(text) {
      if (text.trim() === "") return undefined;
      try {
        await understandPeer(text, peers, node);
        return undefined;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        return sanitise(error.message);
      }
    },
  }, { signal });
  return answer.trim() === "" ? undefined : await understandPeer(answer, peers, node);
}
