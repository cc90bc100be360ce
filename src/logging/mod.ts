/**
 * Logging for the whole program, by LogTape: a room takes `getLogger(["p2p-chat", "direct"])` from
 * `@logtape/logtape` and logs; this decides, once a process, what becomes of it. Until then nothing
 * is logged.
 *
 * It guarantees one line a record, with time (UTC), level, category and message, in which nothing
 * acts on a terminal or begins another line, and that logging never throws.
 *
 * It does not rotate files and does not keep secrets out of messages: do not log any. Values go into
 * a message by name, `log.debug("frame of {bytes} B", { bytes })`, never by a template string: braces
 * in a text from a peer would be read as names.
 */
import { configureSync, reset } from "@logtape/logtape";

import type { LogLevel } from "../config/config.ts";
import { LogFile } from "./log_file.ts";
import { formatLogLine } from "./log_line.ts";

export interface LoggingOptions {
  /** What is logged: this level and those above it; `debug` also adds where errors were thrown. */
  readonly level: LogLevel;
  /** Takes the lines instead of `write`; appended to. */
  readonly file?: string | undefined;
  /** Takes each line, without its end: standard error. With a file, only trouble with that file. */
  readonly write: (line: string) => void;
  /** Makes any text one harmless line: no control characters, no line ends. */
  readonly sanitise: (text: string) => string;
}

/** Logging that is set up. Dispose it to end it. */
export interface Logging extends AsyncDisposable {
  /**
   * Goes on with another level, or another file. The file is opened anew in any case: it may have been
   * moved away. What libp2p logs keeps to the level from before (`libp2p_logger.ts`).
   * @throws ChatError `bad-config` where the file cannot be opened: all stays as it was then
   */
  change(options: Pick<LoggingOptions, "level" | "file">): void;
}

/**
 * Sets logging up for this process, until the result is disposed.
 * @throws ChatError `bad-config` where the file cannot be opened; LogTape's `ConfigError` where it is
 *   set up already
 */
export function configureLogging(options: LoggingOptions): Logging {
  const { write, sanitise } = options;
  const open = (path: string | undefined) =>
    path === undefined ? undefined : new LogFile(path, (remark) => write(sanitise(remark)));
  const configure = (level: LogLevel, changed: boolean) => {
    const stacks = level === "debug" || level === "trace";
    configureSync({
      reset: changed,
      sinks: {
        lines(record) {
          const line = formatLogLine(record, { sanitise, stacks });
          if (file === undefined) write(line);
          else file.write(line);
        },
      },
      loggers: [
        { category: [], sinks: ["lines"], lowestLevel: level },
        // LogTape's remarks about itself: that it was set up is no news.
        { category: ["logtape", "meta"], lowestLevel: "warning" },
      ],
    });
  };

  let file = open(options.file);
  let ended = false;
  try {
    configure(options.level, false);
  } catch (error) {
    file?.[Symbol.dispose]();
    throw error;
  }
  return {
    change({ level, file: path }) {
      const other = open(path);
      file?.[Symbol.dispose]();
      file = other;
      configure(level, true);
    },
    async [Symbol.asyncDispose]() {
      if (ended) return;
      ended = true;
      await reset();
      file?.[Symbol.dispose]();
    },
  };
}
