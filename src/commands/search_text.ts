/** How the search for a recipient goes, for the commands. */
export * from "../chat_screen/search_text.ts";
