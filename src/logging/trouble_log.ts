/**
 * Logs of trouble in a room: what is wrong, and a detail of named values. LogTape puts into a line only
 * what its message names, so the message is made to name every value of the detail.
 */
import { getLogger } from "@logtape/logtape";

/** Logs trouble. @param what in words of this program's own; what a peer says belongs in `detail` */
export type TroubleLog = (what: string, detail: Readonly<Record<string, unknown>>) => void;

/** @param room the category, e.g. `direct` */
export function troubleLog(room: string, level: "info" | "warning"): TroubleLog {
  const log = getLogger(["p2p-chat", room]);
  return (what, detail) => log[level](namingAll(what, detail), { ...detail });
}

/** @returns e.g. `a peer was not asked, peer: {peer}, error: {error}` */
function namingAll(what: string, detail: Readonly<Record<string, unknown>>): string {
  // A brace in the words is no name of a value.
  const words = what.replace(/[{}]/g, "$&$&");
  return [words, ...Object.keys(detail).map((key) => `${key}: {${key}}`)].join(", ");
}
