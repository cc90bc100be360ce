/**
 * "Query active peers": a table that follows who comes and goes until a key is pressed, and stays above
 * the menu then. Line by line it is shown once.
 */
import { either } from "../deadline.ts";
import { activePeersTable } from "../commands/peers.ts";
import { drawPeers } from "../commands/peers/watch_screen.ts";
import type { ActivePeer } from "../presence/active_peer.ts";
import { asScreen } from "../terminal/screen_terminal.ts";
import type { OpenMenu } from "./open_menu.ts";
import { nextKey } from "./until_key.ts";

/** @throws PromptCancelled except by Escape; the signal's reason */
export async function showPeers(menu: OpenMenu): Promise<void> {
  const { node, displayName, prompter, terminal, signal } = menu;
  const table = (active: readonly ActivePeer[]) => activePeersTable(active, displayName, menu);
  const screen = asScreen(terminal);
  if (screen === undefined) {
    const active = await node.peers();
    return prompter.note(active.length === 0 ? [NOBODY] : table(active));
  }
  const over = new AbortController();
  const stop = either(signal, over.signal);
  const key = nextKey(screen, stop).finally(() => over.abort(OVER));
  // Whoever waits for it below hears of it.
  key.catch(() => {});
  try {
    await drawPeers(screen, node, stop, table, "any key goes back");
  } finally {
    over.abort(OVER);
    await key.catch((error) => {
      if (error !== OVER) throw error;
    });
  }
  if ((await node.peers()).length === 0) prompter.note([NOBODY]);
}

const NOBODY = "nobody is here at the moment";
/** The reason for which keys are not read any more. */
const OVER = new DOMException("the table is not shown any more", "AbortError");
