/**
 * libp2p's logs in LogTape, under the category `libp2p` and the name of the component:
 * `libp2p:connection-manager:dial-queue` becomes `libp2p.connection-manager.dial-queue`.
 *
 * | libp2p | here | why |
 * |---|---|---|
 * | `log(…)` | `debug` | |
 * | `log.error(…)` | `debug`, marked `error:` | to libp2p every peer that leaves or does not answer is an error; what a person must know, our own code says |
 * | `log.trace(…)` | `trace` | |
 *
 * So nothing of libp2p is shown at the default level. A level that is off formats nothing and costs
 * next to nothing: libp2p calls its logger several times for every frame, so what is on is decided
 * when a logger is made, not (at 110 ns each) by asking LogTape at every call.
 *
 * Scopes (`newScope`) are shown in front of the message and are not categories: libp2p makes one for
 * each connection and stream, and LogTape remembers every category for ever.
 */
import { getLogger, type Logger as LogTapeLogger } from "@logtape/logtape";
import type { ComponentLogger, Logger } from "@libp2p/interface";

import type { LogLevel } from "../config/config.ts";
import { valueText } from "./value_text.ts";

/** The letters that take a value in the format strings of libp2p. */
const PLACEHOLDER = /%([abcdefijkmoOpst%])/g;

/**
 * What `createLibp2p({ logger })` takes.
 * @param level the one that logging was configured with; it stays for the life of the logger
 */
export function libp2pLogger(level: LogLevel): ComponentLogger {
  const enabled = { debug: level === "debug" || level === "trace", trace: level === "trace" };
  return {
    forComponent(name) {
      const [first, ...rest] = name.split(":");
      const category = first === "libp2p" ? rest : name.split(":");
      return scopedLogger(getLogger(["libp2p", ...category]), "", enabled);
    },
  };
}

/**
 * Fills a format string as libp2p does: `%s` text, `%d` number, `%o` `%O` `%j` object, `%p` peer id,
 * `%a` multiaddr, `%c` CID, `%k` datastore key, `%b` `%t` `%m` bytes, `%e` error, `%%` a per cent
 * sign. Every value knows what it is, so the letter does not change how it is shown; bytes are shown
 * in hexadecimal. Values without a placeholder follow at the end.
 */
export function formatLibp2p(format: unknown, values: readonly unknown[]): string {
  let used = 0;
  const text = typeof format !== "string"
    ? valueText(format)
    : format.replace(PLACEHOLDER, (placeholder) => {
      if (placeholder === "%%") return "%";
      return used < values.length ? valueText(values[used++]) : placeholder;
    });
  return [text, ...values.slice(used).map((value) => valueText(value))].join(" ");
}

type Log = (format: unknown, ...values: unknown[]) => void;

function scopedLogger(
  target: LogTapeLogger,
  scope: string,
  enabled: { readonly debug: boolean; readonly trace: boolean },
): Logger {
  const prefix = scope === "" ? "" : `[${scope}] `;
  const debug: Log = (format, ...values) => {
    target.debug`${prefix}${formatLibp2p(format, values)}`;
  };
  const error: Log = (format, ...values) => {
    target.debug`${prefix}error: ${formatLibp2p(format, values)}`;
  };
  const trace: Log = (format, ...values) => {
    target.trace`${prefix}${formatLibp2p(format, values)}`;
  };
  // Made anew for each logger: properties are put on it.
  const log: Log = enabled.debug ? debug : () => {};
  return Object.assign(log, {
    error: enabled.debug ? error : ignore,
    trace: enabled.trace ? trace : ignore,
    enabled: enabled.debug,
    newScope: (name: string) =>
      scopedLogger(target, scope === "" ? name : `${scope}:${name}`, enabled),
  });
}

function ignore(): void {}
