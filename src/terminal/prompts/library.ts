/**
 * The two prompts of `@inquirer/prompts` that are used and one of our own, to be imported when a
 * question is asked.
 * Naming them here keeps the others, and the half megabyte they need, out of the compiled program.
 */
export { confirm, select } from "@inquirer/prompts";
export { liveInput } from "./live_input.ts";
