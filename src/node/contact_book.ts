/**
 * The contacts in memory: what the connection gater and the names on the screen ask at every turn. It
 * writes through to the history, and tells the node what follows from a change once that is saved.
 *
 * It knows nothing of libp2p, so that a command can use it where no node runs.
 */
import type { Contact, ContactChange, ContactStore } from "../history/mod.ts";
import type { Names } from "./names.ts";

/** What the book is given. */
export interface ContactBookInit {
  readonly store: ContactStore;
  readonly names: Names;
  /** ms since the epoch */
  readonly now: () => number;
  /** From now on it is kept out. */
  readonly onBlocked?: (peerId: string) => void;
  readonly onUnblocked?: (peerId: string) => void;
  /** A person says that it may be reached there: multiaddrs without the peer id. */
  readonly onAddresses?: (peerId: string, addresses: readonly string[]) => void;
  /** Its addresses were forgotten. */
  readonly onRemoved?: (peerId: string) => void;
}

/** All contacts of a profile. */
export class ContactBook {
  readonly #init: ContactBookInit;
  readonly #contacts = new Map<string, Contact>();

  /** @throws ChatError `storage-busy`, `storage-failed` */
  constructor(init: ContactBookInit) {
    this.#init = init;
    for (const contact of init.store.list()) this.#set(contact);
  }

  /** In the order in which they were added. */
  list(): Contact[] {
    return [...this.#contacts.values()];
  }

  isBlocked(peerId: string): boolean {
    return this.#contacts.get(peerId)?.blockedAt !== undefined;
  }

  /**
   * Makes all of the changes or none.
   * @returns each contact as it is afterwards, in the order of the changes
   * @throws ChatError as `ContactStore.change`
   */
  change(changes: readonly ContactChange[]): Contact[] {
    const { store, now, onBlocked, onUnblocked, onAddresses } = this.#init;
    const after = store.change(changes, now());
    const wasBlocked = new Set(
      changes.flatMap(({ peerId }) => this.isBlocked(peerId) ? [peerId] : []),
    );
    for (const contact of after) this.#set(contact);
    for (const { peerId, addresses = [] } of changes) {
      if (addresses.length > 0) onAddresses?.(peerId, addresses);
    }
    for (const peerId of new Set(changes.map(({ peerId }) => peerId))) {
      if (this.isBlocked(peerId) && !wasBlocked.has(peerId)) onBlocked?.(peerId);
      if (!this.isBlocked(peerId) && wasBlocked.has(peerId)) onUnblocked?.(peerId);
    }
    return after;
  }

  /**
   * Forgets a contact.
   * @returns what it was; undefined: it was none
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  remove(peerId: string): Contact | undefined {
    const { store, names, onRemoved, onUnblocked } = this.#init;
    const before = store.remove(peerId);
    if (before === undefined) return undefined;
    this.#contacts.delete(peerId);
    names.decided(peerId, { alias: undefined, blocked: false });
    onRemoved?.(peerId);
    if (before.blockedAt !== undefined) onUnblocked?.(peerId);
    return before;
  }

  #set(contact: Contact): void {
    const { peerId, alias, blockedAt } = contact;
    this.#contacts.set(peerId, contact);
    this.#init.names.decided(peerId, { alias, blocked: blockedAt !== undefined });
  }
}
