/**
 * The time in which a command has a node. Where another process owns the profile, it is the node of
 * that one, over the control socket (`src/control`). Where nobody does, this process owns the profile
 * and runs a node, and lets other commands work through it meanwhile. The command need not know which.
 *
 * What is owned is taken in order and given back in the reverse order on every way out: the node says
 * goodbye and closes the database, then the log is closed, then the profile is free for others.
 */
import type { Config } from "../config/config.ts";
import type { Profile } from "../config/paths.ts";
import { openProfile } from "../config/profile.ts";
import { acquireProfileLock } from "../config/profile_lock.ts";
import { ChatError } from "../errors.ts";
import type { ChatNode, NodeInit } from "../node/mod.ts";
import { sanitise } from "../terminal/sanitise.ts";
import type { CommandContext } from "./command.ts";
import { aborted, Deadline } from "./deadline.ts";
import type { ProfileOptions, SettingOptions } from "./options.ts";
import { readSettings, type Settings } from "./settings.ts";

/** A profile in use. Dispose it to stop the node, or to leave it to the process that runs it. */
export interface Session extends AsyncDisposable {
  readonly profile: Profile;
  readonly config: Config;
  readonly node: ChatNode;
  /** Whether the node runs on when this command is done: it is that of another process. */
  readonly goesOn: boolean;
  /**
   * Takes on settings that were read again, as far as a running node can: `LiveSettings` and where the
   * log goes. Not there where the node is that of another process.
   * @throws ChatError `bad-config`, `storage-busy`, `storage-failed`
   */
  readonly apply?: (settings: Settings) => void;
}

/** What a command runs its node for. */
export interface SessionPurpose {
  /** The command, told to whoever wants the same profile meanwhile. */
  readonly command: string;
  /** `configured`: only a node of its own will do, since it is there for that. */
  readonly listen: NodeInit["listen"];
}

type SessionOptions = ProfileOptions & SettingOptions;

/**
 * How long an owner may take until it can be worked through: it may be starting its node just now, or
 * leaving. Far more than either takes.
 */
const OWNER_PATIENCE_MS = 10_000;
/** How often to look for it meanwhile. */
const LOOK_MS = 50;
/** How often to try to become the owner meanwhile: each try may leave a blocked system call behind. */
const LOCK_EVERY_MS = 1_000;
/** How long a command that is done runs its node for others: as long as most of them wait. */
const LINGER_MS = 30_000;

/**
 * @throws ChatError: whatever is wrong with options, profile, key, database or address; the reason
 *   of `context.signal`
 */
export async function openSession(
  options: SessionOptions,
  purpose: SessionPurpose,
  context: CommandContext,
): Promise<Session> {
  const settings = await readSettings(options, context);
  const own = () => ownSession(settings, options, purpose, context);
  if (purpose.listen === "configured" || options.direct) return await own();
  using patience = new Deadline(OWNER_PATIENCE_MS, context.signal);
  for (;;) {
    using round = new Deadline(LOCK_EVERY_MS, patience.signal);
    const through = await throughOwner(settings, round.signal, "look once");
    if (through !== undefined && "node" in through) return through;
    try {
      return await own();
    } catch (error) {
      const isInUse = error instanceof ChatError && error.code === "profile-in-use";
      if (!isInUse) throw error;
      // Somebody has it, and cannot be worked through: that reason says more.
      if (through !== undefined && through.code !== "node-stopped") throw through;
      const later = await throughOwner(settings, round.signal, "keep looking");
      if (later !== undefined && "node" in later) return later;
      context.signal.throwIfAborted();
      if (patience.expired) throw later ?? through ?? error;
    }
  }
}

/**
 * @returns undefined where no owner was there; why there is none to work through, where that is known
 * @throws ChatError `not-supported`: the owner is of another version
 */
async function throughOwner(
  { profile, config }: Settings,
  signal: AbortSignal,
  how: "look once" | "keep looking",
): Promise<Session | ChatError | undefined> {
  const { connectToOwner } = await import("../control/client.ts");
  for (;;) {
    let fault: ChatError | undefined;
    try {
      const node = await connectToOwner(profile);
      if (node !== undefined) {
        const leave = () => node[Symbol.asyncDispose]();
        return { profile, config, node, goesOn: true, [Symbol.asyncDispose]: leave };
      }
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === "not-supported") throw error;
      fault = error;
    }
    if (how === "look once" || signal.aborted) return fault;
    using pause = new Deadline(LOOK_MS, signal);
    await aborted(pause.signal);
  }
}

async function ownSession(
  settings: Settings,
  options: SessionOptions,
  { command, listen }: SessionPurpose,
  context: CommandContext,
): Promise<Session> {
  const { terminal, signal, now } = context;
  const { profile, config } = settings;
  await using resources = new AsyncDisposableStack();
  await openProfile(profile);
  resources.use(await acquireProfileLock(profile, { command, pid: Deno.pid, now }));
  const { configureLogging } = await import("../logging/mod.ts");
  const logging = resources.use(configureLogging({
    level: logLevel(settings, options),
    file: config.logFile,
    write: (line) => terminal.remark(line),
    sanitise,
  }));
  const { openIdentity } = await import("./own_identity.ts");
  const identity = await openIdentity(profile, terminal);
  const startNode = context.startNode ?? (await import("../node/mod.ts")).startNode;
  signal.throwIfAborted();
  const node = resources.use(
    await startNode({ databasePath: profile.databaseFile, config, identity, listen }),
  );
  signal.throwIfAborted();
  await letOthersIn(node, profile, resources, listen === "ephemeral" ? signal : undefined);

  const owned = resources.move();
  return {
    profile,
    config,
    node,
    goesOn: false,
    apply(changed) {
      logging.change({ level: logLevel(changed, options), file: changed.config.logFile });
      node.reconfigure(changed.config);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * Serves the node to other commands. Where that cannot be, the log says so: it is a help to them, and
 * nothing that this command needs.
 * @param hurry where the command ends by itself: others may finish meanwhile, until this aborts
 */
async function letOthersIn(
  node: ChatNode,
  profile: Profile,
  resources: AsyncDisposableStack,
  hurry: AbortSignal | undefined,
): Promise<void> {
  const { serveControl } = await import("../control/server.ts");
  const { troubleLog } = await import("../logging/trouble_log.ts");
  const log = troubleLog("control", "warning");
  try {
    const server = resources.use(
      await serveControl({ profile, node, onTrouble: log }),
    );
    if (hurry === undefined) return;
    resources.defer(async () => {
      using limit = new Deadline(LINGER_MS, hurry);
      await server.idle(limit.signal);
    });
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    log("no other command can work through this node", { error });
  }
}

/** `--verbose` means more than the default, but not other than a person said. */
function logLevel({ config, origins }: Settings, { verbose }: ProfileOptions): Config["logLevel"] {
  return verbose && origins.logLevel.kind === "default" ? "info" : config.logLevel;
}
