/**
 * The QR code of the address to give to others, for `id` and the menu: a multiaddr with the peer id,
 * which is what `send`, `connect` and every other PEER argument understand.
 */
import { formatAddress } from "../config/address.ts";
import { parseIp } from "../config/ip.ts";
import { addressScope } from "../discovery/address_scope.ts";
import type { Style } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type QrWish, shownQr } from "./shown_qr.ts";

/** In one column with the labels of `identityLines()`. */
const LABEL = "QR code".padEnd("fingerprint".length + 2);

/** The best for others first; each fits in this order. */
const KINDS: readonly ((ip: string) => boolean)[] = [
  (ip) => !ip.includes(":") && !isPrivateIpv4(ip),
  // The networks of containers are mostly among the third kind.
  (ip) => !ip.includes(":") && !ip.startsWith("172."),
  (ip) => !ip.includes(":"),
  (ip) => !/^f[cd]/.test(ip),
  () => true,
];

/**
 * The address under which most others can reach this machine, as far as it can be seen from here.
 * @param addresses multiaddrs, with or without a peer id
 * @returns undefined where none means this machine to others
 */
export function addressForOthers(addresses: readonly string[]): string | undefined {
  const useful = addresses.filter((address) => addressScope(address) === "network");
  const ipOf = (address: string) => parseIp(address.split("/")[2] ?? "")?.text ?? "";
  for (const isOfKind of KINDS) {
    const best = useful.find((address) => isOfKind(ipOf(address)));
    if (best !== undefined) return best;
  }
  return undefined;
}

/**
 * @param addresses multiaddrs with the peer id, as the person sees them listed
 * @returns lines to print below them; none where no code is to be shown
 */
export async function addressQrLines(
  addresses: readonly string[],
  wish: QrWish,
  terminal: Terminal,
  style: Style,
): Promise<string[]> {
  if (wish === "never") return [];
  const ofAny = addresses.find((address) => addressScope(address) !== undefined);
  const chosen = addressForOthers(addresses) ?? (wish === "always" ? ofAny : undefined);
  if (chosen !== undefined) {
    const where = formatAddress(withoutPeerId(chosen));
    const caption = `${style.dim(LABEL)}${where} with the peer id`;
    return await shownQr({ text: chosen, caption, wish }, terminal, style);
  }
  if (wish === "if it fits" && !terminal.interactive) return [];
  const reason = ofAny === undefined
    ? "the port is known when a node runs"
    : `other machines cannot reach ${formatAddress(withoutPeerId(ofAny))}`;
  return [style.dim(`no QR code: ${reason}`)];
}

function withoutPeerId(address: string): string {
  return address.replace(/\/p2p\/[^/]*$/, "");
}

/** RFC 1918, and RFC 6598 for the networks of providers. */
function isPrivateIpv4(ip: string): boolean {
  const [first = 0, second = 0] = ip.split(".").map(Number);
  return first === 10 || first === 192 && second === 168 ||
    first === 172 && (second & 0xf0) === 16 || first === 100 && (second & 0xc0) === 64;
}
