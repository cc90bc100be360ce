/**
 * The menu: asks what to do, with arrow keys on a terminal, with numbered lines and one answer a line
 * elsewhere, and runs a node meanwhile.
 *
 * Guarantees: what happens in the node appears above the question that is open and leaves it as it
 * is; a message is queued before anything waits for it; a message that arrived counts as shown when
 * it was really written here; the node says goodbye on every way out.
 *
 * Does not understand arguments (`src/commands/menu.ts` does) and keeps nothing but the settings.
 *
 * Exit code: 0, also where the input ends, the terminal is closed or the system asks to stop; 130
 * for Ctrl-C.
 */
import { ownerOf } from "../commands/beside_owner.ts";
import type { Drafts } from "../commands/chat/on_screen.ts";
import type { CommandContext } from "../commands/command.ts";
import { aborted, Deadline, either } from "../deadline.ts";
import { EXIT_CODES, reportFailure } from "../commands/failure.ts";
import { Notifier } from "../commands/notifier.ts";
import type { ProfileOptions, SettingOptions } from "../commands/options.ts";
import { openSession, type Session } from "../commands/session.ts";
import { readSettings } from "../commands/settings.ts";
import { ShownMessages } from "../chat_screen/shown_messages.ts";
import { parseAddress } from "../config/address.ts";
import { ChatError } from "../errors.ts";
import type { ReceivedMessage } from "../history/message_record.ts";
import type { ChatNode } from "../node/chat_node.ts";
import { openPrompter } from "../terminal/prompts/open_prompter.ts";
import type { Prompter } from "../terminal/prompts/prompter.ts";
import { createStyle } from "../terminal/style.ts";
import { changeSettings, needsRestart } from "./change_settings.ts";
import { askInTurn, firstStart } from "./first_start.ts";
import { exitCodeOf, goodbyeLines } from "./leaving.ts";
import { probeListen } from "./listen_probe.ts";
import { mainMenu } from "./main_menu.ts";
import { News } from "./news.ts";
import type { ListenProbe } from "../commands/config/setting_questions.ts";
import { activeText, headerLines } from "./show.ts";
import { showMissed } from "./unread_messages.ts";
import { watchKeys } from "./watched_keys.ts";

export type MenuOptions = ProfileOptions & SettingOptions;

/** How long the header waits for the peers that are looked for at the start: a script reads it. */
const FIRST_PEERS_MS = 500;
/** A person waits for the menu, and is told above it who comes later. */
const FIRST_PEERS_ON_SCREEN_MS = 100;

/** What stays the same while the node is started anew. */
interface Surroundings {
  readonly options: MenuOptions;
  readonly context: CommandContext;
  readonly prompter: Prompter;
  readonly notifier: Notifier;
  readonly keysPressed: () => number;
  readonly drafts: Drafts;
  /** Aborts when the menu has to end. */
  readonly signal: AbortSignal;
}

/**
 * Runs the menu to its end.
 * @returns the exit code
 * @throws ChatError where the node cannot be started; whatever is no ChatError
 */
export async function runMenu(options: MenuOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const signal = either(context.signal, terminal.closed);
  const { terminal: watched, keysPressed } = watchKeys(terminal);
  const prompter = openPrompter(watched);
  const notifier = new Notifier(context, "off");
  const around: Surroundings = {
    options,
    context,
    prompter,
    notifier,
    keysPressed,
    drafts: new Map(),
    signal,
  };
  try {
    const settings = await readSettings(options, context);
    notifier.setting = settings.config.notifications;
    // A node that runs has its settings.
    if (await ownerOf(settings.profile, context.now) === undefined) {
      await firstStart(settings, terminal.interactive, prompter, probeListen, signal);
    }
    for (let unmarked: readonly ReceivedMessage[] = [];;) {
      await using session = await open(around);
      const shown = new ShownMessages(session.node, terminal);
      shown.printed(unmarked);
      const ended = await use(session, shown, around);
      if (ended !== "restart") return ended;
      unmarked = [...shown.unmarked];
    }
  } catch (error) {
    return leave(error, around, 0, false);
  }
}

/** Starts the node; where the port is taken, a person is asked for another one for this run. */
async function open({ options, context, prompter, signal }: Surroundings): Promise<Session> {
  const { terminal } = context;
  for (let place: Pick<SettingOptions, "host" | "port"> = {};;) {
    const forThisRun = { ...options, ...place };
    try {
      return await openSession(
        forThisRun,
        { command: "menu", listen: "configured" },
        { ...context, signal },
      );
    } catch (error) {
      const canAsk = terminal.interactive && error instanceof ChatError &&
        error.code === "cannot-listen";
      if (!canAsk) throw error;
      reportFailure(error, terminal, {});
      const { config } = await readSettings(forThisRun, context);
      const keys = probeListen(config.host, 0) === undefined ? [] : ["host" as const];
      const answers = await askInTurn([...keys, "port"], config, prompter, probeListen, signal);
      place = {
        host: String(answers.get("host") ?? config.host),
        port: String(answers.get("port") ?? config.port),
      };
    }
  }
}

