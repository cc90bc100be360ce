/** "Connect to known peers": tries all mandatory and known ones at once, and shows the result. */
import { connectTable } from "../commands/connect.ts";
import type { ConnectResult } from "../node/chat_node.ts";
import { startProgress } from "../terminal/progress.ts";
import { breakable } from "./breakable.ts";
import type { OpenMenu } from "./open_menu.ts";

/** @throws the signal's reason */
export async function connectPeers(menu: OpenMenu): Promise<void> {
  const { prompter, displayName, style } = menu;
  const { results, brokenOff } = await tryAll(menu);
  const shown = brokenOff ? results.filter(({ peer }) => peer !== undefined) : results;
  if (shown.length > 0) prompter.note(connectTable(shown, displayName, style));
  if (brokenOff) prompter.note([`broken off: ${shown.length} of ${results.length} connected`]);
  else if (results.length === 0) {
    prompter.note([
      "no peer is known yet: send a message to an address, host:port, to reach a first one",
    ]);
  }
}

async function tryAll(
  { node, terminal, signal }: OpenMenu,
): Promise<{ results: readonly ConnectResult[]; brokenOff: boolean }> {
  return await breakable(terminal, signal, async (either) => {
    using _progress = startProgress(terminal, "connecting; Esc breaks it off", { signal: either });
    const results = await node.connectAll({ signal: either });
    signal.throwIfAborted();
    return { results, brokenOff: either.aborted };
  });
}
