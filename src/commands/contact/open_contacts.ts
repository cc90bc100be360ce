/**
 * The contacts, to be changed: in the node that runs, so that it acts on the change at once; or, where
 * none runs, in the database of the profile, which this process owns meanwhile. Never beside a node,
 * which would not notice.
 */
import type { Profile } from "../../config/paths.ts";
import { openProfile } from "../../config/profile.ts";
import { acquireProfileLock } from "../../config/profile_lock.ts";
import { quote } from "../../config/quote.ts";
import { ChatError } from "../../errors.ts";
import type { ChatNode } from "../../node/chat_node.ts";
import type { CommandContext } from "../command.ts";
import { aborted, Deadline } from "../../deadline.ts";
import type { ProfileOptions } from "../options.ts";
import { readSettings } from "../settings.ts";

/** What of a node has to do with contacts. */
export type Contacts =
  & Pick<
    ChatNode,
    "peerId" | "resolve" | "displayName" | "contacts" | "changeContacts" | "removeContact"
  >
  & AsyncDisposable
  & {
    /** Where peers may be reached, as far as is known: multiaddrs by peer id. */
    addresses(): Promise<ReadonlyMap<string, readonly string[]>>;
  };

/** How long an owner may take until it can be worked through: it may be starting, or leaving. */
const OWNER_PATIENCE_MS = 10_000;
/** How often to look for it meanwhile, and how often to try to become the owner. */
const LOOK_MS = 50;
const LOCK_EVERY_MS = 1_000;
/** Remembered peers whose names count. */
const MAX_PEERS = 10_000;

/** @throws ChatError: whatever is wrong with profile, key or database; the reason of `signal` */
export async function openContacts(
  options: ProfileOptions,
  context: CommandContext,
): Promise<Contacts> {
  const { profile } = await readSettings(options, context);
  using patience = new Deadline(OWNER_PATIENCE_MS, context.signal);
  await openProfile(profile);
  for (;;) {
    const through = await throughOwner(profile);
    if (through !== undefined && !(through instanceof ChatError)) return through;
    try {
      return await asOwner(profile, context);
    } catch (error) {
      if (!(error instanceof ChatError) || error.code !== "profile-in-use") throw error;
      context.signal.throwIfAborted();
      if (patience.expired) throw through ?? error;
    }
    using round = new Deadline(LOCK_EVERY_MS, patience.signal);
    while (!round.signal.aborted) {
      using pause = new Deadline(LOOK_MS, round.signal);
      await aborted(pause.signal);
      const later = await throughOwner(profile);
      if (later !== undefined && !(later instanceof ChatError)) return later;
    }
  }
}

/**
 * The peer that PEER means. An address is nobody: whoever answers there may be another one tomorrow.
 * @returns also where the person says that it is, as a multiaddr
 * @throws ChatError `no-such-peer`, `ambiguous-peer`, `bad-address`, `bad-usage`
 */
export async function requirePeer(
  { resolve, peerId: self }: Pick<Contacts, "resolve" | "peerId">,
  peer: string,
): Promise<{ peerId: string; address: string | undefined }> {
  const recipient = await resolve(peer);
  if (recipient.kind === "address") {
    throw new ChatError("bad-usage", `${quote(peer)} is an address, and anybody may be there`, {
      hint: "write a name or a peer id; `p2p-chat connect` tells who answers at an address",
    });
  }
  if (recipient.peerId === self) {
    throw new ChatError("bad-usage", "that is this very profile", {
      hint: "`p2p-chat id` shows what is known of it",
    });
  }
  return { peerId: recipient.peerId, address: recipient.address };
}

/**
 * @returns undefined where no owner is there, or why it cannot be worked through
 * @throws ChatError `not-supported`: it is of another version
 */
async function throughOwner(profile: Profile): Promise<Contacts | ChatError | undefined> {
  const { connectToOwner } = await import("../../control/client.ts");
  try {
    const node = await connectToOwner(profile);
    if (node === undefined) return undefined;
    return {
      peerId: node.peerId,
      resolve: (peer) => node.resolve(peer),
      displayName: (peerId) => node.displayName(peerId),
      contacts: () => node.contacts(),
      changeContacts: (changes) => node.changeContacts(changes),
      removeContact: (peerId) => node.removeContact(peerId),
      addresses: async () =>
        new Map((await node.knownPeers()).map((each) => [each.peerId, each.addresses])),
      [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
    };
  } catch (error) {
    if (!(error instanceof ChatError) || error.code === "not-supported") throw error;
    return error;
  }
}

/** @throws ChatError `profile-in-use`, and what else is wrong */
async function asOwner(
  profile: Profile,
  { terminal, now }: CommandContext,
): Promise<Contacts> {
  using resources = new DisposableStack();
  resources.use(await acquireProfileLock(profile, { command: "contact", pid: Deno.pid, now }));
  const { openIdentity } = await import("../own_identity.ts");
  const { peerId } = await openIdentity(profile, terminal);
  const { openHistory } = await import("../../history/mod.ts");
  const { ContactBook } = await import("../../node/contact_book.ts");
  const { Names } = await import("../../node/names.ts");
  const { resolveRecipient } = await import("../../node/recipient.ts");
  const history = resources.use(openHistory(profile.databaseFile, peerId, now()));
  const names = new Names();
  for (const peer of history.peers.list(peerId, MAX_PEERS)) names.named(peer.peerId, peer.name);
  const book = new ContactBook({ store: history.contacts, names, now });
  const owned = resources.move();
  return {
    peerId,
    resolve: (peer) => Promise.try(() => resolveRecipient(peer, names.candidates())),
    displayName: (id) => names.displayName(id),
    contacts: () => Promise.try(() => book.list()),
    changeContacts: (changes) => Promise.try(() => book.change(changes)),
    removeContact: (id) => Promise.try(() => book.remove(id)),
    addresses: () =>
      Promise.try(() =>
        new Map(history.peers.list(peerId, MAX_PEERS).map((each) => [each.peerId, each.addresses]))
      ),
    [Symbol.asyncDispose]: () => Promise.try(() => owned.dispose()),
  };
}
