/** Ids of messages, for the commands. */
export * from "../chat_screen/message_id.ts";
