/**
 * What Tab makes of a slash command that is being typed, and what to say of it meanwhile. Pure: whom
 * and what there is to name is passed in (`known.ts`).
 */
import { type ArgumentKind, SLASH_COMMANDS, slashSpec, usageOf } from "./commands.ts";
import { splitCommand } from "./parse.ts";

/** One way to go on. */
export interface Candidate {
  /** As it stands on the line. */
  readonly text: string;
  /** What it is, in a few words; harmless. */
  readonly about: string;
}

/** What there is to name. */
export interface Known {
  /** Ways to write peers, each meaning one. */
  readonly peers: readonly Candidate[];
  /** Addresses as people write them. */
  readonly addresses: readonly Candidate[];
  /** Ids of messages that wait. */
  readonly messages: readonly Candidate[];
}

export interface Completion {
  /** What fits, in the order in which to offer it; at least one. */
  readonly candidates: readonly Candidate[];
  /** The part of the line, in UTF-16 units, in whose place `insert` goes. */
  readonly from: number;
  readonly to: number;
  /**
   * As much as all candidates have in common, and never less than was typed; a single one whole, with a
   * space behind it where something may follow and none is there.
   */
  readonly insert: string;
}

const ANSWERS: readonly Candidate[] = [
  { text: "yes", about: "the other side shows the same" },
  { text: "no", about: "it does not, or not any more" },
];

/**
 * @param line one line, as far as it is typed
 * @param cursor in UTF-16 units; what stands behind it stays
 * @returns undefined where there is nothing to complete: a message, or nothing that fits
 */
export function completeSlash(line: string, cursor: number, known: Known): Completion | undefined {
  if (!isCommand(line)) return undefined;
  const before = line.slice(0, cursor);
  const { word, rest } = splitCommand(before);
  if (before === "") return undefined;
  if (rest === "") {
    const follows = (name: string) => slashSpec(name)?.takes !== "none" && line[cursor] !== " ";
    return complete(commandNames("/"), before, 0, cursor, (text) => follows(text.slice(1)));
  }
  const takes = slashSpec(word)?.takes ?? "none";
  const typed = rest.trimStart();
  const from = before.length - typed.length;
  return complete(candidatesFor(takes, known), typed, from, cursor, () => false);
}

/** What the command of this line does and takes, in a line; undefined for a message. */
export function inlineHelp(line: string): string | undefined {
  if (!isCommand(line)) return undefined;
  const { word, rest } = splitCommand(line);
  const spec = slashSpec(word);
  if (spec !== undefined) return `${usageOf(spec)}: ${spec.summary}`;
  const begun = SLASH_COMMANDS.filter(({ name }) => name.startsWith(word.toLowerCase()));
  const [first, ...others] = rest === "" ? begun : [];
  if (first === undefined) return "no such command; // sends a text that begins with /";
  return others.length === 0
    ? `${usageOf(first)}: ${first.summary}`
    : [first, ...others].map(({ name }) => `/${name}`).join(" ");
}

function isCommand(line: string): boolean {
  return line.startsWith("/") && !line.startsWith("//") && !/[\r\n]/.test(line);
}

function candidatesFor(takes: ArgumentKind, known: Known): readonly Candidate[] {
  switch (takes) {
    case "command":
      return commandNames("");
    case "peer":
      return [...known.peers, ...known.addresses];
    case "message":
      return known.messages;
    case "answer":
      return ANSWERS;
    case "none":
    case "count":
    case "text":
    case "alias":
      return [];
  }
}

function commandNames(slash: string): Candidate[] {
  return SLASH_COMMANDS.map(({ name, summary }) => ({ text: slash + name, about: summary }));
}

function complete(
  all: readonly Candidate[],
  typed: string,
  from: number,
  to: number,
  needsSpace: (text: string) => boolean,
): Completion | undefined {
  const wanted = fold(typed);
  const candidates = all.filter(({ text }) => fold(text).startsWith(wanted));
  const [only, other] = candidates;
  if (only === undefined) return undefined;
  if (other === undefined) {
    return { candidates, from, to, insert: needsSpace(only.text) ? `${only.text} ` : only.text };
  }
  const common = commonBeginning(candidates.map(({ text }) => text));
  return { candidates, from, to, insert: common.length > typed.length ? common : typed };
}

/** In either case; of the first one's spelling. */
function commonBeginning([first = "", ...others]: readonly string[]): string {
  // By code points, so that no pair of surrogates is torn apart.
  const points = [...first];
  const folded = others.map((text) => [...text].map(fold));
  const end = points.findIndex((point, index) =>
    folded.some((other) => other[index] !== fold(point))
  );
  return end < 0 ? first : points.slice(0, end).join("");
}

function fold(text: string): string {
  return text.toLowerCase();
}
