/**
 * Where a profile lives: from a flag, the environment or the convention of the platform to a folder
 * and the names of the files in it. Pure: nothing here touches a disk, and the environment and the
 * operating system are passed in.
 *
 * The home folder is `--home`, else `P2P_CHAT_HOME`, else
 * - Linux and other Unix: `$XDG_DATA_HOME/p2p-chat` (XDG Base Directory Specification: ignored
 *   unless absolute), else `~/.local/share/p2p-chat`
 * - macOS: `~/Library/Application Support/p2p-chat`
 * - Windows: `%APPDATA%\p2p-chat`
 */
import { posix, win32 } from "node:path";

import { ChatError } from "../errors.ts";
import { quote } from "./quote.ts";

/** Reads one environment variable: `(name) => Deno.env.get(name)`, or a test's own. */
export type Environment = (name: string) => string | undefined;

/** What the choice of a folder depends on. */
export interface Platform {
  readonly os: typeof Deno.build.os;
  readonly env: Environment;
}

/** A profile's folder and the files in it; none of them need exist. */
export interface Profile {
  /** 1 to 64 characters, see `profileName`. */
  readonly name: string;
  /** `<home>/<name>`. */
  readonly folder: string;
  /** The private key: whoever has this file is this peer. */
  readonly keyFile: string;
  readonly databaseFile: string;
  readonly configFile: string;
  /** Locked by the process that owns the profile; its content has no meaning. */
  readonly lockFile: string;
  /** Which process that is, for people: only a remark, the lock alone decides. */
  readonly holderFile: string;
  /** The socket over which other commands work through the process that owns the profile. */
  readonly controlSocket: string;
  /** Where that process listens instead, where there can be no such socket. */
  readonly controlNote: string;
}

const FOLDER_NAME = "p2p-chat";
const PROFILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;

/**
 * @param options.home the value of `--home`; a relative one is meant from the current folder
 * @throws ChatError `bad-profile` (an empty `--home`), `profile-unusable` (nothing says where)
 */
export function homeFolder(
  platform: Platform,
  options: { home?: string | undefined } = {},
): string {
  if (options.home === "") {
    throw new ChatError("bad-profile", `--home is ""`, { hint: "name a folder: --home DIR" });
  }
  const given = options.home ?? variable(platform, "P2P_CHAT_HOME");
  if (given !== undefined) return given;

  switch (platform.os) {
    case "windows":
      return win32.join(required(platform, "APPDATA"), FOLDER_NAME);
    case "darwin":
      return posix.join(required(platform, "HOME"), "Library", "Application Support", FOLDER_NAME);
    default: {
      const dataHome = variable(platform, "XDG_DATA_HOME");
      if (dataHome !== undefined && posix.isAbsolute(dataHome)) {
        return posix.join(dataHome, FOLDER_NAME);
      }
      return posix.join(required(platform, "HOME"), ".local", "share", FOLDER_NAME);
    }
  }
}

/**
 * The profile's name: `--profile`, else `P2P_CHAT_PROFILE`, else `default`.
 * @returns 1 to 64 of `A-Z a-z 0-9 - _ .`, not beginning with a dot
 * @throws ChatError `bad-profile`
 */
export function profileName(platform: Platform, options: { profile?: string | undefined } = {}) {
  const name = options.profile ?? variable(platform, "P2P_CHAT_PROFILE") ?? "default";
  if (isProfileName(name)) return name;
  throw new ChatError("bad-profile", `${quote(name)} cannot be the name of a profile`, {
    hint: "use 1 to 64 letters (a-z), digits, - or _; a dot may not come first",
  });
}

/** Whether a profile may be called so. */
export function isProfileName(text: string): boolean {
  return PROFILE_NAME.test(text);
}

/**
 * @throws ChatError `bad-profile`, `profile-unusable` (no home folder is known)
 */
export function locateProfile(
  platform: Platform,
  options: { home?: string | undefined; profile?: string | undefined } = {},
): Profile {
  const { join } = platform.os === "windows" ? win32 : posix;
  const name = profileName(platform, options);
  const folder = join(homeFolder(platform, options), name);
  return {
    name,
    folder,
    keyFile: join(folder, "identity.key"),
    databaseFile: join(folder, "chat.db"),
    configFile: join(folder, "config.json"),
    lockFile: join(folder, "lock"),
    holderFile: join(folder, "holder.json"),
    controlSocket: join(folder, "control.sock"),
    controlNote: join(folder, "control.json"),
  };
}

/** A variable that is set to nothing counts as not set, as in most programs. */
function variable(platform: Platform, name: string): string | undefined {
  return platform.env(name) || undefined;
}

function required(platform: Platform, name: string): string {
  const value = variable(platform, name);
  if (value !== undefined) return value;
  throw new ChatError("profile-unusable", `no home folder is known: ${name} is not set`, {
    hint: "say where the profile is: --home DIR, or P2P_CHAT_HOME=DIR",
  });
}
