/** Every limit of the classic protocols. Times in ms, sizes in bytes of UTF-8. */

/** Address, team and text of dialect A together. */
export const MAX_LETTER_BYTES = 64 * 1024;
/** Address and team of dialect A: the old programs read no more than this at once. */
export const MAX_HEADER_BYTES = 1_024;
/** One line of dialect B, without its end. */
export const MAX_LINE_BYTES = 32 * 1024;
/** The team that is said in dialect A is cut to this. */
export const MAX_TEAM_BYTES = 64;
/** What the old programs read at once: a longer letter loses its end there. */
export const OLD_READ_BYTES = 1_024;

/** A connection that says nothing, a letter or a line that was begun: complete within this time. */
export const COMPLETE_WITHIN_MS = 20_000;
/** An answer has to be taken within this time. */
export const WRITE_WITHIN_MS = 20_000;
/** All inbound connections together; further ones wait in the system's queue. */
export const MAX_INBOUND = 256;
/** Of one host at a time; further ones wait without being read. */
export const MAX_SEATS_PER_HOST = 32;
/** Of one host, waiting, before nothing more is accepted. */
export const MAX_WAITING_PER_HOST = 96;
/** How long a connection may be silent, or wait, while others of its host want its place. */
export const GIVES_WAY_MS = 250;
/** Peers on the list; of further ones the messages are kept, but they are not listed. */
export const MAX_LISTED = 512;
/** How long to wait after accepting failed, or the database did. */
export const RETRY_MS = 250;
/** How long what was saved waits for more that share its flush to the disk. */
export const FLUSH_DELAY_MS = 5;

/** How long a dial may take. */
export const DIAL_WITHIN_MS = 10_000;
/** Dials at a time. */
export const MAX_PARALLEL_DIALS = 8;
/** A message that is not answered within this time goes out again later. */
export const ANSWER_WITHIN_MS = 10_000;
/** An own conversation with nothing to say ends after this time. */
export const IDLE_CONVERSATION_MS = 30_000;
/** After a letter: how long its reader may take to close, so that the next one does not overtake. */
export const LINGER_MS = 500;
/** Back-off between attempts, full jitter. */
export const BACKOFF_BASE_MS = 1_000;
export const BACKOFF_CAP_MS = 60_000;
/** Messages that are read from the outbox at a time. */
export const LOAD_MESSAGES = 64;
/** Saying `exit` to everybody may delay the end by this much. */
export const FAREWELL_MS = 500;

/**
 * The port that is told where this program does not listen: the discard service of RFC 863, which
 * hardly anybody runs. The old programs need a number, and 0 is none for many of them.
 */
export const NOT_LISTENING_PORT = 9;
