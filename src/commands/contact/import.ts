/**
 * Adds contacts from a file, or from standard input. All of it is checked before anything is changed;
 * then the changes go in portions that fit through the control socket, each of which is made whole or not
 * at all. After a failure on the way, the same import once more does the rest.
 */
import { quote } from "../../config/quote.ts";
import { systemReason } from "../../config/system_reason.ts";
import { ChatError } from "../../errors.ts";
import type { Contact, ContactChange } from "../../history/mod.ts";
import { createStyle } from "../../terminal/style.ts";
import type { CommandContext } from "../command.ts";
import type { ImportOptions } from "../contact.ts";
import { EXIT_CODES } from "../failure.ts";
import { ndjsonLine } from "../ndjson.ts";
import type { DisplayName } from "../node_lines.ts";
import { peerWithId } from "../node_text.ts";
import { contactLine, noContact } from "./contact_line.ts";
import { MAX_FILE_BYTES, parseContactsFile } from "./contacts_file.ts";
import { type EntryOutcome, planImport } from "./import_plan.ts";
import { type Contacts, openContacts } from "./open_contacts.ts";

/** Of one portion as JSON; well below what the control socket takes at once, 1 MiB. */
const PORTION_CHARACTERS = 128 * 1024;
const READ_BYTES = 64 * 1024;

/** @returns the exit code */
export async function importContacts(
  options: ImportOptions,
  context: CommandContext,
): Promise<number> {
  const { file = "-" } = options;
  const text = file === "-" ? await readInput(context) : await readFile(file, context);
  const entries = parseContactsFile(text, file === "-" ? "standard input" : quote(file));
  await using contacts = await openContacts(options, context);
  const present = {
    self: contacts.peerId,
    contacts: await contacts.contacts(),
    addresses: await contacts.addresses(),
  };
  const { changes, outcomes } = planImport(entries, present);
  for (const portion of portions(changes)) {
    context.signal.throwIfAborted();
    await contacts.changeContacts(portion);
  }
  await report(outcomes, contacts, options, context);
  const isComplete = outcomes.every(({ change, entry }) =>
    change !== "skipped" || entry.peerId === contacts.peerId
  );
  return isComplete ? EXIT_CODES.done : EXIT_CODES.failed;
}

function* portions(changes: readonly ContactChange[]): Generator<ContactChange[]> {
  let portion: ContactChange[] = [];
  let characters = 0;
  for (const change of changes) {
    const { length } = JSON.stringify(change);
    if (portion.length > 0 && characters + length > PORTION_CHARACTERS) {
      yield portion;
      portion = [];
      characters = 0;
    }
    portion.push(change);
    characters += length;
  }
  if (portion.length > 0) yield portion;
}

async function report(
  outcomes: readonly EntryOutcome[],
  contacts: Contacts,
  { json }: ImportOptions,
  { terminal }: CommandContext,
): Promise<void> {
  const after = new Map((await contacts.contacts()).map((each) => [each.peerId, each]));
  const displayName: DisplayName = (peerId) => contacts.displayName(peerId);
  for (const { entry: { peerId }, change, reason } of outcomes) {
    const contact = after.get(peerId) ?? noContact(peerId);
    if (json) {
      const became = { change, reason: reason ?? null };
      terminal.print(ndjsonLine(contactLine(contact, displayName, became)));
    } else if (change === "skipped") {
      terminal.remark(`skipped ${peerId}: ${reason}`);
    } else if (change !== "unchanged") {
      terminal.print(`${change} ${peerWithId(peerId, displayName)}${marks(contact)}`);
    }
  }
  if (json) return;
  const count = (wanted: EntryOutcome["change"]) =>
    outcomes.filter(({ change }) => change === wanted).length;
  const sum = (["added", "changed", "unchanged", "skipped"] as const)
    .map((change) => `${count(change)} ${change}`).join(", ");
  terminal.remark(createStyle(terminal.colors).dim(sum));
}

/** A file can say so; a person should see that it did. */
function marks({ verifiedAt, blockedAt }: Contact): string {
  const words = [
    ...(verifiedAt === undefined ? [] : ["verified"]),
    ...(blockedAt === undefined ? [] : ["blocked"]),
  ];
  return words.length === 0 ? "" : `, ${words.join(", ")}`;
}

async function readInput({ terminal, signal }: CommandContext): Promise<string> {
  if (terminal.interactive) {
    terminal.remark(createStyle(terminal.colors).dim("Paste the contacts; Ctrl-D ends them."));
  }
  try {
    return await terminal.readAll({ maxBytes: MAX_FILE_BYTES, signal });
  } catch (cause) {
    throw unreadable("standard input", cause);
  }
}

/** @throws ChatError `bad-usage` */
async function readFile(path: string, { signal }: CommandContext): Promise<string> {
  try {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(MAX_FILE_BYTES + 1);
    let length = 0;
    // Not by its size: a pipe or a device has none.
    while (length < bytes.length) {
      signal.throwIfAborted();
      const count = await file.read(bytes.subarray(length, length + READ_BYTES));
      if (count === null) break;
      length += count;
    }
    if (length > MAX_FILE_BYTES) throw new RangeError("too long");
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadable(quote(path), cause);
  }
}

function unreadable(source: string, cause: unknown): unknown {
  const fault = (why: string, hint: string) =>
    new ChatError("bad-usage", `${source} ${why}`, { hint, cause });
  if (cause instanceof RangeError) {
    const limit = MAX_FILE_BYTES / 1024 / 1024;
    return fault(`is longer than ${limit} MiB`, "nothing was imported; split it");
  }
  if (cause instanceof TypeError) {
    return fault("is not UTF-8 text", "nothing was imported; save it as UTF-8");
  }
  if (cause instanceof ChatError || !(cause instanceof Error)) return cause;
  return fault(`cannot be read: ${systemReason(cause)}`, "give a file that you may read");
}
