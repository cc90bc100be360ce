/**
 * The messages of a profile and the outbox: what was written here, what arrived, what waits.
 *
 * Guarantees: an incoming message is stored once for each sender and id; an own message is in the
 * outbox exactly as long as its state is `queued` or `sent`, and more can be known of it. Every method that writes is one
 * transaction and throws ChatError `storage-failed` if it did not happen.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { guard, lazyTransaction, transaction } from "./database.ts";
import type { Conversation, MessageState, OwnMessage, ReceivedMessage } from "./message_record.ts";
import { readMessage, SELECT_MESSAGE, WAITS } from "./message_row.ts";
import type { PeerStore } from "./peer_store.ts";

/** A message written here that is not saved yet. */
export interface Draft {
  readonly conversation: Conversation;
  readonly id: string;
  readonly text: string;
  readonly sentAt: number;
  readonly replyTo: string | undefined;
  /** Id of an own message without which this one is not to be saved either. */
  readonly after?: string | undefined;
}

/** A message from the wire. */
export interface IncomingMessage {
  readonly id: string;
  readonly sentAt: number;
  readonly text: string;
  readonly replyTo: string | undefined;
}

/** A message that waits in the outbox, as it goes on the wire. */
export interface OutgoingMessage extends IncomingMessage {
  /** Counts up from 1 for each conversation. */
  readonly sequence: number;
}

/** What became of messages that arrived together, after the commit. */
export interface Accepted {
  /** The ones that were new, in the order of arrival. */
  readonly fresh: readonly ReceivedMessage[];
  /** Ids that were here already with another text: the first text stays. */
  readonly conflicts: readonly string[];
}

/** A state that an own message can come to after it was queued. */
export type LaterState = Exclude<MessageState, "queued">;

/**
 * From which states a message comes to another one. What is heard from the recipient is the truth,
 * also for a message that was taken back too late.
 */
const PREDECESSORS: { readonly [State in LaterState]: readonly MessageState[] } = {
  sent: ["queued"],
  delivered: ["queued", "sent", "cancelled"],
  read: ["queued", "sent", "delivered", "cancelled"],
  refused: ["queued", "sent", "cancelled"],
  cancelled: ["queued", "sent"],
};

/**
 * Found out again where a power cut undoes them: not worth a flush to the disk. `read` is worth it:
 * the recipient tells it until it is answered, and not again.
 */
export const UNFLUSHED_STATES: ReadonlySet<LaterState> = new Set(["sent", "delivered"]);

/** Reads and writes the tables `conversation` and `message`. */
export class MessageStore {
  readonly #db: DatabaseSync;
  readonly #peers: PeerStore;
  readonly #selfKey: number;
  readonly #insertOwn: StatementSync;
  readonly #insertReceived: StatementSync;
  readonly #setState: ReadonlyMap<LaterState, StatementSync>;
  readonly #setUnanswerable: StatementSync;
  readonly #selectWaiting: StatementSync;
  readonly #nextSequence: StatementSync;
  readonly #selectPeerConversation: StatementSync;
  readonly #selectOwn: StatementSync;
  readonly #selectIn: StatementSync;

