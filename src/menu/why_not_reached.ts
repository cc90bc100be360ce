/**
 * "Why is a peer not reached?": tries to reach a peer now, in sight, and tells what is known of
 * reaching it and what would help, as the command `why` does.
 */
import { otherName } from "../commands/node_text.ts";
import { tryNow } from "../commands/why/explore.ts";
import { findingsText } from "../commands/why/findings.ts";
import { wrapLine } from "../terminal/wrap_line.ts";
import type { Recipient } from "../node/chat_node.ts";
import { startProgress } from "../terminal/progress.ts";
import { askPeer } from "./ask_peer.ts";
import { breakable } from "./breakable.ts";
import type { OpenMenu } from "./open_menu.ts";

/** As long as the command tries by default. */
const TRYING_MS = 10_000;
const HANGING_INDENT = 4;

/**
 * Asks for a peer and shows the report.
 * @throws PromptCancelled; the signal's reason; ChatError `bad-usage`, `storage-failed`
 */
export async function askWhy(menu: OpenMenu): Promise<void> {
  const recipient = await askPeer({ message: "Who is not reached?" }, menu);
  if (recipient !== undefined && recipient.kind !== "everybody") await showWhy(recipient, menu);
}

/** @throws the signal's reason; ChatError `bad-usage` (oneself), `storage-failed` */
export async function showWhy(recipient: Recipient, menu: OpenMenu): Promise<void> {
  const { node, terminal, displayName, prompter, style, signal, now } = menu;
  const findings = await breakable(terminal, signal, async (enough) => {
    const name = otherName(recipient, displayName);
    using _progress = startProgress(terminal, `trying to reach ${name}; Esc goes on`, {
      signal: enough,
    });
    return await tryNow(node, recipient, TRYING_MS, { signal, enough, now });
  });
  const columns = terminal.interactive ? terminal.columns : Infinity;
  prompter.note(
    findingsText(findings, now(), style)
      .flatMap((line) => wrapLine(line, columns, HANGING_INDENT)),
  );
}