/** @returns the exit code, or that the node is to be started anew */
async function use(
  session: Session,
  shown: ShownMessages,
  around: Surroundings,
): Promise<number | "restart"> {
  const { prompter } = around;
  const { ended: gone } = session.node;
  try {
    const ended = await talk(session, shown, { ...around, signal: either(around.signal, gone) });
    const isLast = ended === "quit";
    prompter.note(
      isLast
        ? goodbyeLines(await waitingAtEnd(session), session.goesOn)
        : ["starting anew with the new settings"],
    );
    return isLast ? EXIT_CODES.done : ended;
  } catch (error) {
    if (gone.aborted && !around.signal.aborted) {
      prompter.note(["the node that ran is gone; going on"]);
      return "restart";
    }
    return leave(error, around, await waitingAtEnd(session), session.goesOn);
  }
}

/** What is printed here, and marked as shown, is done when this is over: the goodbye comes last. */
async function talk(
  session: Session,
  shown: ShownMessages,
  around: Surroundings,
): Promise<"quit" | "restart"> {
  await using _shown = shown;
  const { node, profile, goesOn } = session;
  const { context: { terminal, env, now }, prompter, notifier, keysPressed, drafts, signal } =
    around;
  const style = createStyle(terminal.colors);
  const displayName = node.displayName.bind(node);
  const view = { node, displayName, terminal, prompter, style, shown, signal };
  prompter.note(headerLines(node, style));
  if (goesOn) {
    prompter.note(["its node runs already, in another process, and stays when this ends"]);
  }
  // What is not marked yet would come once more.
  await Promise.race([shown.settled(), aborted(signal)]);
  // Before the news: what arrived earlier is shown earlier.
  await showMissed(view);
  const print = (line: string) => prompter.printAbove(line);
  using news = new News({ node, style, print, shown, notifier });
  await firstPeers(node, terminal.interactive ? FIRST_PEERS_ON_SCREEN_MS : FIRST_PEERS_MS, signal);
  prompter.note([await activeText(node, displayName)]);
  return await mainMenu(
    { ...view, news, notifier, keysPressed, drafts, env, now },
    {
      folder: profile.folder,
      settings: () => settingsChanged(session, around),
      doctor: (signal) => runDoctor(around, signal),
    },
  );
}

async function runDoctor(
  { options, context }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { doctor } = await import("../commands/doctor.ts");
  await doctor.run({ ...options, json: false }, { ...context, signal });
}

/** Whoever leaves is not kept by a database that cannot be read. */
async function waitingAtEnd({ node }: Session): Promise<number> {
  try {
    return (await node.counts()).waiting;
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return 0;
  }
}

/** @returns whether the node has to be started anew; that of another process is left alone */
async function settingsChanged(
  { node, goesOn }: Session,
  { options, context, prompter, notifier, signal }: Surroundings,
): Promise<boolean> {
  const ownPorts = new Set(node.addresses().map((address) => parseAddress(address).port));
  const probe: ListenProbe = (host, port) =>
    ownPorts.has(port) ? undefined : probeListen(host, port);
  const before = await readSettings(options, context);
  await changeSettings({ options, env: context.env, prompter, probe, signal });
  const after = await readSettings(options, context);
  notifier.setting = after.config.notifications;
  if (!needsRestart(before.config, after.config)) return false;
  if (goesOn) {
    prompter.note(["the node that runs already takes the new settings when it starts anew"]);
  }
  return !goesOn;
}

async function firstPeers(
  node: Pick<ChatNode, "settleConnections">,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  using limit = new Deadline(limitMs, signal);
  try {
    await node.settleConnections({ signal: limit.signal });
  } catch (error) {
    if (!limit.expired) throw error;
  }
}

/**
 * @param waiting how many own messages are not delivered
 * @param goesOn whether the node runs on
 * @returns the exit code, where `error` is a way to leave
 * @throws what really went wrong
 */
function leave(
  error: unknown,
  { context, prompter }: Surroundings,
  waiting: number,
  goesOn: boolean,
): number {
  const code = exitCodeOf(error, context);
  prompter.note(goodbyeLines(waiting, goesOn));
  return code;
}
