/** A disk of 2 MB in memory that can be filled to the last block. Linux, as root. */

const SIZE = "2m";
const BLOCK_BYTES = 4096;

/** Mounted at `path`; dispose it to unmount it. */
export class SmallDisk implements AsyncDisposable {
  private constructor(readonly path: string) {}

  /** Whether such a disk can be had here. */
  static available(): boolean {
    if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
    const path = Deno.makeTempDirSync({ prefix: "p2p-chat-disk-" });
    try {
      if (!mount(path)) return false;
      unmount(path);
      return true;
    } finally {
      Deno.removeSync(path);
    }
  }

  static async mount(): Promise<SmallDisk> {
    const path = await Deno.makeTempDir({ prefix: "p2p-chat-disk-" });
    if (!mount(path)) throw new Error(`tmpfs cannot be mounted at ${path}`);
    return new SmallDisk(path);
  }

  /** Writes until nothing fits any more. */
  fill(): void {
    using ballast = Deno.openSync(this.#ballast, { create: true, append: true });
    const block = new Uint8Array(BLOCK_BYTES);
    try {
      for (;;) ballast.writeSync(block);
    } catch (error) {
      // ENOSPC has no class of its own.
      if (!/No space left/.test(String(error))) throw error;
    }
  }

  /** Makes room again. */
  async free(): Promise<void> {
    await Deno.remove(this.#ballast);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    unmount(this.path);
    await Deno.remove(this.path);
  }

  get #ballast(): string {
    return `${this.path}/ballast`;
  }
}

function mount(path: string): boolean {
  const args = ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", path];
  return new Deno.Command("mount", { args, stdout: "null", stderr: "null" }).outputSync().success;
}

function unmount(path: string): void {
  new Deno.Command("umount", { args: ["--lazy", path] }).outputSync();
}
