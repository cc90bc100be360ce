/**
 * Compares the fingerprints of both sides, which a person reads to the other one, or a script got some
 * safe way. What is noted is that the key was compared; it says nothing of who holds it.
 */
import { requireKey } from "../../config/classic_id.ts";
import { quote } from "../../config/quote.ts";
import { ChatError } from "../../errors.ts";
import { fingerprint } from "../../identity/fingerprint.ts";
import { openPrompter } from "../../terminal/prompts/open_prompter.ts";
import type { Prompter } from "../../terminal/prompts/prompter.ts";
import { asScreen } from "../../terminal/screen_terminal.ts";
import { createStyle, type Style } from "../../terminal/style.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { truncate } from "../../terminal/width.ts";
import { wrapLine } from "../../terminal/wrap_line.ts";
import type { CommandContext } from "../command.ts";
import type { VerifyOptions } from "../contact.ts";
import { EXIT_CODES } from "../failure.ts";
import { ndjsonLine } from "../ndjson.ts";
import type { DisplayName } from "../node_lines.ts";
import { peerWithId } from "../node_text.ts";
import { contactLine, noContact } from "./contact_line.ts";
import { openContacts, requirePeer } from "./open_contacts.ts";

/** Whose fingerprints are compared. */
type Sides = readonly (readonly [name: string, peerId: string])[];

/** Digits of a whole fingerprint. */
const DIGITS = 60;
/** Half of its 12 groups of five digits and a space. */
const HALF = 6 * 6;
/** Of `fingerprintLines()`. */
const FINGERPRINT_COLUMNS = HALF + 1;
/** Between a QR code and what stands beside it. */
const GAP = "  ";
/** Below the QR code. */
const ROWS_OF_QUESTION = 2;

const EXPLANATION = "Read both to each other, by telephone or side by side: there, `p2p-chat id` " +
  "shows the second one, and `p2p-chat contact verify` both.";

/**
 * @returns the exit code
 * @throws ChatError `refused` (the digits differ), `bad-usage` (there is nobody to ask)
 */
export async function verifyContact(
  options: VerifyOptions,
  context: CommandContext,
): Promise<number> {
  await using contacts = await openContacts(options, context);
  const { terminal, now } = context;
  const { peerId } = await requirePeer(contacts, options.peer);
  requireKey(peerId);
  const displayName: DisplayName = (id) => contacts.displayName(id);
  const name = peerWithId(peerId, displayName);
  const before = (await contacts.contacts()).find((each) => each.peerId === peerId);
  if (!options.undo) {
    const isSame = options.fingerprint === undefined
      ? await askPerson(contacts.peerId, peerId, name, options, context)
      : compare(options.fingerprint, peerId, name);
    if (!isSame) {
      terminal.remark(`${name} is not marked as verified: somebody may sit in between`);
      return EXIT_CODES.failed;
    }
  }
  const isVerified = before?.verifiedAt !== undefined;
  const isNothing = options.undo && !isVerified;
  const [contact = noContact(peerId)] = isNothing
    ? [before ?? noContact(peerId)]
    : await contacts.changeContacts([{ peerId, verifiedAt: options.undo ? 0 : now() }]);
  const change = isNothing ? "unchanged" : before === undefined ? "added" : "changed";
  if (options.json) terminal.print(ndjsonLine(contactLine(contact, displayName, { change })));
  else terminal.print(options.undo ? `${name} is not verified` : `verified ${name}`);
  return EXIT_CODES.done;
}

/** @throws ChatError `bad-usage`: not 60 digits; `refused`: others */
function compare(given: string, peerId: string, name: string): true {
  const digits = given.replace(/[\s.-]/g, "");
  if (!/^\d+$/.test(digits) || digits.length !== DIGITS) {
    throw new ChatError("bad-usage", `${quote(given)} is not a fingerprint of ${DIGITS} digits`, {
      hint: "`p2p-chat id` shows it on the other side; put it in quotation marks",
    });
  }
  const expected = fingerprint(peerId);
  if (digits === expected.replaceAll(" ", "")) return true;
  throw new ChatError(
    "refused",
    `the fingerprint of ${name} is ${expected}, not ${quote(given)}`,
    { hint: "nothing was changed; talk to the person before you trust this peer" },
  );
}

async function askPerson(
  self: string,
  peerId: string,
  name: string,
  { json }: VerifyOptions,
  { terminal, signal }: CommandContext,
): Promise<boolean> {
  if (!terminal.interactive || json) {
    throw new ChatError("bad-usage", "there is nobody here to compare fingerprints", {
      hint: 'give what the other side sent: --fingerprint "12345 67890 ..."',
    });
  }
  return await askWhetherSame([["you", self], [name, peerId]], {
    prompter: openPrompter(terminal),
    style: createStyle(terminal.colors),
    terminal,
    signal,
  });
}

/**
 * Shows fingerprints, that of the first side also as a QR code where a screen has room for it, and asks
 * whether the other side shows the same.
 * @throws PromptCancelled; the reason of `signal`
 */
export async function askWhetherSame(
  sides: Sides,
  { prompter, style, terminal, signal }: {
    readonly prompter: Prompter;
    readonly style: Style;
    readonly terminal: Terminal;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const lines = await linesWithQr(sides, terminal, style) ??
    [...fingerprintLines(sides, style), ...wrapLine(EXPLANATION, terminal.columns, 0)];
  prompter.note(lines);
  const message = "Are both the same there?";
  return await prompter.confirm({ message, default: false }, { signal });
}

/**
 * The fingerprints beside a QR code of the first one, where a screen has room for both. Its text is the
 * digits as they are shown, for the eyes of whoever scans it, or for `contact verify --fingerprint`.
 */
async function linesWithQr(
  sides: Sides,
  terminal: Terminal,
  style: Style,
): Promise<string[] | undefined> {
  const screen = asScreen(terminal);
  const [[, own] = []] = sides;
  if (screen === undefined || own === undefined) return undefined;
  const { qrPicture } = await import("../../terminal/qr_code.ts");
  const { lines, columns } = qrPicture(fingerprint(own), terminal);
  const room = screen.columns - columns - GAP.length;
  if (room < FINGERPRINT_COLUMNS || screen.rows < lines.length + ROWS_OF_QUESTION) return undefined;
  const background = terminal.colors ? "" : " (for a dark background)";
  const scan = `The QR code${background} holds your digits: scan it from there to compare them.`;
  const beside = [
    ...fingerprintLines(sides, style, room),
    "",
    ...[EXPLANATION, scan].flatMap((text) => wrapLine(text, room, 0)),
  ];
  const height = Math.max(lines.length, beside.length);
  return Array.from({ length: height }, (_, index) => {
    const text = beside[index] ?? "";
    return `${lines[index] ?? " ".repeat(columns)}${text === "" ? "" : GAP}${text}`;
  });
}

/**
 * Name and fingerprint of each on lines of their own, which fit into 40 columns.
 * @param columns 37 or more; longer names are cut
 */
function fingerprintLines(sides: Sides, style: Style, columns = Infinity): string[] {
  return sides.flatMap(([name, peerId]) => {
    const digits = fingerprint(peerId);
    return [
      style.bold(truncate(name, columns)),
      `  ${digits.slice(0, HALF).trim()}`,
      `  ${digits.slice(HALF).trim()}`,
    ];
  });
}
