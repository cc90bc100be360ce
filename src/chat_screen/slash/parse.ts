/**
 * What somebody typed: a message, a command, or a mistake with what was probably meant. Pure.
 *
 * - A line that begins with "/" is a command, and one that begins with "//" a message that begins with
 *   "/". A space before it makes it a message as it stands.
 * - A text of several lines is always a message, and sent as it stands: nobody types a command over
 *   several lines, but people paste paths, and programs whose first line is a comment. Line ends at the
 *   beginning and the end do not count, and are not sent.
 * - Behind the name of a command the whole rest of the line is one argument, so that aliases with
 *   spaces need no quotes.
 */
import { nearest } from "../../config/nearest.ts";
import { quote } from "../../config/quote.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import {
  needsArgument,
  SLASH_COMMANDS,
  type SlashName,
  type SlashSpec,
  slashSpec,
  usageOf,
} from "./commands.ts";

/** A command that is complete; whom and what it names is not looked up yet. */
export type SlashCommand =
  | { readonly name: "help"; readonly about: SlashName | undefined }
  | { readonly name: "peers" | "outbox" | "retry" | "clear" | "quit" }
  | { readonly name: "connect" | "open"; readonly peer: string }
  /** `peer`: undefined: the one of the conversation. */
  | { readonly name: "who" | "why" | "block" | "unblock"; readonly peer: string | undefined }
  /** `count`: 1 to `MOST_MESSAGES`. */
  | { readonly name: "history"; readonly count: number }
  | { readonly name: "search"; readonly text: string }
  /** `answer`: undefined: only show them. */
  | { readonly name: "verify"; readonly answer: "yes" | "no" | undefined }
  | { readonly name: "rename"; readonly alias: string }
  /** `id`: the id of a message, or its beginning or end, in lower case. */
  | { readonly name: "cancel"; readonly id: string };

export type TypedLine =
  /** Nothing but space. */
  | { readonly kind: "nothing" }
  | { readonly kind: "message"; readonly text: string }
  | { readonly kind: "command"; readonly command: SlashCommand }
  /** One line each, without full stops at the end; what was typed is quoted harmless. */
  | { readonly kind: "wrong"; readonly message: string; readonly hint: string };

/** More is what the command `history` is for. */
export const MOST_MESSAGES = 1_000;
const USUAL_MESSAGES = 20;

/** @param text what was typed or pasted, as it is */
export function parseLine(text: string): TypedLine {
  const line = text.replace(/^(?:\r?\n)+|(?:\r?\n)+$/g, "");
  if (line.trim() === "") return { kind: "nothing" };
  if (!line.startsWith("/") || /[\r\n]/.test(line)) return { kind: "message", text: line };
  if (line.startsWith("//")) return { kind: "message", text: line.slice(1) };
  const { word, rest } = splitCommand(line);
  const spec = slashSpec(word);
  return spec === undefined ? unknownCommand(word) : understand(spec, rest.trim());
}

/** The name of a command, without its slash, and what stands behind it. */
export function splitCommand(line: string): { readonly word: string; readonly rest: string } {
  const [, word = "", rest = ""] = /^\/(\S*)(.*)$/su.exec(line) ?? [];
  return { word, rest };
}

function understand(spec: SlashSpec, argument: string): TypedLine {
  const { name } = spec;
  const given = argument === "" ? undefined : argument;
  if (given === undefined && needsArgument(spec)) {
    return wrong(`/${name} needs ${spec.metavar}`, `write ${usageOf(spec)} to ${spec.summary}`);
  }
  switch (name) {
    case "help":
      return help(given);
    case "peers":
    case "outbox":
    case "retry":
    case "clear":
    case "quit":
      return given === undefined
        ? { kind: "command", command: { name } }
        : wrong(`/${name} takes nothing, not ${quote(given)}`, `write /${name} alone`);
    case "connect":
    case "open":
      return { kind: "command", command: { name, peer: argument } };
    case "who":
    case "why":
    case "block":
    case "unblock":
      return { kind: "command", command: { name, peer: given } };
    case "history":
      return history(given);
    case "search":
      return { kind: "command", command: { name, text: argument } };
    case "verify":
      return verify(given);
    case "rename":
      return { kind: "command", command: { name, alias: argument } };
    case "cancel":
      return { kind: "command", command: { name, id: argument.toLowerCase() } };
  }
}

function help(given: string | undefined): TypedLine {
  if (given === undefined) return { kind: "command", command: { name: "help", about: undefined } };
  const word = given.replace(/^\//, "");
  const spec = slashSpec(word);
  if (spec === undefined) return unknownCommand(word);
  return { kind: "command", command: { name: "help", about: spec.name } };
}

function history(given: string | undefined): TypedLine {
  const count = given === undefined ? USUAL_MESSAGES : /^\d{1,6}$/.test(given) ? Number(given) : 0;
  if (count >= 1 && count <= MOST_MESSAGES) {
    return { kind: "command", command: { name: "history", count } };
  }
  return wrong(
    `${quote(given)} is not a number from 1 to ${MOST_MESSAGES}`,
    "write how many messages to show, such as /history 50",
  );
}

function verify(given: string | undefined): TypedLine {
  const answer = given?.toLowerCase();
  if (answer === undefined || answer === "yes" || answer === "no") {
    return { kind: "command", command: { name: "verify", answer } };
  }
  return wrong(
    `${quote(given)} is neither yes nor no`,
    "/verify shows both fingerprints; /verify yes if the other side shows the same, else /verify no",
  );
}

function unknownCommand(word: string): TypedLine {
  const names = SLASH_COMMANDS.map(({ name }) => name);
  const meant = nearest(word, names) ?? onlyBeginning(word, names);
  return wrong(
    word === "" ? "there is no command without a name" : `there is no command ${quote(`/${word}`)}`,
    meant === undefined
      ? "/help shows all; with a second / it is a message"
      : `did you mean /${meant}? With a second / it is a message`,
  );
}

/** What people began and did not finish. */
function onlyBeginning(word: string, names: readonly SlashName[]): SlashName | undefined {
  const begun = names.filter((name) => word !== "" && name.startsWith(word.toLowerCase()));
  return begun.length === 1 ? begun[0] : undefined;
}

function wrong(message: string, hint: string): TypedLine {
  return { kind: "wrong", message: sanitise(message), hint };
}
