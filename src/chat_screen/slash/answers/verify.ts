/**
 * `/verify`: the fingerprints of both sides, which a person compares with what the other one sees, and
 * what came of it; on a screen with room for it also the own one as a QR code, whose text is the digits,
 * as `contact verify` shows it. What is noted is that the key was compared; it says nothing of who holds it.
 */
import { requireKey } from "../../../config/classic_id.ts";
import { fingerprint } from "../../../identity/fingerprint.ts";
import { formatDay } from "../../../terminal/local_time.ts";
import { displayWidth, padEnd, truncate } from "../../../terminal/width.ts";
import { wrapLine } from "../../../terminal/wrap_line.ts";
import type { SlashContext, SlashOutcome } from "../outcome.ts";
import { type Target, targetOf } from "../target.ts";

/** Groups of five digits on a row: where both stand side by side, and where one stands alone. */
const GROUPS_BESIDE = 3;
const GROUPS_ALONE = 6;
const GAP = "   ";
const HANGING_INDENT = 2;
/** Between a picture and the lines beside it, as the screen draws them. */
const PICTURE_GAP = 2;
/** Six groups with the spaces between. */
const COLUMNS_ALONE = GROUPS_ALONE * 6 - 1;
/** Two times three groups with their spaces and the gap between. */
const COLUMNS_BESIDE = 2 * (GROUPS_BESIDE * 6 - 1) + GAP.length;

/**
 * @param answer what the person found; undefined: it wants to compare
 * @throws ChatError as `targetOf()` and `ChatNode.changeContacts()`
 */
export async function verify(
  answer: "yes" | "no" | undefined,
  context: SlashContext,
): Promise<Extract<SlashOutcome, { kind: "lines" }>> {
  const { node, now, columns } = context;
  const said = (line: string) => ({
    kind: "lines" as const,
    lines: wrapLine(line, columns, HANGING_INDENT),
  });
  const target = await targetOf(undefined, context);
  const { peerId, name, contact } = target;
  requireKey(peerId);
  if (answer === undefined) return await comparison(target, context);
  if (answer === "yes") {
    await node.changeContacts([{ peerId, verifiedAt: now() }]);
    return said(`verified ${name}`);
  }
  if (contact?.verifiedAt !== undefined) await node.changeContacts([{ peerId, verifiedAt: 0 }]);
  return said(
    `${name} is not verified; where the fingerprints differ, somebody may sit in between`,
  );
}

async function comparison(
  target: Target,
  context: SlashContext,
): Promise<Extract<SlashOutcome, { kind: "lines" }>> {
  const { node, columns, pictures } = context;
  const plain = { kind: "lines" as const, lines: comparisonLines(target, node.peerId, columns) };
  if (pictures === undefined) return plain;
  const { qrBlocks } = await import("../../../terminal/qr_code.ts");
  const { rows, colors } = pictures;
  const code = qrBlocks(fingerprint(node.peerId), colors ? "dark" : "light");
  const room = columns - code.columns - PICTURE_GAP;
  if (room < COLUMNS_ALONE || rows < code.lines.length) return plain;
  const background = colors ? "" : " (for a dark background)";
  const scan = `The QR code${background} holds your digits: scan it from there to compare them.`;
  const lines = [...comparisonLines(target, node.peerId, room), ...wrapLine(scan, room, 0)];
  if (rows < lines.length) return plain;
  return { kind: "lines", lines, picture: { ...code, onPaper: colors } };
}

function comparisonLines(
  { peerId, name, contact }: Target,
  ownId: string,
  columns: number,
): string[] {
  const sides = [["you", fingerprint(ownId)], [name, fingerprint(peerId)]] as const;
  const isWide = Number.isFinite(columns) && columns >= COLUMNS_BESIDE;
  const { verifiedAt } = contact ?? {};
  const explanation = [
    ...(verifiedAt === undefined ? [] : [`${name} is verified since ${formatDay(verifiedAt)}.`]),
    "Read both to each other, by telephone or side by side: there, /verify or " +
    "`p2p-chat contact verify` shows the same two.",
    "If both are the same there: /verify yes. If not: /verify no.",
  ];
  return [
    ...(isWide
      ? beside(sides)
      : sides.flatMap(([side, digits]) => [side, ...rows(digits, GROUPS_ALONE)])),
    ...explanation.flatMap((line) => wrapLine(line, columns, 0)),
  ];
}

type Side = readonly [name: string, digits: string];

function beside([[leftName, left], [rightName, right]]: readonly [Side, Side]): string[] {
  const [lefts, rights] = [rows(left, GROUPS_BESIDE), rows(right, GROUPS_BESIDE)];
  const width = displayWidth(lefts[0] ?? "");
  return [
    padEnd(leftName, width) + GAP + truncate(rightName, width),
    ...lefts.map((row, index) => row + GAP + (rights[index] ?? "")),
  ];
}

function rows(digits: string, groups: number): string[] {
  const all = digits.split(" ");
  return Array.from(
    { length: Math.ceil(all.length / groups) },
    (_, row) => all.slice(row * groups, (row + 1) * groups).join(" "),
  );
}
