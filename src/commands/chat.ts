/**
 * `chat`: a conversation with one peer. On a terminal that can be drawn on it is a screen; with
 * `--plain`, in a pipe, or where nothing can be drawn (`TERM=dumb`), it goes line by line.
 *
 * Its node stays until it is left: that of another process where one runs, else its own, on the
 * configured port.
 *
 * Exit codes: 0 for leaving, and for the end of the input; 1 where a line of that could not be saved; 4
 * for a PEER that nobody is; 130 for Ctrl-C.
 */
import { merge, object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import type { TalkEnding } from "../chat_screen/talk.ts";
import { asScreen, type ScreenTerminal } from "../terminal/screen_terminal.ts";
import type { ChatState } from "./chat/on_screen.ts";
import type { Command, CommandContext } from "./command.ts";
import { EXIT_CODES } from "./failure.ts";
import { Interruption } from "./interruption.ts";
import { LastingSession } from "./lasting_session.ts";
import { Notifier } from "./notifier.ts";
import {
  anyText,
  lastingOptions,
  PEER_DESCRIPTION,
  type ProfileOptions,
  profileOptions,
  requiredArgument,
  type SettingOptions,
} from "./options.ts";
import { openSession } from "./session.ts";

export interface ChatOptions extends ProfileOptions, SettingOptions {
  readonly peer: string;
  /** Line by line, also on a terminal that can be drawn on. */
  readonly plain: boolean;
  /** How many messages from before to show at once: 0 to 1,000. */
  readonly history: number;
}

const PURPOSE = { command: "chat", listen: "configured" } as const;
const DEFAULT_HISTORY = 20;
const MOST_HISTORY = 1_000;

export const chat: Command<ChatOptions> = {
  name: "chat",
  summary: "Talk with one peer.",
  examples: ["p2p-chat chat red", "p2p-chat chat 192.168.1.20:7000 --plain --history 5"],
  parser: merge(
    object({
      peer: requiredArgument(anyText("PEER"), PEER_DESCRIPTION),
      plain: option("--plain", {
        description: message`Line by line, for screen readers; so it is in a pipe.`,
      }),
      history: withDefault(
        option("--history", integer({ min: 0, max: MOST_HISTORY, metavar: "N" }), {
          description: message`${text("Begin with the last N messages (default 20).")}`,
        }),
        DEFAULT_HISTORY,
      ),
    }),
    lastingOptions,
    profileOptions,
  ),

  async run(options, context) {
    const { terminal, now, signal } = context;
    const screen = options.plain ? undefined : asScreen(terminal);
    if (screen !== undefined) return await onScreen(screen, options, context);
    await using session = await LastingSession.open(options, PURPOSE, context);
    const recipient = await session.ask((node) => node.resolve(options.peer));
    const { runPlain } = await import("../chat_screen/plain/run.ts");
    const { history } = options;
    const ending = await runPlain({ session, terminal, recipient, history, now, signal });
    return exitCodeOf(ending, session, context);
  },
};

/** The node of another process may go, and the conversation go on through the next one. */
async function onScreen(
  screen: ScreenTerminal,
  options: ChatOptions,
  context: CommandContext,
): Promise<number> {
  const { chatOnScreen, chatState } = await import("./chat/on_screen.ts");
  const { signal } = context;
  let notifier: Notifier | undefined;
  for (let state: ChatState | undefined;;) {
    await using session = await openSession(options, PURPOSE, context);
    const { node, config } = session;
    notifier ??= new Notifier(context, config.notifications);
    state ??= chatState(await node.resolve(options.peer));
    try {
      const left = await chatOnScreen(node, state, screen, { ...context, notifier });
      if (left === "interrupted") return EXIT_CODES.interrupted;
      if (typeof left === "string") return EXIT_CODES.done;
      state = left;
    } catch (error) {
      if (signal.aborted && signal.reason instanceof Interruption) {
        return signal.reason.by === "SIGINT" ? EXIT_CODES.interrupted : EXIT_CODES.done;
      }
      if (screen.closed.aborted) return EXIT_CODES.done;
      throw error;
    }
  }
}

/** @throws why there is no node any more; what ended the program, where that was no signal */
function exitCodeOf(
  { kind, unsaved }: TalkEnding,
  session: LastingSession,
  { signal, terminal }: CommandContext,
): number {
  if (kind === "quit") return EXIT_CODES.done;
  if (kind === "input-over") return unsaved > 0 ? EXIT_CODES.failed : EXIT_CODES.done;
  if (signal.aborted) {
    if (!(signal.reason instanceof Interruption)) throw signal.reason;
    return signal.reason.by === "SIGINT" ? EXIT_CODES.interrupted : EXIT_CODES.done;
  }
  if (terminal.closed.aborted) return EXIT_CODES.done;
  throw session.ended.reason;
}
