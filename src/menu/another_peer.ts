/**
 * Asks, before something is written, where the peer is not the one that the person knows by this address
 * or name (`chat_screen/another_peer.ts`).
 */
import { type Doubt, DOUBT_HINT, doubtAbout } from "../chat_screen/another_peer.ts";
import { wrapLine } from "../terminal/wrap_line.ts";
import type { Recipient } from "../node/chat_node.ts";
import { inSight } from "./in_sight.ts";
import type { OpenMenu } from "./open_menu.ts";

/**
 * Asks only where there is a reason to.
 * @returns whether the person wants to write to whoever is there now
 * @throws PromptCancelled, also `escape` where the person does not wait for an answer; ChatError
 *   `storage-failed`; the signal's reason
 */
export async function isAccepted(recipient: Recipient, menu: OpenMenu): Promise<boolean> {
  const doubt = await doubtOf(recipient, menu);
  if (doubt === undefined) return true;
  const { prompter, style, terminal, signal } = menu;
  const columns = terminal.interactive ? terminal.columns : Infinity;
  prompter.note([
    ...wrapLine(doubt.text, columns, 0).map((line) => style.warn(line)),
    ...wrapLine(`${DOUBT_HINT} under Contacts.`, columns, 0),
  ]);
  return await prompter.confirm({ message: "Send all the same?", default: false }, { signal });
}

async function doubtOf(recipient: Recipient, menu: OpenMenu): Promise<Doubt | undefined> {
  const { node, signal } = menu;
  if (recipient.kind === "peer") return await doubtAbout(recipient, node, signal);
  return await inSight(
    menu,
    "looking who is there",
    (given) => doubtAbout(recipient, node, given),
  );
}
