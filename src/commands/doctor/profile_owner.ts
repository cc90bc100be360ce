/**
 * Which process owns a profile, asked without taking its lock away from anybody: a shared lock is
 * tried for an instant and given back. Before Deno 2.9 a lock cannot be tried without waiting; there
 * the owner's remark alone has to do, which is left over where the owner was killed.
 */
import type { Profile } from "../../config/paths.ts";

/** @returns for instance `listen (process 4711)`; undefined where nobody owns it */
export async function profileOwner(profile: Profile): Promise<string | undefined> {
  const locked = await isLocked(profile.lockFile);
  if (locked === false) return undefined;
  const remark = await readRemark(profile.holderFile);
  return remark ?? (locked ? "process" : undefined);
}

/** @returns undefined where this cannot be known */
async function isLocked(path: string): Promise<boolean | undefined> {
  try {
    using file = await Deno.open(path);
    if (!("tryLock" in file) || typeof file.tryLock !== "function") return undefined;
    const isShared: boolean = await file.tryLock(false);
    return !isShared;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    return undefined;
  }
}

async function readRemark(path: string): Promise<string | undefined> {
  try {
    const holder: unknown = JSON.parse(await Deno.readTextFile(path));
    if (typeof holder !== "object" || holder === null) return undefined;
    if (!("pid" in holder) || !Number.isSafeInteger(holder.pid)) return undefined;
    if (!("command" in holder) || !/^[a-z][a-z-]{0,31}$/.test(String(holder.command))) {
      return undefined;
    }
    return `${holder.command} (process ${holder.pid})`;
  } catch {
    // It is a remark for people: missing or senseless, it says nothing.
    return undefined;
  }
}
