/** What a running node needs of the rooms that it joins; `mod.ts` gives it the real ones. */
import type { Draft } from "../history/mod.ts";
import type { OwnMessage } from "../history/message_record.ts";
import type { ActivePeer } from "../presence/active_peer.ts";

/** What the node needs of delivery. */
export interface Delivery {
  save(draft: Draft, options: { signal?: AbortSignal }): Promise<OwnMessage>;
  queued(peerId: string): void;
  /** Messages of this peer were shown, and it is to be told. */
  shown(peerId: string): void;
}

/** What the node needs of presence. */
export interface Roster {
  peers(): ActivePeer[];
  /** undefined for a peer that is not active */
  name(peerId: string): string | undefined;
}

/** What the node needs of the classic peers, which have no key (`src/config/classic_id.ts`). */
export interface Classic {
  /** Whether they can reach this node. */
  readonly isListening: boolean;
  /** Ids of the mandatory ones. */
  readonly mandatory: readonly string[];
  peers(): ActivePeer[];
  isActive(peerId: string): boolean;
  /** @throws ChatError `unreachable`, `refused`; the signal's reason */
  connect(peerId: string, options: { signal: AbortSignal }): Promise<ActivePeer>;
  /** Messages for it were committed. */
  queued(peerId: string): void;
  /** Tries everybody for whom something waits at once. */
  retry(): void;
  /** When a peer is tried next, ms since the epoch. */
  nextAttempt(peerId: string): number | undefined;
  /** Resolves when everybody whom the start wanted was tried once. */
  settled(options: { signal: AbortSignal }): Promise<void>;
}

/** What the node needs of whatever keeps it connected. */
export interface Reach {
  /** Who is connected because it was dialled at this address. */
  peerAt(address: string): string | undefined;
  /** Keeps trying until the peer is connected. `address` is one more place to look. */
  seekPeer(peerId: string, address?: string): void;
  /** Keeps trying until somebody answers at the address. */
  seekAddress(address: string): void;
  /** Dials once; resolves with the peer id of whoever answered. */
  dialAddress(address: string, options: { signal: AbortSignal }): Promise<string>;
  dialPeer(
    peerId: string,
    address: string | undefined,
    options: { signal: AbortSignal },
  ): Promise<void>;
  /** Dials all that are sought now. */
  retry(): void;
  /** When a peer or an address is dialled next, ms since the epoch. */
  nextAttempt(target: string): number | undefined;
  /** Resolves when everybody whom the start wanted was tried once. */
  settled(options: { signal: AbortSignal }): Promise<void>;
  /** Addresses of the mandatory peers, as multiaddrs. */
  readonly mandatory: readonly { readonly address: string; readonly peerId: string | undefined }[];
}
