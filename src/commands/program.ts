/** The program from its arguments to its exit code: finds the command, runs it, reports failures. */
import { runParserSync } from "@optique/core/facade";
import { extractCommandNames } from "@optique/core/usage";
import { quote } from "../config/quote.ts";
import { mistypedVariables } from "../config/variables.ts";
import { ChatError } from "../errors.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle } from "../terminal/style.ts";
import type { Action, CommandContext, ReportOptions } from "./command.ts";
import { EXIT_CODES, reportFailure } from "./failure.ts";
import { grammarOf } from "./grammar.ts";
import { formatHelp, PROGRAM_HELP } from "./help.ts";
import { COMMANDS, loadCommands } from "./table.ts";
import { usageError } from "./usage_error.ts";

/** @returns the exit code; never rejects */
export async function runProgram(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  let report = reportOptionsIn(args);
  try {
    const action = await understand(args);
    report = action.report;
    // A shell that completes shows whatever is said in the middle of the line.
    if (args[0] !== "completion") warnOfVariables(context);
    return await action.run(context);
  } catch (error) {
    return reportFailure(error, context.terminal, report, context.now);
  }
}

/** @throws ChatError `bad-usage` */
async function understand(args: readonly string[]): Promise<Action> {
  const words = withCommand(args);
  const [name = ""] = words;
  const commands = await loadCommands(name);
  const grammar = grammarOf(commands);
  const [only] = commands.length === 1 ? commands : [];
  const [, second = ""] = words;
  const nested = only !== undefined && extractCommandNames(only.parser.usage).has(second)
    ? second
    : undefined;
  return runParserSync<typeof grammar, Action, never>(grammar, "p2p-chat", words, {
    help: {
      option: { names: ["--help", "-h"] },
      onShow: (_, page) => ({
        report: {},
        run({ terminal }) {
          terminal.print(formatHelp(page, only ?? PROGRAM_HELP, nested));
          return Promise.resolve(EXIT_CODES.done);
        },
      }),
    },
    onError: (_, error) => {
      throw misplacedCommand(args) ??
        usageError(error, only?.parser.usage ?? grammar.usage, only?.name);
    },
    aboveError: "none",
    stdout: () => {}, // The page is formatted here and goes through the terminal.
    stderr: () => {},
  });
}

/** A variable of ours that is mistyped counts for nothing; without a word nobody would know. */
function warnOfVariables({ terminal, variables = () => [] }: CommandContext): void {
  const style = createStyle(terminal.colors);
  for (const { name, meant } of mistypedVariables(variables())) {
    terminal.remark(
      `${style.warn("warning:")} nothing reads the variable ${sanitise(name)}; ` +
        `did you mean ${meant}?`,
    );
  }
}

/** Without a command the menu opens, with the options that were given; `help X` may be `X --help`. */
function withCommand(args: readonly string[]): readonly string[] {
  const [first, ...others] = args;
  if (first === "help") {
    const [word] = others;
    if (word === undefined) return ["--help"];
    return COMMANDS.has(word) ? [...others, "--help"] : args;
  }
  const none = first === undefined || (first.startsWith("-") && !["--help", "-h"].includes(first));
  return none ? ["menu", ...args] : args;
}

/** Options came first, so they were taken for those of the menu. */
function misplacedCommand([first, ...others]: readonly string[]): ChatError | undefined {
  const command = others.find((word) => COMMANDS.has(word));
  if (command === undefined || !first?.startsWith("-")) return undefined;
  return new ChatError("bad-usage", `the command ${quote(command)} comes after ${quote(first)}`, {
    hint: `write the command first: p2p-chat ${command} ${first} ...`,
  });
}

/** How to report that the arguments make no sense, from what can be seen of them. */
function reportOptionsIn(args: readonly string[]): ReportOptions {
  const end = args.indexOf("--");
  const options = end < 0 ? args : args.slice(0, end);
  return { json: options.includes("--json"), verbose: options.includes("--verbose") };
}
