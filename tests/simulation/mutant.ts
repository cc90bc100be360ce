/**
 * Faults put in on purpose, so that the simulation is seen to find them. Each changes how the effects
 * of the state machines are carried out; what it breaks is what its name says.
 */

export const MUTANTS = [
  /** The recipient answers first and stores a little later. */
  "acknowledge-before-commit",
  /** The recipient answers although its database could not store. */
  "acknowledge-failed-commit",
  /** The person is told "queued" before it is in the database. */
  "accept-before-commit",
  /** A new stream goes on where the last one ended. */
  "go-on-after-reconnect",
  /** No timer ever fires at the sender. */
  "forget-timers",
  /** What came before is stored once more, as if it were another message. */
  "store-duplicates",
  /** The outbox is read from its end. */
  "newest-first",
  /** Written to a stream counts as delivered. */
  "delivered-when-sent",
  /** What is stored counts as shown. */
  "read-when-stored",
  /** A receipt is forgotten once it was written to a stream. */
  "receipt-sent-once",
  /** That a message was read is not forced to the disk, before its receipt is answered. */
  "read-without-flush",
  /** A message that was taken back stays so, whatever its recipient says. */
  "cancelled-for-good",
  /** More goes out than the window has room for. */
  "ignore-window",
  /** Nothing goes out to one peer while another one has not answered. */
  "one-at-a-time",
] as const;

export type Mutant = typeof MUTANTS[number];
