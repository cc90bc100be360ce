/**
 * One-to-one messages: at least once on the wire, exactly once in the history.
 *
 * A message is committed to the sender's database before anything is sent, and acknowledged by the
 * recipient only after its own commit; the acknowledgement is committed before the message counts
 * as delivered. Whatever is unanswered when a stream ends goes out again, in order, on the next one,
 * for as long as it takes.
 *
 * The room does not dial, resolve names or decide who may write: it uses the connections that are
 * there. `wire.proto` documents the bytes, `state.ts` the sender's decisions.
 */
export { DirectDriver, type DirectDriverInit } from "./driver.ts";
export type { DirectStore } from "./store.ts";
export { MAX_TEXT_BYTES, textFault } from "./wire.ts";
