/**
 * Aliases: what a person calls a contact. How one has to look, when two are the same, and when a name
 * looks so much like another one that a person could take it for that.
 *
 * The comparison for looks is coarse on purpose, for it only decides where the beginning of a peer id is
 * shown as well. It knows the letters that are most often borrowed from other scripts, not all of
 * UTS #39.
 */
import { ChatError } from "../errors.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { quote } from "./quote.ts";

/** As long as the names that peers give themselves, in code points. */
export const MAX_ALIAS_CHARACTERS = 64;

/** All ids of Ed25519 peers begin like this. */
const PEER_ID_BEGINNING = /^12d3koow/i;

const HINT = `1 to ${MAX_ALIAS_CHARACTERS} characters that are all visible, no ":", ` +
  'no "/" or "-" at the beginning, not the beginning of a peer id';

/**
 * @returns the alias as it is kept: in Unicode's composed form (NFC), without spaces around it
 * @throws ChatError `bad-usage`
 */
export function checkAlias(text: string): string {
  const alias = text.normalize("NFC").trim();
  const fault = faultOf(alias);
  if (fault === undefined) return alias;
  throw new ChatError("bad-usage", `${quote(text)} cannot be an alias: ${fault}`, { hint: HINT });
}

function faultOf(alias: string): string | undefined {
  if (alias === "") return "it is empty";
  if ([...alias].length > MAX_ALIAS_CHARACTERS) {
    return `it is longer than ${MAX_ALIAS_CHARACTERS} characters`;
  }
  if (sanitise(alias) !== alias) return "it has characters that are not visible";
  if (alias.includes(":") || alias.startsWith("/")) return "it looks like an address";
  if (alias.startsWith("-")) return "it looks like an option";
  if (PEER_ID_BEGINNING.test(alias)) return "it looks like a peer id";
  return undefined;
}

/** Equal for names that mean the same: in either case, in every script, composed or not. */
export function foldName(name: string): string {
  // Upper case first, for letters whose lower case depends on their neighbours (ß and ss, ς and σ).
  return name.trim().normalize("NFC").toUpperCase().toLowerCase().normalize("NFC");
}

/** Letters that look like Latin ones, in lower case; then digits and letters that look alike. */
const LOOKS: ReadonlyMap<string, string> = new Map(
  [
    ["авекмнорстухіјѕһԁԛԝгьӏ", "abekmhopctyxljshdqwrbl"],
    ["αβεηικμνορτυχγωσ", "abenlkuvoptuxywo"],
    ["øłđħŧ01i|", "oldhtolll"],
  ].flatMap(([from = "", to = ""]) =>
    [...from].map((letter, index) => [letter, to[index] ?? letter] as const)
  ),
);

/** Equal for names that a person could take for each other at a glance. */
export function looksOf(name: string): string {
  const bare = foldName(name.normalize("NFKD").replace(/\p{M}/gu, ""));
  const letters = [...bare].map((letter) => LOOKS.get(letter) ?? letter).join("")
    .replace(/[^\p{L}\p{N}]/gu, "");
  return letters === "" ? foldName(name) : letters;
}