  /** @param selfKey the row of this profile's own identity in `peer` */
  constructor(db: DatabaseSync, peers: PeerStore, selfKey: number) {
    this.#db = db;
    this.#peers = peers;
    this.#selfKey = selfKey;
    this.#insertOwn = db.prepare(`
      INSERT INTO message
        (conversation, sender, id, sent_at, recorded_at, state, sequence, reply_to, text)
      VALUES (?, ${selfKey}, ?, ?, ?, 'queued', ?, ?, ?)`);
    this.#insertReceived = db.prepare(`
      INSERT INTO message (conversation, sender, id, sent_at, recorded_at, reply_to, text)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sender, id) DO NOTHING`);
    this.#setState = new Map(
      (Object.keys(PREDECESSORS) as LaterState[]).map((
        state,
      ) => [state, prepareSetState(db, selfKey, state)]),
    );
    this.#setUnanswerable = db.prepare(`
      UPDATE message SET state = 'sent', unanswerable = 1, recorded_at = ?
      WHERE sender = ${selfKey} AND id = ? AND conversation = ? AND ${WAITS}
      RETURNING position, sent_at, reply_to, text`);
    this.#selectWaiting = db.prepare(`
      SELECT sequence, id, sent_at, text, reply_to FROM message INDEXED BY outbox
      WHERE conversation = ? AND ${WAITS} AND sequence > ?
      ORDER BY sequence LIMIT ?`);
    this.#nextSequence = db.prepare(`
      UPDATE conversation SET last_sequence = last_sequence + 1
      WHERE key = ? RETURNING last_sequence`);
    this.#selectPeerConversation = db.prepare(
      "SELECT key FROM conversation WHERE peer = (SELECT key FROM peer WHERE peer_id = ?)",
    );
    this.#selectOwn = db.prepare(`${SELECT_MESSAGE} WHERE sender = ${selfKey} AND id = ?`);
    // Its sender is one of the two sides: ids are found by sender.
    this.#selectIn = db.prepare(`
      SELECT 1 FROM message
      WHERE sender IN (?, (SELECT peer FROM conversation WHERE key = ?))
        AND id = ? AND conversation = ?`);
  }

  /**
   * Saves drafts as `queued`, in the given order. Where an own message has the id of a draft already,
   * nothing is written, and that message is given as it is now, whatever it says.
   * @returns one for each draft; undefined where the message that it is to come after is missing
   */
  enqueue(drafts: readonly Draft[], now: number): (OwnMessage | undefined)[] {
    return transaction(this.#db, () =>
      drafts.map((draft) => {
        const { conversation, id, sentAt, text, replyTo, after } = draft;
        const stored = this.own(id);
        if (stored !== undefined) return stored;
        if (after !== undefined && this.own(after) === undefined) return undefined;
        const key = this.#conversationKey(conversation, now);
        const { lastInsertRowid } = this.#insertOwn
          .run(key, id, sentAt, now, this.#takeSequence(key), replyTo ?? null, text);
        return {
          direction: "out",
          position: Number(lastInsertRowid),
          id,
          conversation,
          text,
          sentAt,
          replyTo,
          state: "queued",
          stateAt: now,
          reason: undefined,
          unanswerable: false,
        };
      }));
  }

  /** Saves what a peer sent, once each; when it returns, the messages may be acknowledged. */
  accept(peerId: string, messages: readonly IncomingMessage[], now: number): Accepted {
    return this.acceptAll(messages.map((message) => ({ ...message, peerId })), now);
  }

  /**
   * The same for messages of several peers, with one commit for all of them.
   * @param commit `lazy`: a power cut may take them until the next `History.flush()`; what promises
   *   that they are on the disk waits for that
   */
  acceptAll(
    messages: readonly (IncomingMessage & { readonly peerId: string })[],
    now: number,
    commit: "flushed" | "lazy" = "flushed",
  ): Accepted {
    return (commit === "lazy" ? lazyTransaction : transaction)(this.#db, () => {
      const keys = new Map<string, readonly [conversation: number, sender: number]>();
      const fresh: ReceivedMessage[] = [];
      const conflicts: string[] = [];
      for (const { peerId, id, sentAt, text, replyTo } of messages) {
        const conversation: Conversation = { kind: "peer", peerId };
        const [key, sender] = keys.get(peerId) ??
          [this.#conversationKey(conversation, now), this.#peers.keyOf(peerId, "inbound", now)];
        keys.set(peerId, [key, sender]);
        const { changes, lastInsertRowid } = this.#insertReceived
          .run(key, sender, id, sentAt, now, replyTo ?? null, text);
        if (changes === 0) {
          if (this.#storedText(sender, id) !== text) conflicts.push(id);
          continue;
        }
        fresh.push({
          direction: "in",
          position: Number(lastInsertRowid),
          id,
          conversation,
          text,
          sentAt,
          replyTo,
          receivedAt: now,
        });
      }
      return { fresh, conflicts };
    });
  }

  /** The next messages that wait for a peer, after the sequence number `after`, in order. */
  waiting(peerId: string, after: number, limit: number): OutgoingMessage[] {
    const rows = guard(this.#db, () => {
      const key = this.#findConversation({ kind: "peer", peerId });
      return key === undefined ? [] : this.#selectWaiting.all(key, after, limit);
    });
    return rows.map((row) => ({
      sequence: Number(row.sequence),
      id: String(row.id),
      sentAt: Number(row.sent_at),
      text: String(row.text),
      replyTo: row.reply_to === null ? undefined : String(row.reply_to),
    }));
  }

  /**
   * Records a state of messages to `peerId`; those that cannot come to it are left alone (a late
   * `sent`, an answer that came twice). A power cut may undo `sent` and `delivered`: the message then
   * goes out once more, and the recipient knows it already. Only one that was taken back too late
   * stays `cancelled` then.
   * @returns the messages that changed
   */
  record(
    peerId: string,
    ids: readonly string[],
    state: LaterState,
    now: number,
    reason?: string,
  ): OwnMessage[] {
    const commit = UNFLUSHED_STATES.has(state) ? lazyTransaction : transaction;
    return commit(this.#db, () =>
      this.#change(
        peerId,
        ids,
        { state, stateAt: now, reason, unanswerable: false },
        (id, key) => this.#setState.get(state)?.get(now, reason ?? null, id, key),
      ));
  }

  /**
   * Records that messages to `peerId` went out in a protocol that acknowledges nothing: they are `sent`
   * and wait no more. Those that do not wait are left alone.
   * @returns the messages that changed
   */
  recordUnanswerable(peerId: string, ids: readonly string[], now: number): OwnMessage[] {
    // Nobody would find out again: without a flush a power cut would send them twice.
    return transaction(this.#db, () =>
      this.#change(
        peerId,
        ids,
        { state: "sent", stateAt: now, reason: undefined, unanswerable: true },
        (id, key) => this.#setUnanswerable.get(now, id, key),
      ));
  }

  /** @param change changes the message in the conversation, and gives its row; undefined: it did not */
  #change(
    peerId: string,
    ids: readonly string[],
    after: Pick<OwnMessage, "state" | "stateAt" | "reason" | "unanswerable">,
    change: (id: string, key: number) => Record<string, unknown> | undefined,
  ): OwnMessage[] {
    const conversation: Conversation = { kind: "peer", peerId };
    const key = this.#findConversation(conversation);
    if (key === undefined) return [];
    const changed: OwnMessage[] = [];
    for (const id of ids) {
      const row = change(id, key);
      if (row === undefined) continue;
      changed.push({
        direction: "out",
        position: Number(row.position),
        id,
        conversation,
        text: String(row.text),
        sentAt: Number(row.sent_at),
        replyTo: row.reply_to === null ? undefined : String(row.reply_to),
        ...after,
      });
    }
    return changed;
  }

  /**
   * Gives the messages that wait for an address to the peer that answered there; they keep their
   * order, behind what waits for that peer already.
   * @returns whether there were any
   */
  bind(address: string, peerId: string, now: number): boolean {
    const from = guard(this.#db, () => this.#findConversation({ kind: "address", address }));
    if (from === undefined) return false;
    transaction(this.#db, () => {
      const to = this.#conversationKey({ kind: "peer", peerId }, now);
      const move = this.#db.prepare(
        "UPDATE message SET conversation = ?, sequence = ? WHERE position = ?",
      );
      const rows = this.#db
        .prepare("SELECT position FROM message WHERE conversation = ? ORDER BY sequence").all(from);
      for (const row of rows) move.run(to, this.#takeSequence(to), Number(row.position));
      this.#db.prepare("DELETE FROM conversation WHERE key = ?").run(from);
    });
    return true;
  }

  /** Whether a message is in a conversation, own or received. */
  has(conversation: Conversation, id: string): boolean {
    return guard(this.#db, () => {
      const key = this.#findConversation(conversation);
      return key !== undefined && this.#selectIn.get(this.#selfKey, key, id, key) !== undefined;
    });
  }

  /** An own message by its id. */
  own(id: string): OwnMessage | undefined {
    const row = guard(this.#db, () => this.#selectOwn.get(id));
    if (row === undefined) return undefined;
    const message = readMessage(row, this.#selfKey);
    return message.direction === "out" ? message : undefined;
  }

  #storedText(sender: number, id: string): unknown {
    return this.#db.prepare("SELECT text FROM message WHERE sender = ? AND id = ?")
      .get(sender, id)?.text;
  }

  #takeSequence(conversation: number): number {
    return Number(this.#nextSequence.get(conversation)?.last_sequence);
  }

  #findConversation(conversation: Conversation): number | undefined {
    const row = conversation.kind === "peer"
      ? this.#selectPeerConversation.get(conversation.peerId)
      : this.#db.prepare("SELECT key FROM conversation WHERE address = ?")
        .get(conversation.address);
    return row === undefined ? undefined : Number(row.key);
  }

  #conversationKey(conversation: Conversation, now: number): number {
    const found = this.#findConversation(conversation);
    if (found !== undefined) return found;
    const [peer, address] = conversation.kind === "peer"
      ? [this.#peers.keyOf(conversation.peerId, "asked", now), null]
      : [null, conversation.address];
    return Number(
      this.#db.prepare("INSERT INTO conversation (peer, address) VALUES (?, ?)")
        .run(peer, address).lastInsertRowid,
    );
  }
}

function prepareSetState(db: DatabaseSync, selfKey: number, state: LaterState): StatementSync {
  const before = PREDECESSORS[state].map((name) => `'${name}'`).join(", ");
  return db.prepare(`
    UPDATE message SET state = '${state}', recorded_at = ?, reason = ?
    WHERE sender = ${selfKey} AND id = ? AND conversation = ? AND state IN (${before})
    RETURNING position, sent_at, reply_to, text`);
}
