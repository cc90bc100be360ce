/**
 * The time in which a command owns a profile and runs its node. Everything is taken in order and
 * given back in the reverse order on every way out: the node says goodbye and closes the database,
 * then the log is closed, then the profile is free for others.
 */
import type { Config } from "../config/config.ts";
import type { Profile } from "../config/paths.ts";
import { openProfile } from "../config/profile.ts";
import { acquireProfileLock } from "../config/profile_lock.ts";
import type { ChatNode, NodeInit } from "../node/mod.ts";
import { sanitise } from "../terminal/sanitise.ts";
import type { CommandContext } from "./command.ts";
import type { ProfileOptions, SettingOptions } from "./options.ts";
import { openIdentity } from "./own_identity.ts";
import { readSettings, type Settings } from "./settings.ts";

/** A profile in use. Dispose it to stop the node. */
export interface Session extends AsyncDisposable {
  readonly profile: Profile;
  readonly config: Config;
  readonly node: ChatNode;
}

/** What a command runs its node for. */
export interface SessionPurpose {
  /** The command, told to whoever wants the same profile meanwhile. */
  readonly command: string;
  readonly listen: NodeInit["listen"];
}

/**
 * @throws ChatError: whatever is wrong with options, profile, key, database or address; the reason
 *   of `context.signal`
 */
export async function openSession(
  options: ProfileOptions & SettingOptions,
  purpose: SessionPurpose,
  context: CommandContext,
): Promise<Session> {
  const { terminal, signal, now } = context;
  const { command, listen } = purpose;
  const settings = await readSettings(options, context);
  const { profile, config } = settings;

  await using resources = new AsyncDisposableStack();
  await openProfile(profile);
  resources.use(await acquireProfileLock(profile, { command, pid: Deno.pid, now }));
  const { configureLogging } = await import("../logging/mod.ts");
  resources.use(configureLogging({
    level: logLevel(settings, options),
    file: config.logFile,
    write: (line) => terminal.remark(line),
    sanitise,
  }));
  const identity = await openIdentity(profile, terminal);
  const startNode = context.startNode ?? (await import("../node/mod.ts")).startNode;
  signal.throwIfAborted();
  const node = resources.use(
    await startNode({ databasePath: profile.databaseFile, config, identity, listen }),
  );
  signal.throwIfAborted();

  const owned = resources.move();
  return { profile, config, node, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** `--verbose` means more than the default, but not other than a person said. */
function logLevel({ config, origins }: Settings, { verbose }: ProfileOptions): Config["logLevel"] {
  return verbose && origins.logLevel.kind === "default" ? "info" : config.logLevel;
}
