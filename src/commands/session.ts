/**
 * The time in which a command has a node. Where another process owns the profile, it is the node of
 * that one, over the control socket (`src/control`). Where nobody does, this process owns the profile
 * and runs a node, and lets other commands work through it meanwhile. The command need not know which,
 * except that the node of another process may end before it.
 *
 * What is owned is taken in order and given back in the reverse order on every way out: the node says
 * goodbye and closes the database, then the log is closed, then the profile is free for others.
 */
import { type Config, CONFIG_KEYS, CONFIG_TABLE } from "../config/config.ts";
import type { Profile } from "../config/paths.ts";
import { openProfile } from "../config/profile.ts";
import { acquireProfileLock } from "../config/profile_lock.ts";
import { ChatError } from "../errors.ts";
import type { ChatNode, NodeInit } from "../node/mod.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle } from "../terminal/style.ts";
import type { CommandContext } from "./command.ts";
import { aborted, Deadline } from "../deadline.ts";
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
  /** `configured`: a node that stays, until the command is stopped. */
  readonly listen: NodeInit["listen"];
  /** Only a node of its own will do. */
  readonly alone?: boolean;
}

type SessionOptions = ProfileOptions & SettingOptions;

/**
 * How often to look for an owner that cannot be worked through: it may be starting its node just now,
 * or leaving. With `ROUND_MS` that is far more than either takes.
 */
const OWNER_ROUNDS = 10;
/** How often to try to become the owner: each try may leave a blocked system call behind. */
const ROUND_MS = 1_000;
/** How often to look for an owner within a round. */
const LOOK_MS = 50;
/** How long a command that is done runs its node for others: as long as most of them wait. */
const LINGER_MS = 30_000;

/**
 * A command whose node stays works through another one that stays. One that is only there for the
 * time of a command it waits for, however long that is, and then takes its place.
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
  if (purpose.alone || options.direct) return await own();
  const join = (signal: AbortSignal, how: "look once" | "keep looking") =>
    throughOwner(settings, purpose, signal, how);
  for (let [vain, waited] = [0, false];;) {
    using round = new Deadline(ROUND_MS, context.signal);
    const first = await join(round.signal, "look once");
    if (isSession(first)) return settingsIgnored(first, options, context);
    try {
      return await own();
    } catch (error) {
      const isInUse = error instanceof ChatError && error.code === "profile-in-use";
      if (!isInUse) throw error;
      // Somebody has it, and cannot be worked through: that reason says more.
      if (first instanceof ChatError && first.code !== "node-stopped") throw first;
      const later = await join(round.signal, "keep looking");
      if (isSession(later)) return settingsIgnored(later, options, context);
      context.signal.throwIfAborted();
      if (later === "passing") {
        if (!waited) remark(`${error.message}; waiting until it is done`, context);
        waited = true;
      } else if (++vain === OWNER_ROUNDS) {
        throw later ?? (first === "passing" ? undefined : first) ?? error;
      }
    }
  }
}

function remark(line: string, { terminal }: Pick<CommandContext, "terminal">): void {
  terminal.remark(createStyle(terminal.colors).dim(sanitise(line)));
}

/** `passing`: the owner only runs its node for the time of a command, and a lasting one is wanted. */
type Owner = Session | "passing" | ChatError | undefined;

function isSession(owner: Owner): owner is Session {
  return typeof owner === "object" && !(owner instanceof ChatError);
}

/**
 * @returns undefined where no owner was there; why there is none to work through, where that is known
 * @throws ChatError `not-supported`: the owner is of another version
 */
async function throughOwner(
  { profile, config }: Settings,
  { listen }: SessionPurpose,
  signal: AbortSignal,
  how: "look once" | "keep looking",
): Promise<Owner> {
  const { connectToOwner } = await import("../control/client.ts");
  for (;;) {
    let found: Owner;
    try {
      const node = await connectToOwner(profile);
      if (node !== undefined) {
        const leave = () => node[Symbol.asyncDispose]();
        if (listen === "ephemeral" || node.lasting) {
          return { profile, config, node, goesOn: true, [Symbol.asyncDispose]: leave };
        }
        await leave();
        found = "passing";
      }
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === "not-supported") throw error;
      found = error;
    }
    if (how === "look once" || signal.aborted) return found;
    using pause = new Deadline(LOOK_MS, signal);
    await aborted(pause.signal);
  }
}

/** The flags that say how a node runs, as far as this run has any, mean nothing to another one. */
function settingsIgnored(
  session: Session,
  options: SessionOptions,
  context: CommandContext,
): Session {
  const flags = CONFIG_KEYS.filter((key) => options[key] !== undefined)
    .map((key) => CONFIG_TABLE[key].flag);
  if (flags.length > 0) {
    const what = flags.join(", ");
    remark(`no effect: ${what}; the node that runs already keeps its own settings`, context);
  }
  return session;
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
  await letOthersIn(node, profile, resources, listen === "configured" ? "lasting" : signal);

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
 * @param stay where the command ends by itself: others may finish meanwhile, until this aborts
 */
async function letOthersIn(
  node: ChatNode,
  profile: Profile,
  resources: AsyncDisposableStack,
  stay: "lasting" | AbortSignal,
): Promise<void> {
  const { serveControl } = await import("../control/server.ts");
  const { troubleLog } = await import("../logging/trouble_log.ts");
  const log = troubleLog("control", "warning");
  try {
    const server = resources.use(
      await serveControl({ profile, node, lasting: stay === "lasting", onTrouble: log }),
    );
    if (stay === "lasting") return;
    resources.defer(async () => {
      using limit = new Deadline(LINGER_MS, stay);
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
