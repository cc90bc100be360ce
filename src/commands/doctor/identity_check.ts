/** Whether the key can be used, and who that is. */
import { fingerprint } from "../../identity/fingerprint.ts";
import { loadIdentity } from "../../identity/key_file.ts";
import { failed, type Outcome, type Subject } from "./finding.ts";

export async function checkIdentity({ profile }: Pick<Subject, "profile">): Promise<Outcome> {
  try {
    const identity = await loadIdentity(profile.keyFile);
    if (identity !== undefined) {
      const { peerId } = identity;
      return { status: "ok", message: `${peerId}, fingerprint ${fingerprint(peerId)}` };
    }
  } catch (error) {
    return failed(error);
  }
  if (await exists(profile.databaseFile)) {
    return {
      status: "bad",
      message: "the key is gone, but its history is there: the next start makes a new identity",
      hint: `put the key back from a copy first: ${profile.keyFile}`,
    };
  }
  return { status: "skipped", message: "none yet; the first start makes it" };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    // Whatever is wrong there, another check says it.
    return false;
  }
}
