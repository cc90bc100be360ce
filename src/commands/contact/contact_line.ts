/** A contact for programs. */
import { isClassicId } from "../../config/classic_id.ts";
import type { Contact } from "../../history/mod.ts";
import { fingerprint } from "../../identity/fingerprint.ts";
import type { ContactLine } from "../ndjson.ts";
import { type DisplayName, timeOrNull } from "../node_lines.ts";

/** A peer about which nothing is decided. */
export function noContact(peerId: string): Contact {
  return {
    peerId,
    alias: undefined,
    note: "",
    addedAt: 0,
    verifiedAt: undefined,
    blockedAt: undefined,
  };
}

/**
 * @param change what became of it; null: it is only shown
 * @param reason why it was skipped, in words for a person
 */
export function contactLine(
  { peerId, alias, note, verifiedAt, blockedAt }: Contact,
  displayName: DisplayName,
  { change = null, reason = null, lastSeen = null }: Partial<
    Pick<ContactLine, "change" | "reason" | "lastSeen">
  > = {},
): ContactLine {
  return {
    event: "contact",
    peerId,
    name: displayName(peerId),
    classic: isClassicId(peerId),
    alias: alias ?? null,
    note: note === "" ? null : note,
    fingerprint: isClassicId(peerId) ? null : fingerprint(peerId),
    verifiedAt: timeOrNull(verifiedAt),
    blockedAt: timeOrNull(blockedAt),
    lastSeen,
    change,
    reason,
  };
}
