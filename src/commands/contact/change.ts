/** The changes of one contact that need no more than a word: add, alias, note, block, unblock, remove. */
import type { Contact, ContactChange } from "../../history/mod.ts";
import { CLASSIC_WORDS, isClassicId } from "../../config/classic_id.ts";
import { checkAlias } from "../../config/alias.ts";
import { checkNote } from "../../config/note.ts";
import { quote } from "../../config/quote.ts";
import { ChatError } from "../../errors.ts";
import { shortPeerId } from "../../node/recipient.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import type { CommandContext } from "../command.ts";
import { isPlainWord } from "../plain_word.ts";
import type { ChangeOptions } from "../contact.ts";
import { EXIT_CODES } from "../failure.ts";
import { type ContactLine, ndjsonLine } from "../ndjson.ts";
import type { DisplayName } from "../node_lines.ts";
import { peerWithId } from "../node_text.ts";
import { contactLine, noContact } from "./contact_line.ts";
import { type Contacts, openContacts, requirePeer } from "./open_contacts.ts";

/** @returns the exit code */
export async function changeContact(
  options: ChangeOptions,
  context: CommandContext,
): Promise<number> {
  check(options);
  await using contacts = await openContacts(options, context);
  const { terminal } = context;
  const peer = await requirePeer(contacts, options.peer);
  const displayName: DisplayName = (id) => contacts.displayName(id);
  const { contact, change, line, remarks } = await makeChange(
    options,
    peer,
    contacts,
    context.now(),
  );
  if (options.json) {
    terminal.print(ndjsonLine(contactLine(contact, displayName, { change })));
    return EXIT_CODES.done;
  }
  terminal.print(line);
  for (const remark of remarks) terminal.remark(remark);
  return EXIT_CODES.done;
}

/** What was changed, and what to say of it. */
export interface Changed extends Outcome {
  readonly line: string;
  /** What to know besides. */
  readonly remarks: readonly string[];
}

/**
 * Makes one change, for the command and the menu.
 * @param options what to change; its `peer` only as it was written
 * @param address where the person says that it is; a hint
 * @param now ms since the epoch
 * @throws ChatError as `ChatNode.changeContacts`; `no-such-peer`: what is to be removed is no contact
 */
export async function makeChange(
  options: ChangeOptions,
  { peerId, address }: { readonly peerId: string; readonly address: string | undefined },
  contacts: ChangingContacts,
  now: number,
): Promise<Changed> {
  const before = (await contacts.contacts()).find((each) => each.peerId === peerId);
  const displayName: DisplayName = (id) => contacts.displayName(id);
  const called = peerWithId(peerId, displayName);
  const { contact, change } = options.action === "remove"
    ? await remove(contacts, options.peer, peerId)
    : await apply(contacts, before, changeOf(options, peerId, address, now));
  return { contact, change, ...describe(options, contact, change, { called, displayName }) };
}

type ChangingContacts = Pick<
  Contacts,
  "contacts" | "displayName" | "changeContacts" | "removeContact"
>;

/**
 * What makes no sense wherever the contacts are.
 * @throws ChatError `bad-usage`
 */
function check(options: ChangeOptions): void {
  if ("alias" in options && options.alias !== undefined && options.alias !== "") {
    checkAlias(options.alias);
  }
  if ("note" in options && options.note !== undefined) checkNote(options.note);
}

interface Outcome {
  /** As it is afterwards; of one that was removed, as it was. */
  readonly contact: Contact;
  readonly change: NonNullable<ContactLine["change"]>;
}

function changeOf(
  options: Exclude<ChangeOptions, { action: "remove" }>,
  peerId: string,
  address: string | undefined,
  now: number,
): ContactChange {
  const addresses = address === undefined ? [] : [address];
  switch (options.action) {
    case "add":
      return { peerId, alias: options.alias, note: options.note, addresses };
    case "alias":
      return { peerId, alias: options.alias };
    case "note":
      return { peerId, note: options.note };
    case "block":
      return { peerId, blockedAt: now };
    default:
      return { peerId, blockedAt: 0 };
  }
}

async function apply(
  contacts: Pick<Contacts, "changeContacts">,
  before: Contact | undefined,
  change: ContactChange,
): Promise<Outcome> {
  const { peerId, blockedAt } = change;
  const isBlocked = before?.blockedAt !== undefined;
  // When it was blocked first stays; and who is not blocked need not become a contact for that.
  const isNothing = blockedAt !== undefined && isBlocked === (blockedAt > 0);
  if (isNothing) return { contact: before ?? noContact(peerId), change: "unchanged" };
  const [contact = noContact(peerId)] = await contacts.changeContacts([change]);
  if (before === undefined) return { contact, change: "added" };
  const isSame = contact.alias === before.alias && contact.note === before.note &&
    contact.blockedAt === before.blockedAt;
  return { contact, change: isSame ? "unchanged" : "changed" };
}

async function remove(
  contacts: Pick<Contacts, "removeContact">,
  peer: string,
  peerId: string,
): Promise<Outcome> {
  const contact = await contacts.removeContact(peerId);
  if (contact !== undefined) return { contact, change: "removed" };
  throw new ChatError("no-such-peer", `${quote(peer)} is not a contact`, {
    hint: "`p2p-chat contact list` shows the contacts",
  });
}

/** @param names.called what it was called before */
function describe(
  options: ChangeOptions,
  { peerId, alias, note, verifiedAt, blockedAt }: Contact,
  change: Outcome["change"],
  { called, displayName }: { readonly called: string; readonly displayName: DisplayName },
): { line: string; remarks: string[] } {
  const name = peerWithId(peerId, displayName);
  switch (options.action) {
    case "add": {
      const words = { added: "added", unchanged: "already a contact:" }[String(change)] ??
        "changed";
      const how = "compare fingerprints, to know that it is who you think: p2p-chat contact verify";
      const word = alias !== undefined && isPlainWord(alias) ? alias : shortPeerId(peerId);
      const isClassic = isClassicId(peerId);
      const advice = isClassic ? `${CLASSIC_WORDS}: nobody can tell who it is` : `${how} ${word}`;
      const remarks = verifiedAt === undefined ? [advice] : [];
      return { line: `${words} ${name}`, remarks: change === "added" ? remarks : [] };
    }
    case "alias":
      return {
        line: alias === undefined ? `${name} has no alias` : `${called} is now called ${alias}`,
        remarks: [],
      };
    case "note": {
      const written = note === "" ? "no note" : `note: ${sanitise(note)}`;
      return { line: `${name}: ${written}`, remarks: [] };
    }
    case "block": {
      const remarks = ["it cannot connect and is not told why; what waits for it stays queued"];
      return change === "unchanged"
        ? { line: `${name} was blocked already`, remarks: [] }
        : { line: `blocked ${name}`, remarks };
    }
    case "unblock":
      return change === "unchanged"
        ? { line: `${name} is not blocked`, remarks: [] }
        : { line: `unblocked ${name}`, remarks: [] };
    case "remove": {
      const remarks = ["its addresses are forgotten; the messages stay in the history"];
      if (blockedAt !== undefined) remarks.push("it is not blocked any more");
      return { line: `removed ${called}`, remarks };
    }
  }
}
