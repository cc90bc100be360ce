/**
 * The three prompts of `@inquirer/prompts` that are used, to be imported when a question is asked.
 * Naming them here keeps the others, and the half megabyte they need, out of the compiled program.
 */
export { confirm, input, select } from "@inquirer/prompts";
