/**
 * Whether the profile's folder and the files in it are this user's and nobody else's. On Windows
 * the system keeps the folders of users apart; nothing is looked at there.
 */
import { systemReason } from "../../config/system_reason.ts";
import type { Outcome, Subject } from "./finding.ts";

const OTHERS_MASK = 0o077;
const OWN_FOLDER_MASK = 0o700;
/** Files named in a finding; the hint covers all. */
const MAX_NAMED = 3;

/** @param user the own user id; null: unknown, so that owners are not looked at */
export async function checkProfile(
  { profile: { folder } }: Pick<Subject, "profile">,
  user: number | null = ownUser(),
): Promise<Outcome> {
  let info: Deno.FileInfo;
  try {
    info = await Deno.stat(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return {
        status: "warning",
        message: `${folder} is not there yet`,
        hint: "the first start makes it: p2p-chat, or p2p-chat listen",
      };
    }
    return unusable(folder, systemReason(error));
  }
  if (!info.isDirectory) return unusable(folder, "it is not a folder");
  if (Deno.build.os === "windows") {
    return { status: "ok", message: `${folder}; permissions are not looked at on Windows` };
  }
  if (user !== null && info.uid !== user) return notOwn(folder, info.uid);
  if (((info.mode ?? 0) & OWN_FOLDER_MASK) !== OWN_FOLDER_MASK) {
    return {
      status: "bad",
      message: `you may not read and write ${folder}`,
      hint: `chmod 700 ${shellWord(folder)}`,
    };
  }
  try {
    return await checkFiles(folder, ((info.mode ?? 0) & OTHERS_MASK) !== 0, user);
  } catch (error) {
    return unusable(folder, systemReason(error));
  }
}

/** Null on Windows, and where the program may not ask. */
function ownUser(): number | null {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "uid" });
  return state === "granted" ? Deno.uid() : null;
}

async function checkFiles(folder: string, isOpen: boolean, user: number | null): Promise<Outcome> {
  const exposed: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const info = isFile ? await statIfThere(`${folder}/${name}`) : undefined;
    if (info === undefined) continue;
    if (user !== null && info.uid !== user) return notOwn(`${folder}/${name}`, info.uid);
    if (((info.mode ?? 0) & OTHERS_MASK) !== 0) exposed.push(name);
  }
  if (isOpen) {
    return {
      status: exposed.length > 0 ? "bad" : "warning",
      message: exposed.length > 0
        ? `other users can read ${list(exposed)} in ${folder}`
        : `other users can see into ${folder}`,
      hint: `chmod 700 ${shellWord(folder)}`,
    };
  }
  if (exposed.length > 0) {
    return {
      status: "warning",
      message: `${list(exposed)} in ${folder}: only the folder keeps other users out`,
      hint: `chmod 600 ${exposed.map((name) => shellWord(`${folder}/${name}`)).join(" ")}`,
    };
  }
  return { status: "ok", message: `${folder}, readable by you alone` };
}

/** Files come and go while a node runs. */
async function statIfThere(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function notOwn(path: string, owner: number | null): Outcome {
  return {
    status: "bad",
    message: `${path} belongs to another user (${owner})`,
    hint: "start p2p-chat as that user, or use another folder with --home DIR",
  };
}

function unusable(folder: string, reason: string): Outcome {
  return {
    status: "bad",
    message: `${folder} cannot be used: ${reason}`,
    hint: "make it a folder that you may write, or choose another with --home DIR",
  };
}

function list(names: readonly string[]): string {
  const named = names.toSorted().slice(0, MAX_NAMED).join(", ");
  return names.length > MAX_NAMED ? `${named} and ${names.length - MAX_NAMED} more` : named;
}

/** A path as a POSIX shell takes it. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
