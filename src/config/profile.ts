/**
 * Makes a profile's folder ready for use. After `openProfile` it exists, is a folder, belongs to
 * this user alone (0700, whatever the umask) and takes new files. It does not lock the profile
 * (`profile_lock.ts`) and makes none of the files in it, except for an empty lock file.
 */
import { ChatError } from "../errors.ts";
import type { Profile } from "./paths.ts";
import { quote } from "./quote.ts";
import { systemReason } from "./system_reason.ts";

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;

/**
 * @param profile from `locateProfile`
 * @throws ChatError `profile-unusable`: a file is in the way, or the folder cannot be made or
 *   written
 */
export async function openProfile(profile: Profile): Promise<void> {
  try {
    // A mode given here is narrowed by the umask and ignored for what exists already: hence chmod.
    await Deno.mkdir(profile.folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    if (Deno.build.os !== "windows") await Deno.chmod(profile.folder, OWNER_ONLY_FOLDER);
    using _writable = await Deno.open(profile.lockFile, {
      create: true,
      write: true,
      mode: OWNER_ONLY_FILE,
    });
    if (Deno.build.os !== "windows") await Deno.chmod(profile.lockFile, OWNER_ONLY_FILE);
  } catch (cause) {
    const reason = systemReason(cause);
    throw new ChatError(
      "profile-unusable",
      `profile folder ${quote(profile.folder)} cannot be used: ${reason}`,
      { hint: "make it a folder that you may write, or choose another with --home DIR", cause },
    );
  }
}
