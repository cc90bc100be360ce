/** "Connect to known peers": tries all mandatory and known ones at once, and shows the result. */
import type { ConnectResult } from "../node/chat_node.ts";
import { startProgress } from "../terminal/progress.ts";
import { breakable, BrokenOff } from "./cancel_keys.ts";
import type { OpenMenu } from "./open_menu.ts";
import { connectTable } from "./tables.ts";

/** @throws the signal's reason */
export async function connectPeers(menu: OpenMenu): Promise<void> {
  const { prompter, displayName, style } = menu;
  const results = await tryAll(menu);
  if (results === undefined) prompter.note(["broken off; what is connected stays connected"]);
  else if (results.length === 0) {
    prompter.note([
      "no peer is known yet: send a message to an address, host:port, to reach a first one",
    ]);
  } else prompter.note(connectTable(results, displayName, style));
}

/** Undefined where it was broken off. */
async function tryAll(
  { node, terminal, signal }: OpenMenu,
): Promise<readonly ConnectResult[] | undefined> {
  return await breakable(terminal, signal, async (either) => {
    using _progress = startProgress(terminal, "connecting; Esc breaks it off", { signal: either });
    try {
      const results = await node.connectAll({ signal: either });
      return either.reason instanceof BrokenOff ? undefined : results;
    } catch (error) {
      if (either.reason instanceof BrokenOff) return undefined;
      throw error;
    } finally {
      signal.throwIfAborted();
    }
  });
}
