/**
 * IP addresses as people write them: checked, and brought into one spelling so that equal addresses
 * compare equal. No names, no ports, no zones.
 */

/** An address in its one spelling: dotted decimal, or compressed lower-case hexadecimal. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly text: string;
}

const IPV4_PART = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${IPV4_PART}(?:\\.${IPV4_PART}){3}$`);
const IPV6_CHARACTERS = /^[0-9a-fA-F:.]{2,45}$/;

/**
 * @param text IPv4 without leading zeros, or IPv6 without brackets and zone
 * @returns undefined for anything else
 */
export function parseIp(text: string): IpAddress | undefined {
  if (IPV4.test(text)) return { family: 4, text };
  if (!text.includes(":") || !IPV6_CHARACTERS.test(text)) return undefined;
  // The URL Standard's IPv6 parser and serialiser: RFC 4291 in, compressed as in RFC 5952 out.
  const url = URL.parse(`http://[${text}]/`);
  return url === null ? undefined : { family: 6, text: url.hostname.slice(1, -1) };
}
