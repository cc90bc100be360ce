/** Whether `listen` and the menu can have their port: it is free, or they have it already. */
import type { Config } from "../../config/config.ts";
import type { Profile } from "../../config/paths.ts";
import { listenFailure } from "../../node/dial_failure.ts";
import { failed, type Outcome } from "./finding.ts";
import { profileOwner } from "./profile_owner.ts";

export async function checkPort(
  { host, port }: Pick<Config, "host" | "port">,
  profile: Profile,
): Promise<Outcome> {
  if (port === 0) return { status: "ok", message: "any free one" };
  try {
    Deno.listen({ hostname: host, port }).close();
    return { status: "ok", message: `${port} is free` };
  } catch (error) {
    const owner = error instanceof Deno.errors.AddrInUse ? await profileOwner(profile) : undefined;
    if (owner === undefined) return failed(listenFailure(host, port, error));
    return { status: "ok", message: `${port} is in use by this profile's own ${owner}` };
  }
}
