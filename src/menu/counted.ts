/** Counts that people see in the menu. Pure. */

/** E.g. "1 message", "3 messages". */
export function someMessages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}
