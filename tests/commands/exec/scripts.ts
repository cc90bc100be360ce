/** Small programs for `--exec`, in a folder of their own. */
import { TemporaryFolder } from "../../config/temporary_folder.ts";

export class Scripts implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  #count = 0;

  private constructor(folder: TemporaryFolder) {
    this.#folder = folder;
  }

  static async make(): Promise<Scripts> {
    return new Scripts(await TemporaryFolder.make());
  }

  /** A file that the programs may write to. */
  get notes(): string {
    return `${this.#folder.path}/notes`;
  }

  /** Lines of that file so far. */
  async noted(): Promise<string[]> {
    try {
      return (await Deno.readTextFile(this.notes)).split("\n").filter((line) => line !== "");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  /** Makes a program for the shell; `$NOTES` is the file. @returns its path */
  async write(body: string, mode = 0o755): Promise<string> {
    const path = `${this.#folder.path}/program-${++this.#count}.sh`;
    await Deno.writeTextFile(path, `#!/bin/sh\nNOTES='${this.notes}'\n${body}\n`);
    await Deno.chmod(path, mode);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Whether a process is there and not only waiting to be collected. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] })
      .output();
    const state = new TextDecoder().decode(stdout).trim();
    return state !== "" && !state.startsWith("Z");
  } catch {
    return false;
  }
}
