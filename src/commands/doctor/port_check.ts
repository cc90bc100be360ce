/** Whether `listen` and the menu can have their ports: they are free, or they have them already. */
import { type Config, isOnePlace } from "../../config/config.ts";
import type { Profile } from "../../config/paths.ts";
import type { ChatError } from "../../errors.ts";
import { classicListenFailure, listenFailure, samePortFailure } from "../../node/dial_failure.ts";
import { failed, type Outcome } from "./finding.ts";
import { profileOwner } from "./profile_owner.ts";

export async function checkPort(
  { host, port }: Pick<Config, "host" | "port">,
  profile: Profile,
): Promise<Outcome> {
  if (port === 0) return { status: "ok", message: "any free one" };
  return await tryPort(host, port, profile, listenFailure);
}

/** @returns undefined where none is to be opened */
export async function checkClassicPort(
  config: Pick<Config, "host" | "port" | "classicHost" | "classicPort">,
  profile: Profile,
): Promise<Outcome | undefined> {
  const { classicHost: host, classicPort: port } = config;
  if (port === undefined) return undefined;
  if (isOnePlace(config)) return failed(samePortFailure(port));
  const outcome = await tryPort(host, port, profile, classicListenFailure);
  if (outcome.status !== "ok") return outcome;
  return { ...outcome, message: `${outcome.message}; plain text, not verified` };
}

async function tryPort(
  host: string,
  port: number,
  profile: Profile,
  failure: (host: string, port: number, cause: unknown) => ChatError,
): Promise<Outcome> {
  try {
    Deno.listen({ hostname: host, port }).close();
    return { status: "ok", message: `${port} is free` };
  } catch (error) {
    const owner = error instanceof Deno.errors.AddrInUse ? await profileOwner(profile) : undefined;
    if (owner === undefined) return failed(failure(host, port, error));
    return { status: "ok", message: `${port} is in use by this profile's own ${owner}` };
  }
}
