/**
 * `connect`: connects to the peers that are named, or to all mandatory and known ones, and prints
 * what happened. They are remembered, so that later runs find them again.
 *
 * Exit code: 0 if everybody named was reached, else 1. Without names it is 0 if anybody was: of all
 * the peers that were ever met, some are always away.
 */
import { merge, object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import { argument } from "@optique/core/primitives";
import { formatAddress } from "../config/address.ts";
import { isClassicId } from "../config/classic_id.ts";
import { ChatError } from "../errors.ts";
import type { ChatNode, ConnectResult, Recipient } from "../node/chat_node.ts";
import { startProgress } from "../terminal/progress.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle, type Style } from "../terminal/style.ts";
import { type Cell, formatTable } from "../terminal/table.ts";
import type { Command, CommandContext } from "./command.ts";
import { EXIT_CODES } from "./failure.ts";
import { ndjsonLine } from "./ndjson.ts";
import type { DisplayName } from "./node_lines.ts";
import { peerWithId } from "./node_text.ts";
import {
  anyText,
  jsonOption,
  PEER_DESCRIPTION,
  type ProfileOptions,
  profileOptions,
  type SettingOptions,
  settingOptions,
} from "./options.ts";
import { openSession } from "./session.ts";

export interface ConnectOptions extends ProfileOptions, SettingOptions {
  /** Empty: all mandatory and known peers. */
  readonly peers: readonly string[];
}

export const connect: Command<ConnectOptions> = {
  name: "connect",
  summary: "Connect to the given, or to all known and mandatory, peers.",
  examples: ["p2p-chat connect 127.0.0.1:7000 127.0.0.1:7001", "p2p-chat connect"],
  parser: merge(
    object({
      peers: multiple(
        argument(anyText("PEER"), { description: message`${text(PEER_DESCRIPTION)}` }),
      ),
      json: jsonOption,
    }),
    settingOptions,
    profileOptions,
  ),

  async run(options, context) {
    const { peers } = options;
    await using session = await openSession(
      options,
      { command: "connect", listen: "ephemeral" },
      context,
    );
    const { node } = session;
    const results = await connectInSight(node, peers, context);
    context.signal.throwIfAborted();
    report(results, node, options, context);
    const reached = results.filter(({ peer }) => peer !== undefined).length;
    const enough = peers.length > 0 ? results.length : 1;
    return reached >= enough ? EXIT_CODES.done : EXIT_CODES.failed;
  },
};

async function connectInSight(
  node: ChatNode,
  peers: readonly string[],
  { terminal, signal }: CommandContext,
): Promise<Outcome[]> {
  using _progress = startProgress(terminal, "connecting; Ctrl-C breaks it off", { signal });
  return peers.length > 0
    ? await connectNamed(node, peers, signal)
    : await connectAll(node, signal);
}

/** A result, and what to do about it. */
interface Outcome extends ConnectResult {
  readonly hint?: string | undefined;
}

/** @throws ChatError where a PEER means nobody; then nobody is dialled */
async function connectNamed(
  node: ChatNode,
  peers: readonly string[],
  signal: AbortSignal,
): Promise<Outcome[]> {
  const recipients = await Promise.all(
    [...new Set(peers)].map(async (peer) => [peer, await node.resolve(peer)] as const),
  );
  return await Promise.all(
    recipients.map(([target, recipient]) => connectOne(node, target, recipient, signal)),
  );
}

async function connectOne(
  node: ChatNode,
  target: string,
  recipient: Recipient,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return { target, peer: await node.connect(recipient, { signal }), error: undefined };
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    // The table says who was meant already.
    const name = recipient.kind === "peer" ? node.displayName(recipient.peerId) : target;
    const reason = sanitise(error.message).replace(`${target}: `, "").replace(`${name}: `, "");
    return { target, peer: undefined, error: reason, hint: error.hint };
  }
}

async function connectAll(node: ChatNode, signal: AbortSignal): Promise<ConnectResult[]> {
  const results = await node.connectAll({ signal });
  if (results.length > 0) return results;
  throw new ChatError("no-such-peer", "there is no mandatory and no known peer yet", {
    hint: "name one, such as: p2p-chat connect 192.168.1.20:7000",
  });
}

/** What became of each as a table, a line each; not cut, since the end of a line may be the reason. */
export function connectTable(
  results: readonly ConnectResult[],
  displayName: DisplayName,
  style: Style,
): string[] {
  const rows = results.map(({ target, peer, error = "" }): Cell[] =>
    peer === undefined ? [sanitise(target), { text: "failed", style: style.bad }, error] : [
      sanitise(target),
      { text: "connected", style: style.good },
      `${peerWithId(peer.peerId, displayName)} at ${sanitise(formatAddress(peer.address))}`,
    ]
  );
  const columns = [{ header: "peer" }, { header: "result" }, { header: "who, or why not" }];
  return formatTable({ columns, rows, style });
}

function report(
  results: readonly Outcome[],
  node: ChatNode,
  { json }: ConnectOptions,
  { terminal }: CommandContext,
): void {
  const displayName = node.displayName.bind(node);
  if (json) {
    for (const { target, peer, error = null } of results) {
      terminal.print(ndjsonLine({
        event: "result",
        target,
        ok: peer !== undefined,
        peerId: peer?.peerId ?? null,
        name: peer === undefined ? null : displayName(peer.peerId),
        classic: peer !== undefined && isClassicId(peer.peerId),
        address: peer?.address ?? null,
        id: null,
        state: null,
        unanswerable: false,
        elapsedMs: null,
        reason: error,
      }));
    }
    return;
  }
  const style = createStyle(terminal.colors);
  for (const line of connectTable(results, displayName, style)) terminal.print(line);
  for (const hint of new Set(results.map((result) => result.hint))) {
    if (hint !== undefined) terminal.remark(`${style.accent("hint:")} ${sanitise(hint)}`);
  }
}
