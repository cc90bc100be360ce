/**
 * What the demo asks of its peers: one JSON object a line on their standard input. Each order is
 * answered by one `result` line, see `ndjson.ts`; that of `peers` comes after its `peer` lines.
 */
import { quote } from "../../config/quote.ts";
import { ChatError } from "../../errors.ts";

export type Order =
  /** `to` is a PEER, as on the command line. Answered once the message is saved. */
  | { readonly order: "send"; readonly to: string; readonly text: string }
  /** Who is here. */
  | { readonly order: "peers" }
  /** Say goodbye and end, as the end of the input does. Has no answer. */
  | { readonly order: "quit" };

/** @returns one line, with its end */
export function formatOrder(order: Order): string {
  return `${JSON.stringify(order)}\n`;
}

/** @throws ChatError `bad-usage`, quoting the line */
export function parseOrder(line: string): Order {
  const order = asJson(line);
  if (typeof order === "object" && order !== null && "order" in order) {
    if (order.order === "peers" || order.order === "quit") return { order: order.order };
    if (order.order === "send" && "to" in order && "text" in order) {
      const { to, text } = order;
      if (typeof to === "string" && typeof text === "string") return { order: "send", to, text };
    }
  }
  throw new ChatError("bad-usage", `${quote(line)} is not an order`, {
    hint: `write one a line: {"order":"send","to":"red","text":"hello"}`,
  });
}

function asJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Which is no order either.
  }
}
