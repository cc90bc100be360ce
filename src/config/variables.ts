/**
 * Environment variables that begin like those of this program and are none of them: most likely
 * mistyped, and without a word they would count for nothing. Pure.
 */
import { CONFIG_KEYS, CONFIG_TABLE } from "./config.ts";
import { nearest } from "./nearest.ts";

const PREFIX = "P2P_CHAT_";

/** Those that are no settings: where profiles are, and which one is meant (`paths.ts`). */
export const PLACE_VARIABLES = ["P2P_CHAT_HOME", "P2P_CHAT_PROFILE"] as const;

/** A variable that nothing reads, and the one that was probably meant. */
export interface MistypedVariable {
  readonly name: string;
  readonly meant: string;
}

/**
 * @param names of all variables that are set
 * @returns those that are nearly one of ours; others may belong to somebody else's script
 */
export function mistypedVariables(names: Iterable<string>): MistypedVariable[] {
  const known = [...CONFIG_KEYS.map((key) => CONFIG_TABLE[key].env), ...PLACE_VARIABLES];
  const endings = known.map((name) => name.slice(PREFIX.length));
  const mistyped: MistypedVariable[] = [];
  for (const name of names) {
    if (!name.startsWith(PREFIX) || known.includes(name)) continue;
    // Compared by what differs: with the prefix, any short word would be near any other.
    const ending = nearest(name.slice(PREFIX.length), endings);
    if (ending !== undefined) mistyped.push({ name, meant: PREFIX + ending });
  }
  return mistyped;
}
