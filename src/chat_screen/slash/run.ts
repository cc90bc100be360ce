/**
 * Does what a slash command says, through the node: in this process or in another one, so that it works
 * beside a node that runs already.
 */
import { formatAddress } from "../../config/address.ts";
import { ChatError } from "../../errors.ts";
import { formatDuration } from "../../terminal/duration.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { createStyle } from "../../terminal/style.ts";
import { wrapLine } from "../../terminal/wrap_line.ts";
import { MessageLines } from "../message_lines.ts";
import { peerSentences, peerTable } from "../peer_table.ts";
import { peerWithId } from "../peer_text.ts";
import { findingsText } from "../why/findings.ts";
import { tryNow } from "../why/try_now.ts";
import { block, rename, unblock } from "./answers/contact.ts";
import { help } from "./answers/help.ts";
import { cancel, outbox, retry } from "./answers/outbox.ts";
import { verify } from "./answers/verify.ts";
import { who } from "./answers/who.ts";
import type { SlashContext, SlashOutcome } from "./outcome.ts";
import type { SlashCommand } from "./parse.ts";
import { recipientOf } from "./target.ts";

/** As long as the command `why` tries by default. */
const TRYING_MS = 10_000;
/** Results of a search; who wants more looks for something rarer. */
const MOST_FOUND = 200;
const HANGING_INDENT = 2;

/**
 * Runs one command. What goes wrong becomes lines, with a hint.
 * @throws the reason of `signal`; ChatError `node-stopped`, where another node can be asked instead;
 *   whatever is no ChatError
 */
export async function runSlash(
  command: SlashCommand,
  context: SlashContext,
): Promise<SlashOutcome> {
  const { signal, columns } = context;
  try {
    return await perform(command, context);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ChatError) || error.code === "node-stopped") throw error;
    return { kind: "lines", lines: errorLines(error, columns) };
  }
}

/** What went wrong, and what to do about it; harmless. @param columns as for `SlashContext` */
export function errorLines(
  { message, hint }: { readonly message: string; readonly hint?: string | undefined },
  columns: number,
): string[] {
  return [`error: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`])]
    .flatMap((line) => wrapLine(sanitise(line), columns, HANGING_INDENT));
}

async function perform(command: SlashCommand, context: SlashContext): Promise<SlashOutcome> {
  const { node, columns } = context;
  const lines = (given: readonly string[]) => fitting(given, columns);
  switch (command.name) {
    case "help":
      return lines(help(command.about, columns));
    case "peers":
      return lines(await peers(context));
    case "connect":
      return lines(await connect(command.peer, context));
    case "open":
      return { kind: "open", recipient: await node.resolve(command.peer) };
    case "who":
      return lines(await who(command.peer, context));
    case "why":
      return lines(await why(command.peer, context));
    case "history":
      return lines(await history(command.count, context));
    case "search":
      return await search(command.text, context);
    case "verify":
      return await verify(command.answer, context);
    case "rename":
      return lines(await rename(command.alias, context));
    case "block":
      return lines(await block(command.peer, context));
    case "unblock":
      return lines(await unblock(command.peer, context));
    case "outbox":
      return lines(await outbox(context));
    case "cancel":
      return lines(await cancel(command.id, context));
    case "retry":
      return lines(await retry(context));
    case "clear":
    case "quit":
      return { kind: command.name };
  }
}

/** What is aligned fits already, and stays as it is. */
function fitting(lines: readonly string[], columns: number): SlashOutcome {
  return {
    kind: "lines",
    lines: lines.flatMap((line) => wrapLine(line, columns, HANGING_INDENT)),
  };
}

async function peers({ node, now, columns }: SlashContext): Promise<string[]> {
  const active = await node.peers();
  if (active.length === 0) return ["nobody is here; /connect HOST:PORT reaches a first peer"];
  const displayName = (peerId: string) => node.displayName(peerId);
  return Number.isFinite(columns)
    ? peerTable(active, displayName, now(), { width: columns })
    : peerSentences(active, displayName, now());
}

async function connect(peer: string, { node, signal }: SlashContext): Promise<string[]> {
  const { peerId, address, roundTripMs } = await node.connect(await node.resolve(peer), { signal });
  const who = peerWithId(peerId, (id) => node.displayName(id));
  const answers = roundTripMs === undefined ? "" : `, answers in ${formatDuration(roundTripMs)}`;
  return [`connected to ${who} at ${sanitise(formatAddress(address))}${answers}`];
}

async function why(peer: string | undefined, context: SlashContext): Promise<string[]> {
  const { node, now, signal, columns } = context;
  const meant = await recipientOf(peer, context);
  const findings = await tryNow(node, meant, TRYING_MS, { signal, now });
  return findingsText(findings, now(), createStyle(false))
    .flatMap((line) => wrapLine(line, columns, HANGING_INDENT * 2));
}

async function history(
  limit: number,
  { node, recipient: conversation, now }: SlashContext,
): Promise<string[]> {
  const messages = await node.history({ conversation, limit });
  if (messages.length === 0) return ["no messages yet"];
  return new MessageLines((id) => node.displayName(id), now()).next(messages);
}

async function search(
  query: string,
  { node, recipient: conversation, columns }: SlashContext,
): Promise<SlashOutcome> {
  const messages = await node.history({ conversation, search: query, limit: MOST_FOUND });
  if (messages.length > 0) return { kind: "found", messages, query };
  return fitting([`no message here contains ${sanitise(query)}`], columns);
}
