/** Messages that are followed, for the commands. */
export * from "../chat_screen/own_messages.ts";
