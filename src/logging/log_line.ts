/** A log record as the one line that people and files get. */
import type { LogRecord } from "@logtape/logtape";

import { valueText, type ValueTextOptions } from "./value_text.ts";

/** A longer message is cut: no peer can fill a disk with one record. */
const MESSAGE_MAX_CHARACTERS = 4096;

export interface LogLineOptions extends ValueTextOptions {
  /** Makes any text one harmless line: no control characters, no line ends. */
  readonly sanitise: (text: string) => string;
}

/** @returns `2026-11-22T14:02:07.123Z warning p2p-chat.direct: message`, without a line end */
export function formatLogLine(record: LogRecord, options: LogLineOptions): string {
  const { category, level, message, timestamp } = record;
  const text = message.map((part) => valueText(part, options)).join("");
  const cut = text.length > MESSAGE_MAX_CHARACTERS
    ? `${text.slice(0, MESSAGE_MAX_CHARACTERS).toWellFormed()}…`
    : text;
  // The category too, so that no line depends on who chose its name.
  const harmless = options.sanitise(`${category.join(".")}: ${cut}`);
  return `${new Date(timestamp).toISOString()} ${level} ${harmless}`;
}
