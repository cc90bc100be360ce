/** `/who`: what is known of a peer, one fact a line. */
import { formatAddress } from "../../../config/address.ts";
import { CLASSIC_WORDS, isClassicId } from "../../../config/classic_id.ts";
import type { Contact } from "../../../history/mod.ts";
import { fingerprint } from "../../../identity/fingerprint.ts";
import type { ActivePeer, KnownPeer } from "../../../presence/active_peer.ts";
import { formatAgo, formatDuration } from "../../../terminal/duration.ts";
import { formatDay } from "../../../terminal/local_time.ts";
import { sanitise } from "../../../terminal/sanitise.ts";
import { padEnd } from "../../../terminal/width.ts";
import { wrapLine } from "../../../terminal/wrap_line.ts";
import { sourceText } from "../../peer_text.ts";
import type { SlashContext } from "../outcome.ts";
import { targetOf } from "../target.ts";

type Fact = readonly [label: string, value: string];

const LABEL_COLUMNS = "fingerprint".length + 2;

/** @throws ChatError as `targetOf()` */
export async function who(peer: string | undefined, context: SlashContext): Promise<string[]> {
  const { node, now, columns } = context;
  const { peerId, name, contact } = await targetOf(peer, context);
  const [active, known, { waiting }] = await Promise.all([
    node.peers(),
    node.knownPeers(),
    node.reachability({ kind: "peer", peerId }),
  ]);
  const here = active.find((each) => each.peerId === peerId);
  const remembered = known.find((each) => each.peerId === peerId);
  const facts: readonly Fact[] = [
    ...namesOf(contact, here?.name ?? remembered?.name ?? ""),
    ["peer id", peerId],
    ...(isClassicId(peerId)
      ? [["classic", CLASSIC_WORDS.replace("classic, ", "")]] as const
      : [["fingerprint", fingerprint(peerId)]] as const),
    ...decisions(contact).filter(([label]) => label !== "verified" || !isClassicId(peerId)),
    ...(here === undefined ? whenAway(remembered, now()) : whenHere(here, now())),
    ...(waiting === 0
      ? []
      : [["outbox", waiting === 1 ? "1 message waits" : `${waiting} wait`]] as const),
  ];
  const lines = facts.map(([label, value]) => padEnd(label, LABEL_COLUMNS) + value);
  return [name, ...lines.flatMap((line) => wrapLine(line, columns, LABEL_COLUMNS))];
}

function namesOf(contact: Contact | undefined, own: string): Fact[] {
  const calls = sanitise(own).trim();
  const alias: Fact[] = contact?.alias === undefined ? [] : [["alias", sanitise(contact.alias)]];
  return [...alias, ["name", calls === "" ? "it has not said one" : calls]];
}

function decisions(contact: Contact | undefined): Fact[] {
  const { verifiedAt, blockedAt, note = "" } = contact ?? {};
  return [
    [
      "verified",
      verifiedAt === undefined ? "no; /verify compares fingerprints" : formatDay(verifiedAt),
    ],
    ...(blockedAt === undefined
      ? []
      : [["blocked", `since ${formatDay(blockedAt)}; /unblock takes it back`]] as const),
    ...(note === "" ? [] : [["note", sanitise(note)]] as const),
  ];
}

function whenHere(peer: ActivePeer, now: number): Fact[] {
  const { address, path, source, connectedSince, roundTripMs } = peer;
  return [
    ["address", `${sanitise(formatAddress(address))}, ${path}`],
    ["found", sourceText(source)],
    ["connected", `for ${formatDuration(now - connectedSince)}`],
    ["round trip", roundTripMs === undefined ? "not measured yet" : formatDuration(roundTripMs)],
  ];
}

function whenAway(known: KnownPeer | undefined, now: number): Fact[] {
  const { addresses = [], lastSeen = 0 } = known ?? {};
  const ago = lastSeen === 0 ? "never here" : `last here ${formatAgo(lastSeen, now)}`;
  const places = addresses.map((address) => sanitise(formatAddress(address))).join(", ");
  return [
    ["connected", `no, ${ago}; /why tries to reach it`],
    ...(places === "" ? [] : [["addresses", places]] as const),
  ];
}
