/** From a profile to the node of the process that owns it. */
import type { Profile } from "../config/paths.ts";
import { controlPlace, dial, type Place } from "./place.ts";
import { RemoteNode } from "./remote_node.ts";

/**
 * @param place default: that of the profile on this platform
 * @returns undefined where no process can be worked through
 * @throws ChatError `not-supported` (it is of another version), `profile-in-use` (it serves too many), `node-stopped` (it does
 *   not answer), `profile-unusable` (something else is in the place of the socket)
 */
export async function connectToOwner(
  profile: Profile,
  place: Place = controlPlace(profile, Deno.build.os),
): Promise<RemoteNode | undefined> {
  const dialled = await dial(place);
  return dialled === undefined ? undefined : await RemoteNode.greet(dialled);
}
