/**
 * Tells whoever started `listen` as a service that the node listens: one line, the same as `--json`
 * prints first, in a file that is there as long as the node runs.
 *
 * - a path where nothing is, or a file: written whole or not at all, and removed at the end; one that
 *   was left behind by a run that was killed is removed before the node starts
 * - a FIFO, or a pipe such as `/dev/fd/3` (s6, dinit): the line is written into it
 *
 * It is a file because every service manager can wait for one. The socket that systemd offers to
 * `Type=notify` takes datagrams, which Deno has behind `--unstable-net` only.
 */
import { replaceFile } from "../config/atomic_file.ts";
import { quote } from "../config/quote.ts";
import { systemReason } from "../config/system_reason.ts";
import { ChatError } from "../errors.ts";
import { aborted } from "./deadline.ts";

/** Where to say that the node listens. Dispose it to take that back. */
export class ReadyFile implements AsyncDisposable {
  readonly #path: string;
  #isOurs = false;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Removes what an earlier run left there.
   * @throws ChatError `bad-usage`: a folder, or it cannot be removed
   */
  static async prepare(path: string): Promise<ReadyFile> {
    const file = new ReadyFile(path);
    await file.#blaming(async () => {
      const found = await file.#stat();
      if (found?.isDirectory) throw new Error("it is a folder");
      if (found?.isFile) await Deno.remove(path);
    });
    return file;
  }

  /**
   * Writes the line. Into a FIFO it waits for a reader, but no longer than until `signal` aborts.
   * @param line without its end
   * @throws ChatError `bad-usage`: it cannot be written
   */
  async write(line: string, signal: AbortSignal): Promise<void> {
    const bytes = new TextEncoder().encode(`${line}\n`);
    await this.#blaming(async () => {
      const found = await this.#stat();
      if (found === undefined || found.isFile) {
        await replaceFile(this.#path, bytes);
        this.#isOurs = true;
      } else {
        await Promise.race([Deno.writeFile(this.#path, bytes, { create: false }), aborted(signal)]);
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOurs) return;
    try {
      await Deno.remove(this.#path);
    } catch {
      // Somebody else removed it, or will find it stale: the node ends in any case.
    }
  }

  async #stat(): Promise<Deno.FileInfo | undefined> {
    try {
      return await Deno.stat(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  async #blaming(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      const what = `--ready-file ${quote(this.#path)} cannot be used: ${systemReason(cause)}`;
      throw new ChatError("bad-usage", what, {
        hint: "name a file in a folder that is there and that you may write to",
        cause,
      });
    }
  }
}
