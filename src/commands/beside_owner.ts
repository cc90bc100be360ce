/**
 * Reads a profile beside the process that owns it: its history and the peers that it remembers. It
 * takes no lock, starts no node and makes nothing, not even an identity.
 */
import type { HistoryReader, RememberedPeer } from "../history/mod.ts";
import { shortPeerId } from "../node/recipient.ts";
import { sanitise } from "../terminal/sanitise.ts";
import type { CommandContext } from "./command.ts";
import type { DisplayName } from "./node_lines.ts";
import type { ProfileOptions } from "./options.ts";
import { readSettings } from "./settings.ts";

/** Remembered peers that are read at most, the most recently seen ones. */
const MAX_PEERS = 10_000;

/** What a profile remembers. Dispose it to close the database. */
export interface Memory extends Disposable {
  /** Undefined where nothing was ever written. */
  readonly history: HistoryReader | undefined;
  /** Most recently seen first. */
  readonly peers: readonly RememberedPeer[];
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
  if (identity === undefined) return memory(undefined, []);
  const { readHistory } = await import("../history/mod.ts");
  const history = readHistory(profile.databaseFile, identity.peerId);
  return memory(history, history?.peers.list(identity.peerId, MAX_PEERS) ?? []);
}

function memory(history: HistoryReader | undefined, peers: readonly RememberedPeer[]): Memory {
  const names = new Map(peers.map(({ peerId, name }) => [peerId, sanitise(name).trim()]));
  return {
    history,
    peers,
    displayName: (peerId) => names.get(peerId) || shortPeerId(peerId),
    [Symbol.dispose]: () => history?.[Symbol.dispose](),
  };
}
