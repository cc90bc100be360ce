/** All contacts as one JSON object that `contact import` understands. */
import { readMemory } from "../beside_owner.ts";
import type { CommandContext } from "../command.ts";
import { EXIT_CODES } from "../failure.ts";
import { escapeUnprintable } from "../ndjson.ts";
import { timeOrNull } from "../node_lines.ts";
import type { ProfileOptions } from "../options.ts";
import { CONTACTS_FORMAT, CONTACTS_VERSION, type ContactsFile } from "./contacts_file.ts";

/** @returns the exit code */
export async function exportContacts(
  options: ProfileOptions,
  context: CommandContext,
): Promise<number> {
  using memory = await readMemory(options, context);
  const addresses = new Map(memory.peers.map((peer) => [peer.peerId, peer.addresses]));
  const file: ContactsFile = {
    format: CONTACTS_FORMAT,
    version: CONTACTS_VERSION,
    contacts: memory.contacts.map(({ peerId, alias = null, note, verifiedAt, blockedAt }) => ({
      peerId,
      alias,
      note: note === "" ? null : note,
      verifiedAt: timeOrNull(verifiedAt),
      blockedAt: timeOrNull(blockedAt),
      addresses: addresses.get(peerId) ?? [],
    })),
  };
  // As JSON writes it, except for what would act on a terminal; its own line ends stay.
  const lines = JSON.stringify(file, null, 2).split("\n");
  for (const line of lines) context.terminal.print(escapeUnprintable(line));
  return EXIT_CODES.done;
}
