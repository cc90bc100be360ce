/**
 * `chat`: a conversation with one peer, on the whole screen. Works through the node that runs, or runs
 * one that stays for as long as the conversation.
 *
 * Exit code: 0, also where the terminal is closed or the system asks to stop; 130 for Ctrl-C.
 */
import { merge, object } from "@optique/core/constructs";
import { ChatError } from "../errors.ts";
import { asScreen } from "../terminal/screen_terminal.ts";
import { chatOnScreen, type ChatState, chatState } from "./chat/on_screen.ts";
import type { Command, CommandContext } from "./command.ts";
import { EXIT_CODES } from "./failure.ts";
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
}

export const chat: Command<ChatOptions> = {
  name: "chat",
  summary: "Talk with a peer on the whole screen.",
  examples: ["p2p-chat chat red", "p2p-chat chat 192.168.1.20:7000"],
  parser: merge(
    object({ peer: requiredArgument(anyText("PEER"), PEER_DESCRIPTION) }),
    lastingOptions,
    profileOptions,
  ),

  async run(options, context) {
    let state: ChatState | undefined;
    for (;;) {
      const next = await chatOnce(options, state, context);
      if (typeof next === "number") return next;
      state = next;
    }
  },
};

async function chatOnce(
  options: ChatOptions,
  before: ChatState | undefined,
  context: CommandContext,
): Promise<number | ChatState> {
  const screen = asScreen(context.terminal);
  if (screen === undefined) {
    throw new ChatError("not-supported", "chat needs a terminal", { hint: "use pipe in scripts" });
  }
  await using session = await openSession(
    options,
    { command: "chat", listen: "configured" },
    context,
  );
  const { node } = session;
  const state = before ?? chatState(await node.resolve(options.peer));
  const left = await chatOnScreen(node, state, screen, () => Promise.resolve(undefined), context);
  if (typeof left !== "string") return left;
  return left === "interrupted" ? EXIT_CODES.interrupted : EXIT_CODES.done;
}
