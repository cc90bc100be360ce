/**
 * Reads a profile beside the process that owns it: its history and the peers that it remembers. It
 * takes no lock, starts no node and makes nothing, not even an identity.
 */
import type { Profile } from "../config/paths.ts";
import { acquireProfileLock } from "../config/profile_lock.ts";
import { ChatError } from "../errors.ts";
import type { Contact, HistoryReader, RememberedPeer } from "../history/mod.ts";
import type { Identity } from "../identity/key_file.ts";
import { Names } from "../node/names.ts";
import type { Candidate } from "../node/recipient.ts";
import type { CommandContext } from "./command.ts";
import type { DisplayName } from "./node_lines.ts";
import type { ProfileOptions } from "./options.ts";
import { readSettings } from "./settings.ts";

/** Remembered peers that are read at most, the most recently seen ones. */
const MAX_PEERS = 10_000;

/** What a profile remembers. Dispose it to close the database. */
export interface Memory extends Disposable {
  readonly profile: Profile;
  /** Undefined before the first start. */
  readonly identity: Identity | undefined;
  /** Undefined where nothing was ever written. */
  readonly history: HistoryReader | undefined;
  /** Most recently seen first. */
  readonly peers: readonly RememberedPeer[];
  /** In the order in which they were added. */
  readonly contacts: readonly Contact[];
  /** Peers and contacts, for PEER arguments. */
  readonly candidates: readonly Candidate[];
  readonly displayName: DisplayName;
}

/** @throws ChatError `bad-profile`, `bad-config`, `key-damaged`, `key-exposed`, `storage-failed` */
export async function readMemory(
  options: ProfileOptions,
  context: Pick<CommandContext, "env">,
): Promise<Memory> {
  const { profile } = await readSettings(options, context);
  const { loadIdentity } = await import("../identity/key_file.ts");
  const identity = await loadIdentity(profile.keyFile);
  if (identity === undefined) return memory(profile, undefined, undefined, []);
  const { readHistory } = await import("../history/mod.ts");
  const history = readHistory(profile.databaseFile, identity.peerId);
  const peers = history?.peers.list(identity.peerId, MAX_PEERS) ?? [];
  return memory(profile, identity, history, peers);
}

/**
 * Which process owns the profile and so runs its node, in a sentence for people; undefined: none.
 * @param now ms since the epoch
 * @throws ChatError `profile-unusable`
 */
export async function ownerOf(profile: Profile, now: () => number): Promise<string | undefined> {
  // An owner leaves this remark, and may die without taking it away: then the lock is free. Where
  // there is none, the lock is not touched, not to be in the way of a node that starts just now.
  if (!await exists(profile.holderFile)) return undefined;
  try {
    using _lock = await acquireProfileLock(profile, { command: "outbox", pid: Deno.pid, now });
    return undefined;
  } catch (error) {
    if (error instanceof ChatError && error.code === "profile-in-use") return error.message;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function memory(
  profile: Profile,
  identity: Identity | undefined,
  history: HistoryReader | undefined,
  peers: readonly RememberedPeer[],
): Memory {
  const names = new Names();
  for (const { peerId, name } of peers) names.named(peerId, name);
  const contacts = history?.contacts.list() ?? [];
  for (const { peerId, alias, blockedAt } of contacts) {
    names.decided(peerId, { alias, blocked: blockedAt !== undefined });
  }
  return {
    profile,
    identity,
    history,
    peers,
    contacts,
    candidates: names.candidates(),
    displayName: (peerId) => names.displayName(peerId),
    [Symbol.dispose]: () => history?.[Symbol.dispose](),
  };
}
