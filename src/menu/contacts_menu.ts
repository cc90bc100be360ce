/**
 * "Contacts": shows them, asks for a peer and what to decide about it, and does what the command
 * `contact` does.
 */
import { isClassicId } from "../config/classic_id.ts";
import { checkAlias } from "../config/alias.ts";
import { checkNote } from "../config/note.ts";
import { contactTable } from "../commands/contact/list.ts";
import { makeChange } from "../commands/contact/change.ts";
import { requirePeer } from "../commands/contact/open_contacts.ts";
import { askWhetherSame } from "../commands/contact/verify.ts";
import type { ChangeOptions } from "../commands/contact.ts";
import { peerWithId } from "../commands/node_text.ts";
import { wrapLine } from "../terminal/wrap_line.ts";
import { ChatError } from "../errors.ts";
import type { Contact } from "../history/mod.ts";
import type { Choice } from "../terminal/prompts/prompter.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { truncate } from "../terminal/width.ts";
import { askPeer } from "./ask_peer.ts";
import type { OpenMenu } from "./open_menu.ts";
import { orBack } from "../terminal/prompts/or_back.ts";

/** So that a question with it fits on a row of 40 columns. */
const NAME_COLUMNS = 30;
const HANGING_INDENT = 2;

type Action = "add" | "alias" | "note" | "verify" | "block" | "unblock" | "remove" | "back";

/**
 * Shows and asks until the person goes back.
 * @throws PromptCancelled except by Escape; ChatError; the signal's reason
 */
export async function showContacts(menu: OpenMenu): Promise<void> {
  const { node, displayName, prompter, terminal, now } = menu;
  for (;;) {
    const [contacts, known] = await Promise.all([node.contacts(), node.knownPeers()]);
    const lastSeen = new Map(known.map((peer) => [peer.peerId, peer.lastSeen || undefined]));
    prompter.note(
      contacts.length === 0
        ? ["no contacts yet"]
        : contactTable(contacts, { displayName, lastSeen, now: now(), terminal }),
    );
    const answer = await orBack(() => askPeer({ message: "Whom" }, menu));
    if (answer === undefined || answer.kind === "everybody") return;
    const peer = await requirePeer({
      peerId: node.peerId,
      resolve: () => Promise.resolve(answer),
    }, answer.kind === "address" ? answer.address : displayName(answer.peerId));
    await orBack(() => decide(peer, contacts.find(({ peerId }) => peerId === peer.peerId), menu));
  }
}

interface Peer {
  readonly peerId: string;
  readonly address: string | undefined;
}

/** @param contact undefined: it is none */
async function decide(peer: Peer, contact: Contact | undefined, menu: OpenMenu): Promise<void> {
  const { prompter, displayName, signal } = menu;
  const name = peerWithId(peer.peerId, displayName);
  let last: Action | undefined;
  for (;;) {
    const action: Action = await prompter.select<Action>({
      message: truncate(name, NAME_COLUMNS),
      choices: actions(peer.peerId, contact),
      ...(last === undefined ? {} : { default: last }),
    }, { signal });
    if (action === "back") return;
    const isDone = await orBack(async () => {
      if (action === "verify") await verify(peer, name, menu);
      else await change(await changeFor(action, name, contact, menu), peer, menu);
      return true;
    });
    if (isDone) return;
    last = action;
  }
}

/** What cannot be taken back comes last, where no key that is pressed too often chooses it. */
function actions(peerId: string, contact: Contact | undefined): Choice<Action>[] {
  const verify: Choice<Action> = { name: "Compare fingerprints", value: "verify", number: 4 };
  const add: Choice<Action> = { name: "Make it a contact", value: "add", number: 1 };
  const remove: Choice<Action> = { name: "Forget it", value: "remove", number: 6 };
  return [
    ...(contact === undefined ? [add] : []),
    { name: "Give it an alias", value: "alias", number: 2 },
    { name: "Write a note", value: "note", number: 3 },
    ...(isClassicId(peerId) ? [] : [verify]),
    contact?.blockedAt === undefined
      ? { name: "Block it", value: "block", number: 5 }
      : { name: "Allow it again", value: "unblock", number: 5 },
    ...(contact === undefined ? [] : [remove]),
    { name: "Back", value: "back", number: 0 },
  ];
}

async function changeFor(
  action: Exclude<Action, "verify" | "back">,
  peer: string,
  contact: Contact | undefined,
  { prompter, signal }: OpenMenu,
): Promise<ChangeOptions> {
  if (action === "alias") {
    const before = contact?.alias === undefined ? {} : { default: sanitise(contact.alias) };
    const message = "Alias";
    const validate = (text: string) => text.trim() === "" ? undefined : fault(checkAlias, text);
    return {
      action,
      peer,
      alias: await prompter.input({ message, ...before, validate }, { signal }),
    };
  }
  if (action === "note") {
    const { note: present = "" } = contact ?? {};
    const before = present === "" ? {} : { default: sanitise(present) };
    const validate = (text: string) => fault(checkNote, text);
    const note = await prompter.input({ message: "Note", ...before, validate }, { signal });
    return { action, peer, note };
  }
  return { action, peer };
}

/** What is wrong with an answer, in a line. */
function fault(check: (text: string) => unknown, text: string): string | undefined {
  try {
    check(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return sanitise(error.message);
  }
}

async function change(options: ChangeOptions, peer: Peer, menu: OpenMenu): Promise<void> {
  const { node, prompter, terminal, now } = menu;
  const { line, remarks } = await makeChange(options, peer, node, now());
  const columns = terminal.interactive ? terminal.columns : Infinity;
  prompter.note([line, ...remarks].flatMap((each) => wrapLine(each, columns, HANGING_INDENT)));
}

async function verify({ peerId }: Peer, name: string, menu: OpenMenu): Promise<void> {
  const { node, prompter, now } = menu;
  const isSame = await askWhetherSame([["you", node.peerId], [name, peerId]], menu);
  if (isSame) await node.changeContacts([{ peerId, verifiedAt: now() }]);
  prompter.note([isSame ? `verified ${name}` : `${name} is not marked as verified`]);
}
