/**
 * The menu: asks what to do, with arrow keys on a terminal, with numbered lines and one answer a line
 * elsewhere, and runs a node meanwhile.
 *
 * Guarantees: what happens in the node appears above the question that is open and leaves it as it
 * is; a message is queued before anything waits for it; the node says goodbye on every way out.
 *
 * Does not understand arguments (`src/commands/menu.ts` does) and keeps nothing but the settings.
 *
 * Exit code: 0, also where the input ends, the terminal is closed or the system asks to stop; 130
 * for Ctrl-C.
 */
import type { CommandContext } from "../commands/command.ts";
import { Deadline, either } from "../commands/deadline.ts";
import { EXIT_CODES, reportFailure } from "../commands/failure.ts";
import type { ProfileOptions, SettingOptions } from "../commands/options.ts";
import { openSession, type Session } from "../commands/session.ts";
import { readSettings } from "../commands/settings.ts";
import { parseAddress } from "../config/address.ts";
import { ChatError } from "../errors.ts";
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
import type { ListenProbe } from "./setting_questions.ts";
import { activeText, headerLines } from "./show.ts";

export type MenuOptions = ProfileOptions & SettingOptions;

/** How long the header waits for the peers that are looked for at the start. */
const FIRST_PEERS_MS = 500;

/** What stays the same while the node is started anew. */
interface Surroundings {
  readonly options: MenuOptions;
  readonly context: CommandContext;
  readonly prompter: Prompter;
  /** Aborts when the menu has to end. */
  readonly signal: AbortSignal;
  /** Own messages that are on their way. */
  readonly waiting: Set<string>;
}

/**
 * Runs the menu to its end.
 * @returns the exit code
 * @throws ChatError where the node cannot be started; whatever is no ChatError
 */
export async function runMenu(options: MenuOptions, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const signal = either(context.signal, terminal.closed);
  const prompter = openPrompter(terminal);
  const around: Surroundings = { options, context, prompter, signal, waiting: new Set() };
  try {
    const settings = await readSettings(options, context);
    await firstStart(settings, terminal.interactive, prompter, probeListen, signal);
    for (;;) {
      await using session = await open(around);
      const ended = await use(session, around);
      if (ended !== "restart") return ended;
    }
  } catch (error) {
    return leave(error, around);
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
async function use(session: Session, around: Surroundings): Promise<number | "restart"> {
  const { node, profile } = session;
  const { context: { terminal, now }, prompter, signal, waiting } = around;
  const style = createStyle(terminal.colors);
  const displayName = node.displayName.bind(node);
  const print = (line: string) => prompter.printAbove(line);
  using news = new News({ node, style, now, print, waiting });
  try {
    prompter.note(headerLines(node, style));
    await firstPeers(node, signal);
    prompter.note([activeText(node, displayName)]);
    const ended = await mainMenu(
      { node, displayName, terminal, prompter, style, news, signal, now },
      { folder: profile.folder, settings: () => settingsChanged(node, around) },
    );
    const isLast = ended === "quit";
    prompter.note(isLast ? goodbyeLines(waiting.size) : ["starting anew with the new settings"]);
    return isLast ? EXIT_CODES.done : ended;
  } catch (error) {
    return leave(error, around);
  }
}

async function settingsChanged(
  node: Pick<ChatNode, "addresses">,
  { options, context, prompter, signal }: Surroundings,
): Promise<boolean> {
  const ownPorts = new Set(node.addresses().map((address) => parseAddress(address).port));
  const probe: ListenProbe = (host, port) =>
    ownPorts.has(port) ? undefined : probeListen(host, port);
  const before = await readSettings(options, context);
  await changeSettings({ options, env: context.env, prompter, probe, signal });
  const after = await readSettings(options, context);
  return needsRestart(before.config, after.config);
}

async function firstPeers(
  node: Pick<ChatNode, "settleConnections">,
  signal: AbortSignal,
): Promise<void> {
  using limit = new Deadline(FIRST_PEERS_MS, signal);
  try {
    await node.settleConnections({ signal: limit.signal });
  } catch (error) {
    if (!limit.expired) throw error;
  }
}

/**
 * @returns the exit code, where `error` is a way to leave
 * @throws what really went wrong
 */
function leave(error: unknown, { context, prompter, waiting }: Surroundings): number {
  const code = exitCodeOf(error, context);
  prompter.note(goodbyeLines(waiting.size));
  return code;
}
