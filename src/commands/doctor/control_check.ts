/** Whether other commands can work through the node that runs. */
import type { Profile } from "../../config/paths.ts";
import { connectToOwner } from "../../control/client.ts";
import { failed, type Outcome } from "./finding.ts";
import { profileOwner } from "./profile_owner.ts";

export async function checkControl(profile: Profile): Promise<Outcome> {
  const owner = await profileOwner(profile);
  if (owner === undefined) return { status: "skipped", message: "no node runs" };
  try {
    const node = await connectToOwner(profile);
    if (node !== undefined) {
      await node[Symbol.asyncDispose]();
      return { status: "ok", message: `commands work through ${owner}` };
    }
  } catch (error) {
    return failed(error);
  }
  return {
    status: "bad",
    message: `commands cannot work through ${owner}: it serves none`,
    hint: "stop that process and start it again; its log says why",
  };
}
