/**
 * A wall clock that is wrong, for processes of the program: libfaketime (package `faketime` of
 * Debian and Ubuntu), which the system's linker puts between a program and its clock. The monotonic
 * clock goes on as it is, as it does when a person or a time server sets a clock.
 */

/** Where the package puts it, by architecture. */
const LIBRARY_FOLDERS = [
  "/usr/lib/x86_64-linux-gnu/faketime",
  "/usr/lib/aarch64-linux-gnu/faketime",
  "/usr/lib64/faketime",
  "/usr/lib/faketime",
];

/** The library for programs with several threads; undefined where it is not installed. */
export const FAKETIME_LIBRARY = Deno.build.os !== "linux" ? undefined : LIBRARY_FOLDERS
  .map((folder) => `${folder}/libfaketimeMT.so.1`).find(exists);

/** How far the clock is off, as libfaketime reads it: hours or years. */
export type Offset = "+0" | "-1h" | "+1h" | "-10y" | "+10y";

/** A clock for one process or several. Dispose it when they have ended. */
export class FakeClock implements AsyncDisposable {
  private constructor(private readonly file: string) {}

  static async make(offset: Offset): Promise<FakeClock> {
    const clock = new FakeClock(await Deno.makeTempFile({ prefix: "p2p-chat-clock-" }));
    await clock.set(offset);
    return clock;
  }

  /** The variables that make a process believe this clock. */
  get env(): Record<string, string> {
    return {
      LD_PRELOAD: FAKETIME_LIBRARY ?? "",
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
  }

  /** Sets the clock, also of processes that run. */
  async set(offset: Offset): Promise<void> {
    await Deno.writeTextFile(this.file, `${offset}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.file);
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false; // Whatever the reason: it cannot be used.
  }
}
