/** A classic peer on the list. */

/** - `a`: one connection a message, never answered
 * - `b`: a conversation on one connection, every message answered */
export type Dialect = "a" | "b";

/** Somebody who was heard, or who took a connection, and has not left. Nothing of it is proven. */
export interface ClassicPeer {
  /** `classic:HOST:PORT` */
  readonly peerId: string;
  /** The address that TCP vouches for, or the host as a person wrote it; without brackets. */
  readonly host: string;
  /** Where it says that it listens, 1 to 65535. */
  readonly port: number;
  /** Its team in dialect A, "" where it told none: a stranger's words, not yet safe for a terminal. */
  readonly name: string;
  /** What it spoke last. */
  readonly dialect: Dialect;
  /** On the list since then, ms since the epoch. */
  readonly since: number;
  /** When it was last heard or reached, ms since the epoch. */
  readonly lastSeen: number;
}
