/** Linux network namespaces by way of `ip` (iproute2), and whether they may be made here. */

/**
 * Runs `ip` commands in order; the first that fails ends it.
 * @param namespace where they apply; undefined: the machine's own
 * @param commands without the word `ip`
 */
export async function ip(
  namespace: string | undefined,
  commands: readonly string[],
): Promise<void> {
  const where = namespace === undefined ? [] : ["-n", namespace];
  const process = new Deno.Command("ip", {
    args: [...where, "-batch", "-"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const input = process.stdin.getWriter();
  await input.write(new TextEncoder().encode(commands.join("\n") + "\n"));
  await input.close();
  const { success, stderr } = await process.output();
  if (success) return;
  const [first] = new TextDecoder().decode(stderr).split("\n");
  throw new Error(`ip: ${first} (${commands.join("; ")})`);
}

/** Namespaces of one owner, with random names. Disposing removes them and all that is in them. */
export class Namespaces implements AsyncDisposable {
  readonly #run = crypto.randomUUID().slice(0, 8);
  readonly #made: string[] = [];

  /** @param role what it is for; part of its name, so that leftovers tell where they are from */
  async make(role: string): Promise<string> {
    const name = `p2p-chat-${this.#run}-${role}`;
    await ip(undefined, [`netns add ${name}`]);
    this.#made.push(name);
    await ip(name, ["link set lo up"]);
    return name;
  }

  /** Nothing may run in them any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    const removals = await Promise.allSettled(
      this.#made.splice(0).map((name) => ip(undefined, [`netns del ${name}`])),
    );
    const failed = removals.filter((removal) => removal.status === "rejected");
    if (failed.length > 0) throw new AggregateError(failed.map(({ reason }) => reason));
  }
}

/**
 * Like `Deno.test`; where namespaces cannot be made it is ignored, and its name says why.
 * @param long whether it takes minutes: then it is ignored without `P2P_CHAT_LONG=1`
 */
export function netTest(
  name: string,
  fn: () => Promise<void>,
  { long = false }: { readonly long?: boolean } = {},
): void {
  const obstacle = OBSTACLE ?? (long && !LONG ? "P2P_CHAT_LONG is not 1" : undefined);
  const ignore = obstacle !== undefined;
  Deno.test({ name: ignore ? `${name} (skipped: ${obstacle})` : name, ignore, fn });
}

/** Tests may take minutes. */
export const LONG = Deno.env.get("P2P_CHAT_LONG") === "1";

const OBSTACLE = await findObstacle();

/** Why networks cannot be made here, in a few words. */
async function findObstacle(): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "not Linux";
  if (Deno.uid() !== 0) return "not root";
  try {
    await using namespaces = new Namespaces();
    const name = await namespaces.make("probe");
    await ip(name, ["link add eth0 type vxlan id 1 dstport 4789 remcsumtx remcsumrx"]);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "no `ip` command";
    const [reason] = String(error instanceof Error ? error.message : error).split(" (");
    return `no namespaces with VXLAN: ${reason}`;
  }
}
