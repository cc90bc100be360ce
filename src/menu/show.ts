/** What the menu only shows: history, the own address, and the header above it all. */
import { formatAddress } from "../config/address.ts";
import type { ChatNode } from "../node/chat_node.ts";
import type { Style } from "../terminal/style.ts";
import { historyLines } from "../commands/history/lines.ts";
import { identityLines } from "../commands/id.ts";
import type { DisplayName } from "../commands/node_lines.ts";
import { askPeer } from "./ask_peer.ts";
import type { OpenMenu } from "./open_menu.ts";
import { untilKey } from "./until_key.ts";

const HISTORY_MESSAGES = 30;
/** More addresses or names than these say nothing at a glance. */
const MAX_IN_HEADER = 3;

/**
 * "History": asks with whom, and shows the last messages. What a person sees here for the first time
 * is not unread any more.
 * @throws PromptCancelled; the signal's reason; ChatError `storage-failed`
 */
export async function showHistory(menu: OpenMenu): Promise<void> {
  const { node, displayName, prompter, style, shown } = menu;
  const answer = await askPeer({ message: "With", everybody: "All peers" }, menu);
  if (answer === undefined) return;
  const messages = await node.history({
    ...(answer.kind === "everybody" ? {} : { conversation: answer }),
    limit: HISTORY_MESSAGES,
  });
  prompter.note(
    messages.length === 0 ? ["no messages"] : historyLines(messages, displayName, style),
  );
  const received = messages.filter((message) => message.direction === "in");
  if (received.length > 0) shown.printed(received);
  if (messages.length > 0) await untilKey(menu);
}

/**
 * "My address": who this profile is, and the address for others as a QR code.
 * @throws PromptCancelled; the signal's reason
 */
export async function showAddress(menu: OpenMenu, folder: string): Promise<void> {
  const { node, prompter, style, terminal } = menu;
  const { fingerprint } = await import("../identity/fingerprint.ts");
  const { addressQrLines } = await import("../commands/address_qr.ts");
  const { name, peerId } = node;
  const identity = identityLines({
    name,
    peerId,
    fingerprint: fingerprint(peerId),
    addresses: ownAddresses(node),
    folder,
  }, style);
  const code = await addressQrLines(node.addresses(), "if it fits", terminal, style);
  prompter.note([...identity, ...code]);
  await untilKey(menu);
}

/** Name and addresses; what stands above the menu. */
export function headerLines(node: Pick<ChatNode, "name" | "addresses">, style: Style): string[] {
  const addresses = ownAddresses(node);
  const where = addresses.length === 0 ? "no address" : listed(addresses);
  return [`${style.bold(node.name)} is listening on ${where}`];
}

/** How many peers are active, and the first few of them. */
export async function activeText(
  node: Pick<ChatNode, "peers">,
  displayName: DisplayName,
): Promise<string> {
  const names = (await node.peers()).map(({ peerId }) => displayName(peerId));
  if (names.length === 0) return "no active peers yet";
  return `${names.length} active peer${names.length === 1 ? "" : "s"}: ${listed(names)}`;
}

/** `host:port`, last those that mean this machine alone: nobody else can use them. */
function ownAddresses(node: Pick<ChatNode, "addresses">): string[] {
  const addresses = [...new Set(node.addresses().map(formatAddress))];
  return addresses.sort((one, other) => Number(isLoopback(one)) - Number(isLoopback(other)));
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address.startsWith("[::1]");
}

function listed(items: readonly string[]): string {
  const more = items.length - MAX_IN_HEADER;
  const shown = items.slice(0, MAX_IN_HEADER).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}
