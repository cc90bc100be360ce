/**
 * Names of peers for the shell, where PEER is expected: the aliases of contacts, and the names that
 * peers give themselves, as far as they mean one peer. It reads the profile's database beside whoever
 * owns it; whatever is wrong with that, there are no names then, and no complaint.
 *
 * A shell puts a suggestion on the command line as it is. So a name is offered only if it is a plain word
 * in every shell: a peer chooses its name, and could choose `$(reboot)`.
 */
import type { Suggestion } from "@optique/core/parser";
import { foldName } from "../../config/alias.ts";
import type { Environment } from "../../config/paths.ts";
import { readMemory } from "../beside_owner.ts";
import { PEER_SUGGESTION } from "../options.ts";
import { isPlainWord } from "../plain_word.ts";

/** More are no help to anybody. */
const MAX_NAMES = 200;

/**
 * @param suggestions of the grammar
 * @param words on the command line, the last one unfinished
 */
export async function withPeers(
  suggestions: readonly Suggestion[],
  words: readonly string[],
  env: Environment,
): Promise<Suggestion[]> {
  const others = suggestions.filter((each) => !meansPeers(each));
  if (others.length === suggestions.length) return others;
  const beginning = foldName(words.at(-1) ?? "");
  const names = (await knownNames(words, env)).filter((name) =>
    foldName(name).startsWith(beginning)
  );
  return [
    ...others,
    ...names.slice(0, MAX_NAMES).map((text): Suggestion => ({ kind: "literal", text })),
  ];
}

function meansPeers(suggestion: Suggestion): boolean {
  return suggestion.kind === "literal" && suggestion.text.endsWith(PEER_SUGGESTION);
}

/** Aliases first, then names, most recently seen first. */
async function knownNames(words: readonly string[], env: Environment): Promise<string[]> {
  const profile = { profile: valueOf("--profile", words), home: valueOf("--home", words) };
  try {
    using memory = await readMemory(profile, { env });
    const { contacts, peers, displayName } = memory;
    const aliases = contacts.flatMap(({ alias }) => alias ?? []);
    // A name that could be somebody else's is shown with an id behind it, and not offered.
    const names = peers.flatMap(({ peerId, name }) =>
      displayName(peerId) === name.trim() ? name.trim() : []
    );
    return [...new Set([...aliases, ...names])].filter(isPlainWord);
  } catch {
    // A shell that completes is no place to say that a database is damaged.
    return [];
  }
}

/** Of an option written in one word or in two. */
function valueOf(option: string, words: readonly string[]): string | undefined {
  const joined = words.find((word) => word.startsWith(`${option}=`));
  if (joined !== undefined) return joined.slice(option.length + 1);
  const at = words.indexOf(option);
  return at < 0 || at >= words.length - 2 ? undefined : words[at + 1];
}
