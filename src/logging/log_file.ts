/**
 * The file that takes the log's lines: only ever appended to, made 0600 where it is new. Each line
 * is handed to the system before `write` returns, so that a crash loses none. Trouble with the file
 * never becomes trouble for the program: it is told once, and the lines are lost until it is over.
 */
import { quote } from "../config/quote.ts";
import { systemReason } from "../config/system_reason.ts";
import { ChatError } from "../errors.ts";

export class LogFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  readonly #tell: (remark: string) => void;
  readonly #encoder = new TextEncoder();
  #inTrouble = false;

  /**
   * @param tell gets one line when writing begins to fail
   * @throws ChatError `bad-config` where the file cannot be opened
   */
  constructor(path: string, tell: (remark: string) => void) {
    this.#path = path;
    this.#tell = tell;
    try {
      this.#file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
    } catch (cause) {
      throw new ChatError(
        "bad-config",
        `log file ${quote(path)} cannot be opened: ${systemReason(cause)}`,
        { hint: "choose another with --log-file PATH, or none", cause },
      );
    }
  }

  write(line: string): void {
    try {
      const bytes = this.#encoder.encode(`${line}\n`);
      let written = 0;
      while (written < bytes.length) written += this.#file.writeSync(bytes.subarray(written));
      this.#inTrouble = false;
    } catch (error) {
      if (this.#inTrouble) return;
      this.#inTrouble = true;
      const reason = systemReason(error);
      this.#tell(`log file ${quote(this.#path)} cannot be written, lines are lost: ${reason}`);
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
