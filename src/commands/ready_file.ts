/**
 * Tells whoever started `listen` as a service that the node listens: one line, the same as `--json`
 * prints first, in a file that is there as long as the node runs.
 *
 * - a path where nothing is, or a file: written whole or not at all, and removed at the end; one that
 *   was left behind by a run that was killed is removed before the node starts
 * - a pipe such as `/dev/fd/3` (s6, dinit), or a FIFO: the line is written into it, for whoever reads
 *   there by then; nobody is waited for
 *
 * It is a file because every service manager can wait for one. The socket that systemd offers to
 * `Type=notify` takes datagrams, which Deno has behind `--unstable-net` only.
 */
import { replaceFile } from "../config/atomic_file.ts";
import { quote } from "../config/quote.ts";
import { systemReason } from "../config/system_reason.ts";
import { ChatError } from "../errors.ts";

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
   * @param line without its end
   * @throws ChatError `bad-usage`: it cannot be written
   */
  async write(line: string): Promise<void> {
    const bytes = new TextEncoder().encode(`${line}\n`);
    await this.#blaming(async () => {
      const found = await this.#stat();
      if (found === undefined || found.isFile) {
        await replaceFile(this.#path, bytes);
        this.#isOurs = true;
      } else {
        using pipe = await Deno.open(this.#path, {
          write: true,
          // Where nobody reads, opening for both does not wait, which before Deno 2.9 would stop the
          // whole program. Elsewhere than on Linux, what is in /dev/fd opens only as it is.
          read: Deno.build.os === "linux" || !this.#path.startsWith("/dev/fd/"),
        });
        // Less than a pipe takes at once.
        await pipe.write(bytes);
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
