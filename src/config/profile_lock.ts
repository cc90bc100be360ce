/**
 * One process owns a profile. Ownership is an exclusive lock (`flock`, on Windows `LockFileEx`) on
 * the profile's lock file, so the operating system takes it back when the process ends in whatever
 * way, `kill -9` included. A second process learns who the owner is from a file beside it; that file
 * is a remark for people and may be stale, wrong or missing without any effect on the lock.
 *
 * It does not reach over the network: two machines that share a folder by a file system without
 * `flock` are not kept apart.
 */
import { ChatError } from "../errors.ts";
import type { Profile } from "./paths.ts";
import { quote } from "./quote.ts";
import { systemReason } from "./system_reason.ts";

/** Who holds a profile. */
export interface Holder {
  readonly pid: number;
  /** The command it runs, e.g. `listen`. */
  readonly command: string;
  /** When it took the profile, ms since the epoch. */
  readonly since: number;
}

/**
 * How long to wait for a lock where it cannot be tried without waiting: long enough for a free lock
 * on a busy machine, short enough that a person sees the answer at once.
 */
const LOCK_WAIT_MS = 250;

/**
 * Takes the profile for this process until the result is disposed or the process ends.
 *
 * Where it fails on a Deno without `FsFile.tryLock` (before 2.9), a blocked system call stays behind
 * until the other process gives the profile up; end with `Deno.exit`.
 *
 * @param profile its folder must exist, see `openProfile`
 * @param options.command what this process does, told to a second process
 * @param options.now the clock, ms since the epoch
 * @throws ChatError `profile-in-use`, `profile-unusable`
 */
export async function acquireProfileLock(
  profile: Profile,
  options: { command: string; pid: number; now: () => number },
): Promise<Disposable> {
  const { command, pid, now } = options;
  let file: Deno.FsFile;
  try {
    file = await Deno.open(profile.lockFile, { create: true, write: true, mode: 0o600 });
  } catch (cause) {
    throw unusable(profile, cause);
  }
  let locked: boolean;
  try {
    locked = await lock(file);
  } catch (cause) {
    file.close();
    throw unusable(profile, cause);
  }
  if (!locked) throw inUse(profile, await readHolder(profile), now());

  await writeHolder(profile, { pid, command, since: now() });
  return {
    [Symbol.dispose]() {
      // Before the lock goes, or the remark of the next owner could be the one removed.
      removeHolder(profile);
      file.close();
    },
  };
}

/** @returns whether `file` is locked now; if not, it is closed, or will be */
async function lock(file: Deno.FsFile): Promise<boolean> {
  if ("tryLock" in file && typeof file.tryLock === "function") {
    const locked: boolean = await file.tryLock(true);
    if (!locked) file.close();
    return locked;
  }
  const waiting = file.lock(true).then(() => true);
  const { promise: timeout, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), LOCK_WAIT_MS);
  try {
    const locked = await Promise.race([waiting, timeout]);
    // The call cannot be taken back. Whenever it ends, the lock goes with the file.
    if (!locked) waiting.then(() => file.close(), () => file.close());
    return locked;
  } finally {
    clearTimeout(timer);
  }
}

function inUse(profile: Profile, holder: Holder | undefined, now: number): ChatError {
  const who = holder === undefined
    ? "another process"
    : `process ${holder.pid} (${holder.command}, since ${localTime(holder.since, now)})`;
  return new ChatError("profile-in-use", `profile ${quote(profile.name)} is in use by ${who}`, {
    hint: "use another with --profile NAME, or stop that process",
  });
}

function unusable(profile: Profile, cause: unknown): ChatError {
  return new ChatError(
    "profile-unusable",
    `profile ${quote(profile.folder)} cannot be locked: ${systemReason(cause)}`,
    { hint: "make it a folder that you may write, or choose another with --home DIR", cause },
  );
}

async function writeHolder(profile: Profile, holder: Holder): Promise<void> {
  try {
    await Deno.writeTextFile(profile.holderFile, JSON.stringify(holder), { mode: 0o600 });
  } catch {
    // A full disk must not keep a person from their profile; only the remark is lost.
    removeHolder(profile);
  }
}

function removeHolder(profile: Profile): void {
  try {
    Deno.removeSync(profile.holderFile);
  } catch {
    // It is a remark: missing or stale, it blocks nobody.
  }
}

/** @returns undefined where the remark is missing or makes no sense */
async function readHolder(profile: Profile): Promise<Holder | undefined> {
  try {
    const holder: unknown = JSON.parse(await Deno.readTextFile(profile.holderFile));
    return isHolder(holder) ? holder : undefined;
  } catch {
    // A remark that cannot be read is no remark.
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  return typeof value === "object" && value !== null &&
    "pid" in value && Number.isSafeInteger(value.pid) &&
    "command" in value && typeof value.command === "string" &&
    /^[a-z][a-z-]{0,31}$/.test(value.command) &&
    "since" in value && typeof value.since === "number" &&
    !Number.isNaN(new Date(value.since).getTime());
}

/** `14:02`, or with the day in front where that was not today; in the local time zone. */
function localTime(time: number, now: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === new Date(now).toDateString()) return clock;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock}`;
}
