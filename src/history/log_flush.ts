/**
 * Forces to the disk what was committed without it, in the background, while a commit with
 * `synchronous=FULL` has the whole process wait.
 *
 * What a commit changed is in SQLite's write-ahead log ("Write-Ahead Logging", sqlite.org) until a
 * checkpoint has moved it, which flushes the log and the database itself. So it is enough to flush the
 * log. That file is made with the first commit and stays the same until the database is closed.
 */
import { storageError } from "./storage_error.ts";

/** Dispose it before the database is closed. */
export class LogFlush implements Disposable {
  readonly #path: string;
  #file: Deno.FsFile | undefined;

  /** @param path of the database; `:memory:`: nothing is to be done */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Resolves when everything that was committed before the call is on the disk.
   * @throws ChatError `storage-failed`
   */
  async flush(): Promise<void> {
    if (this.#path === ":memory:") return;
    try {
      // Windows flushes only what is open for writing.
      this.#file ??= Deno.openSync(`${this.#path}-wal`, { read: true, write: true });
      await this.#file.syncData();
    } catch (error) {
      throw storageError(`not on the disk: ${this.#path}`, error);
    }
  }

  [Symbol.dispose](): void {
    this.#file?.close();
  }
}
