/**
 * `id`: who this profile is, to tell others. It makes the identity where there is none yet, and
 * works beside a process that owns the profile.
 */
import { merge, object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { option } from "@optique/core/primitives";
import { formatAddress } from "../config/address.ts";
import type { Config } from "../config/config.ts";
import { openProfile } from "../config/profile.ts";
import { ChatError } from "../errors.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle, type Style } from "../terminal/style.ts";
import type { Command } from "./command.ts";
import { EXIT_CODES } from "./failure.ts";
import { ndjsonLine } from "./ndjson.ts";
import { jsonOption, type ProfileOptions, profileOptions } from "./options.ts";
import { openIdentity } from "./own_identity.ts";
import { readSettings } from "./settings.ts";
import type { QrWish } from "./shown_qr.ts";

export interface IdOptions extends ProfileOptions {
  /** The QR code also into a pipe, and where it does not fit. */
  readonly qr: boolean;
  readonly noQr: boolean;
}

export const id: Command<IdOptions> = {
  name: "id",
  summary: "Show who I am: name, peer id, fingerprint, addresses, QR code.",
  examples: ["p2p-chat id", "p2p-chat id --qr", "p2p-chat id --profile work --json"],
  parser: merge(
    object({
      qr: option("--qr", {
        description: message`Show the QR code of the address also where there is no screen for it.`,
      }),
      noQr: option("--no-qr", { description: message`Leave the QR code out.` }),
      json: jsonOption,
    }),
    profileOptions,
  ),

  async run(options, context) {
    const { terminal } = context;
    const wish = qrWish(options);
    const { profile, config } = await readSettings(options, context);
    await openProfile(profile);
    const { peerId } = await openIdentity(profile, terminal);
    const { fingerprint } = await import("../identity/fingerprint.ts");
    const digits = fingerprint(peerId);
    const addresses = listenAddresses(config).map((address) => `${address}/p2p/${peerId}`);
    if (options.json) {
      terminal.print(ndjsonLine({
        event: "identity",
        name: config.name,
        peerId,
        fingerprint: digits,
        addresses,
        profile: profile.name,
        folder: profile.folder,
      }));
      return EXIT_CODES.done;
    }
    const style = createStyle(terminal.colors);
    const lines = identityLines({
      name: config.name,
      peerId,
      fingerprint: digits,
      addresses: addresses.map(shownAddress),
      folder: profile.folder,
    }, style);
    const { addressQrLines } = await import("./address_qr.ts");
    lines.push(...await addressQrLines(addresses, wish, terminal, style));
    for (const line of lines) terminal.print(line);
    return EXIT_CODES.done;
  },
};

/** @throws ChatError `bad-usage` */
function qrWish({ qr, noQr, json }: IdOptions): QrWish {
  if (!qr) return noQr ? "never" : "if it fits";
  if (!noQr && !json) return "always";
  throw new ChatError("bad-usage", `--qr does not go with ${noQr ? "--no-qr" : "--json"}`, {
    hint: "leave one of the two out",
  });
}

const LABEL_COLUMNS = "fingerprint".length + 2;
/** Half of its 12 groups of five digits. */
const HALF_FINGERPRINT = 6 * 6;

/** Who a profile is, for people. */
export interface ShownIdentity {
  readonly name: string;
  readonly peerId: string;
  /** 12 groups of five digits. */
  readonly fingerprint: string;
  /** `host:port` */
  readonly addresses: readonly string[];
  /** The profile's. */
  readonly folder: string;
}

/** A line for each fact. */
export function identityLines(
  { name, peerId, fingerprint, addresses, folder }: ShownIdentity,
  style: Style,
): string[] {
  const row = (label: string, value: string) => `${style.dim(label.padEnd(LABEL_COLUMNS))}${value}`;
  const [first = "", ...others] = addresses;
  return [
    row("name", style.bold(name)),
    row("peer id", peerId),
    row("fingerprint", fingerprint.slice(0, HALF_FINGERPRINT).trim()),
    row("", fingerprint.slice(HALF_FINGERPRINT).trim()),
    row("address", first),
    ...others.map((address) => row("", address)),
    row("profile", sanitise(folder)),
  ];
}

/**
 * Where `listen` would listen, as multiaddrs without peer id; wildcards as the addresses of this
 * machine's interfaces. Link-local IPv6 is left out: it means nothing without a zone.
 */
function listenAddresses({ host, port }: Pick<Config, "host" | "port">): string[] {
  const families = host === "0.0.0.0" ? ["IPv4"] : host === "::" ? ["IPv4", "IPv6"] : [];
  if (families.length === 0) return [multiaddr(host, port)];
  return Deno.networkInterfaces()
    .filter(({ family, address }) => families.includes(family) && !/^fe[89ab]/i.test(address))
    .map(({ address }) => address)
    // Last what means this machine alone: nobody else can use it.
    .sort((one, other) => Number(isLoopback(one)) - Number(isLoopback(other)))
    .map((address) => multiaddr(address, port));
}

function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1";
}

/** `host:port`; which port 0 becomes shows only when it is bound. */
function shownAddress(address: string): string {
  const [, , host, , port] = address.split("/");
  return port === "0" ? `${host}, any free port` : formatAddress(address);
}

function multiaddr(ip: string, port: number): string {
  return `/${ip.includes(":") ? "ip6" : "ip4"}/${ip}/tcp/${port}`;
}
