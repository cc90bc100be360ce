/** The identity of a profile: the one that is there, or a new one that a person is told about. */
import type { Profile } from "../config/paths.ts";
import { type Identity, loadIdentity, loadOrCreateIdentity } from "../identity/key_file.ts";
import { sanitise } from "../terminal/sanitise.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** @throws ChatError `key-damaged`, `key-exposed`, `profile-unusable` */
export async function openIdentity(profile: Profile, terminal: Terminal): Promise<Identity> {
  const existing = await loadIdentity(profile.keyFile);
  if (existing !== undefined) return existing;
  const made = await loadOrCreateIdentity(profile.keyFile);
  terminal.remark(`first start: a new identity was made, ${made.peerId}`);
  const file = sanitise(profile.keyFile);
  terminal.remark(`its key is ${file}; keep a copy, whoever has it is this peer`);
  return made;
}
