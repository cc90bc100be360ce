export { NOTHING_MORE } from "../../chat_screen/state_words.ts";

/** What `send` and `pipe` say of messages that wait. */
export const WHEN_IT_GOES =
  "it goes out the next time this profile runs a node, such as: p2p-chat listen";
export const IT_GOES_ON = "the node that runs keeps trying; `p2p-chat outbox` shows how that goes";
export const WHEN_IT_GOES_AGAIN =
  "it may have arrived; until it is acknowledged it goes out again, " +
  "whenever this profile runs a node";
