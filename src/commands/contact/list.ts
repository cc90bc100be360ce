/** The contacts as a table, or a line each for programs. */
import type { Contact } from "../../history/mod.ts";
import { shortPeerId } from "../../node/recipient.ts";
import { formatAgo } from "../../terminal/duration.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { createStyle, type Style } from "../../terminal/style.ts";
import { type Cell, type Column, formatTable } from "../../terminal/table.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { readMemory } from "../beside_owner.ts";
import type { CommandContext } from "../command.ts";
import { EXIT_CODES } from "../failure.ts";
import { ndjsonLine } from "../ndjson.ts";
import { type DisplayName, timeOrNull } from "../node_lines.ts";
import type { ProfileOptions } from "../options.ts";
import { contactLine } from "./contact_line.ts";

const COLUMNS: readonly Column[] = [
  { header: "name", shrinks: true },
  { header: "peer id" },
  { header: "note", shrinks: true },
  { header: "verified" },
  { header: "blocked" },
  { header: "last seen" },
];

/** @returns the exit code */
export async function listContacts(
  options: ProfileOptions,
  context: CommandContext,
): Promise<number> {
  const { terminal, now } = context;
  using memory = await readMemory(options, context);
  const { contacts, displayName } = memory;
  const lastSeen = new Map(memory.peers.map((peer) => [peer.peerId, peer.lastSeen || undefined]));
  if (options.json) {
    for (const contact of contacts) {
      const seen = { lastSeen: timeOrNull(lastSeen.get(contact.peerId)) };
      terminal.print(ndjsonLine(contactLine(contact, displayName, seen)));
    }
  } else if (contacts.length === 0) {
    terminal.remark("no contacts yet; `p2p-chat contact add PEER --alias ALIAS` adds the first");
  } else {
    for (const line of contactTable(contacts, { displayName, lastSeen, now: now(), terminal })) {
      terminal.print(line);
    }
  }
  return EXIT_CODES.done;
}

interface ContactLook {
  readonly displayName: DisplayName;
  /** ms since the epoch; undefined: never, as far as is known */
  readonly lastSeen: ReadonlyMap<string, number | undefined>;
  readonly now: number;
  readonly terminal: Pick<Terminal, "interactive" | "columns" | "colors">;
}

/** By name; a line each. */
export function contactTable(contacts: readonly Contact[], look: ContactLook): string[] {
  const { displayName, lastSeen, now, terminal } = look;
  const style = createStyle(terminal.colors);
  const rows = contacts
    .map((contact) => ({ contact, name: displayName(contact.peerId) }))
    .sort((one, other) => one.name.localeCompare(other.name))
    .map(({ contact, name }) =>
      row(contact, name, seenText(lastSeen.get(contact.peerId), now), style)
    );
  const width = terminal.interactive ? terminal.columns : Infinity;
  return formatTable({ columns: COLUMNS, rows, width, style });
}

function row(
  { peerId, note, verifiedAt, blockedAt }: Contact,
  name: string,
  seen: string,
  style: Style,
): Cell[] {
  return [
    name,
    shortPeerId(peerId),
    sanitise(note),
    verifiedAt === undefined ? "" : { text: "yes", style: style.good },
    blockedAt === undefined ? "" : { text: "yes", style: style.bad },
    seen,
  ];
}

function seenText(lastSeen: number | undefined, now: number): string {
  return lastSeen === undefined ? "never" : formatAgo(lastSeen, now);
}
