/**
 * `demo-peer`: a node like that of `listen --json` that takes orders on standard input (`orders.ts`).
 * The demo and the end-to-end tests run their peers with it. It is no part of what people are
 * promised, hence in no help.
 *
 * It ends with a goodbye at the order `quit`, at the end of its input and at a signal: whoever
 * started it cannot leave it behind.
 *
 * Whoever gives it orders reads its lines, which does not count as a person who has seen them: the
 * messages stay unread, unless `--unread` says otherwise.
 */
import { merge, object } from "@optique/core/constructs";
import { message as describe } from "@optique/core/message";
import { option } from "@optique/core/primitives";
import { ChatError } from "../../errors.ts";
import type { Command, CommandContext } from "../command.ts";
import { aborted, either } from "../../deadline.ts";
import { EXIT_CODES } from "../failure.ts";
import { type ListenOptions, printEventLine, printReadyLine, showAll } from "../listen.ts";
import { ndjsonLine, type ResultLine } from "../ndjson.ts";
import { activePeerLine, otherSide } from "../node_lines.ts";
import { listeningOptions, profileOptions } from "../options.ts";
import { openSession, type Session } from "../session.ts";
import { ShownMessages } from "../../chat_screen/shown_messages.ts";
import { type Order, parseOrder } from "./orders.ts";

export interface DemoPeerOptions extends Omit<ListenOptions, "json"> {
  /** Begin with what was never shown, and note what is, as `listen` does. */
  readonly unread: boolean;
}

export const demoPeer: Command<DemoPeerOptions> = {
  name: "demo-peer",
  summary: "Run a node that takes orders as JSON lines on standard input.",
  examples: [`echo '{"order":"peers"}' | p2p-chat demo-peer --mandatory 127.0.0.1:7000`],
  parser: merge(
    object({
      unread: option("--unread", {
        description: describe`Begin with what was never shown, and note what is.`,
      }),
    }),
    listeningOptions,
    profileOptions,
  ),

  async run(options, context) {
    const { terminal, signal } = context;
    await using session = await openSession(
      options,
      { command: "demo-peer", listen: "configured", alone: true },
      context,
    );
    printReadyLine(session, context);
    const ended = either(signal, terminal.closed);
    const leaving = new AbortController();
    const over = either(ended, leaving.signal);
    await using shown = new ShownMessages(session.node, terminal);
    const showing = options.unread
      ? showAll(session, { json: true }, context, over, shown)
      : printAll(session, context, over);
    try {
      for await (const line of terminal.lines({ signal: ended })) {
        const order = parseOrder(line);
        if (order.order === "quit") break;
        terminal.print(ndjsonLine(await carryOut(order, session, context)));
      }
    } catch (error) {
      if (!ended.aborted) throw error;
    } finally {
      leaving.abort();
      await showing;
    }
    signal.throwIfAborted();
    return EXIT_CODES.done;
  },
};

async function printAll(
  session: Session,
  context: CommandContext,
  ended: AbortSignal,
): Promise<void> {
  using _events = session.node.subscribe((event) => printEventLine(event, session, context));
  await aborted(ended);
}

async function carryOut(
  order: Exclude<Order, { order: "quit" }>,
  { node }: Session,
  { terminal }: CommandContext,
): Promise<ResultLine> {
  const displayName = node.displayName.bind(node);
  if (order.order === "peers") {
    for (const peer of await node.peers()) {
      terminal.print(ndjsonLine(activePeerLine(peer, displayName)));
    }
    return { ...NO_RESULT, target: "peers", ok: true };
  }
  const { to: target, text } = order;
  try {
    const { id, state, conversation } = await node.send(await node.resolve(target), text);
    return { ...NO_RESULT, target, ok: true, ...otherSide(conversation, displayName), id, state };
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return { ...NO_RESULT, target, ok: false, reason: error.message };
  }
}

const NO_RESULT = {
  event: "result",
  peerId: null,
  name: null,
  classic: false,
  address: null,
  id: null,
  state: null,
  unanswerable: false,
  elapsedMs: null,
  reason: null,
} as const;
