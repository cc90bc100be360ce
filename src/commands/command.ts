/**
 * The one shape of every command: what it is called, how its arguments are understood, what it does.
 * The command line and the menu fill the same options and call the same `run`.
 */
import { map } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import type { Environment } from "../config/paths.ts";
import type { NodeInit, OwnNode } from "../node/mod.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** How a command reports, whatever it does. */
export interface ReportOptions {
  /** Results and errors as JSON, one object a line, see `ndjson.ts`. */
  readonly json?: boolean | undefined;
  /** Log to standard error, and show the causes of an error. */
  readonly verbose?: boolean | undefined;
}

/** One command. Its file loads what only `run` needs when it runs, so that `--help` stays fast. */
export interface Command<Options extends ReportOptions> {
  readonly name: string;
  /** One sentence, with its full stop. */
  readonly summary: string;
  /** Whole command lines; at least one. */
  readonly examples: readonly string[];
  readonly parser: Parser<"sync", Options, unknown>;
  /**
   * @returns the exit code, where it is not told by an error
   * @throws ChatError; the reason of `context.signal`
   */
  run(options: Options, context: CommandContext): Promise<number>;
}

/** Everything that a command needs of the world around it. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly env: Environment;
  /** The names of all environment variables; undefined where they cannot be listed. */
  readonly variables?: () => readonly string[];
  /** Aborts when the command should end: a signal, or the terminal was closed. */
  readonly signal: AbortSignal;
  /** The clock, ms since the epoch. */
  readonly now: () => number;
  /** In tests, instead of the node of `src/node/mod.ts`. */
  readonly startNode?: (init: NodeInit) => Promise<OwnNode>;
  /**
   * Calls `listener` when the settings are to be read again (SIGHUP), which does not end the program
   * then, until the result is disposed. Not there where a person has it on a terminal: its end sends
   * the same signal.
   */
  readonly onReload?: (listener: () => void) => Disposable;
}

/** A command whose options have been understood. */
export interface Action {
  readonly report: ReportOptions;
  run(context: CommandContext): Promise<number>;
}

/** The parser of a command, with a result that can be run without knowing which command it is. */
export function actionParser<Options extends ReportOptions>(
  command: Command<Options>,
): Parser<"sync", Action> {
  return map(command.parser, (options) => ({
    report: { json: options.json, verbose: options.verbose },
    run: (context: CommandContext) => command.run(options, context),
  }));
}
