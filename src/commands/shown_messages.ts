/** What was really written, for the commands. */
export * from "../chat_screen/shown_messages.ts";
