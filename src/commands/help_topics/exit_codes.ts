/** What each exit code means, for the topics that list them. */
import { EXIT_CODES } from "../failure.ts";

const MEANINGS: { readonly [Name in keyof typeof EXIT_CODES]: string } = {
  done: "done; for send: the message is where --until says, else delivered",
  failed: "failed",
  wrongUsage: "wrong usage, or wrong settings",
  notDelivered: "it waits: the message is saved and was not sent in time",
  noSuchPeer: "no such peer, or several",
  refused: "refused by the peer or by a limit",
  notAcknowledged: "sent, but not acknowledged in time",
  interrupted: "interrupted",
};

/** A row for each, by number. */
export function exitCodeRows(): (readonly [code: string, meaning: string])[] {
  return Object.entries(MEANINGS)
    .map(([name, meaning]) => [codeOf(name), meaning] as const)
    .sort(([one], [other]) => one - other)
    .map(([code, meaning]) => [String(code), meaning]);
}

function codeOf(name: string): number {
  const found = Object.entries(EXIT_CODES).find(([each]) => each === name);
  if (found === undefined) throw new TypeError(`there is no exit code "${name}"`);
  return found[1];
}
