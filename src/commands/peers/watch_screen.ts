/**
 * The table of `peers --watch` on a screen: it stands on the last rows, below what was there, and what
 * is logged meanwhile appears above it. It is drawn anew when somebody comes or goes, when the screen
 * changes its size, and once a second where an age or a round trip has changed; never when nothing has.
 *
 * The cursor stays visible behind the last line, so that nothing is to be restored whatever ends the
 * program. Keys do not show: `q` and Ctrl-D end it, as does Ctrl-C. At the end the table stays.
 */
import type { ChatNode } from "../../node/chat_node.ts";
import type { ActivePeer } from "../../presence/active_peer.ts";
import { BottomPainter } from "../../terminal/bottom_painter.ts";
import type { ScreenTerminal } from "../../terminal/screen_terminal.ts";
import { createStyle } from "../../terminal/style.ts";
import { truncate } from "../../terminal/width.ts";
import type { CommandContext } from "../command.ts";
import { either } from "../../deadline.ts";
import { EXIT_CODES } from "../failure.ts";
import type { Session } from "../session.ts";
import { stopping, untilStopped } from "../until_stopped.ts";

/** Active peers as a table, a line each. */
export type PeersTable = (peers: readonly ActivePeer[]) => string[];

/** Ages change, too. */
const LOOK_MS = 1_000;
/** Who comes together is drawn together; nobody notices the wait. */
const GATHER_MS = 100;

/**
 * @returns the exit code
 * @throws ChatError, also `node-stopped`
 */
export async function watchOnScreen(
  screen: ScreenTerminal,
  session: Session,
  context: CommandContext,
  table: PeersTable,
): Promise<number> {
  const { node } = session;
  const over = new AbortController();
  const stop = either(stopping(node, context), over.signal);
  let code: number | undefined;
  const keys = pressed(screen, stop).then((end) => {
    if (end === undefined) return;
    code = end;
    over.abort();
  });
  try {
    await drawPeers(screen, node, stop, table, "q stops");
  } catch (error) {
    // A node that stops answers nothing any more; how it stopped says more.
    if (!stop.aborted) throw error;
  } finally {
    over.abort();
    await keys;
  }
  return code ?? await untilStopped(node, context);
}

/**
 * Draws until `stop` aborts, and leaves the table where it is.
 * @param end what the person can do to end it, in a few words
 * @throws what `node` throws
 */
export async function drawPeers(
  screen: ScreenTerminal,
  node: Pick<ChatNode, "peers" | "subscribe">,
  stop: AbortSignal,
  table: PeersTable,
  end: string,
): Promise<void> {
  using resources = new DisposableStack();
  const picture = resources.adopt(new Picture(screen, table, end), (each) => each.leave());
  const pinned = screen.pin((line) => picture.printAbove(line));
  if (pinned !== undefined) resources.use(pinned);
  resources.use(screen.onResize(() => picture.draw()));
  let wake = Promise.withResolvers<void>();
  const look = () => wake.resolve();
  let gathering: ReturnType<typeof setTimeout> | undefined;
  resources.use(node.subscribe(({ event }) => {
    if (event !== "peer-up" && event !== "peer-down") return;
    gathering ??= setTimeout(() => {
      gathering = undefined;
      look();
    }, GATHER_MS);
  }));
  resources.defer(() => clearTimeout(gathering));
  resources.adopt(setInterval(look, LOOK_MS), clearInterval);
  stop.addEventListener("abort", look, { once: true });
  while (!stop.aborted) {
    wake = Promise.withResolvers();
    picture.show(await node.peers());
    if (!stop.aborted) await wake.promise;
  }
}

/** What is on the screen. */
class Picture {
  readonly #screen: ScreenTerminal;
  readonly #painter: BottomPainter;
  readonly #table: PeersTable;
  readonly #end: string;
  #peers: readonly ActivePeer[] = [];
  /** What was drawn last, and for which size. */
  #drawn = "";

  constructor(screen: ScreenTerminal, table: PeersTable, end: string) {
    this.#screen = screen;
    this.#painter = new BottomPainter(screen);
    this.#table = table;
    this.#end = end;
  }

  show(peers: readonly ActivePeer[]): void {
    this.#peers = peers;
    this.draw();
  }

  printAbove(line: string): void {
    this.#painter.printAbove(line);
  }

  /** Nothing, where the same stands there already. */
  draw(): void {
    const { columns, rows, colors } = this.#screen;
    const last = truncate(`${peersText(this.#peers.length)}; ${this.#end}`, columns - 1);
    // The painter leaves one row for what is printed above, and the last line has one.
    const lines = [...cut(this.#lines(), rows - 2), createStyle(colors).dim(last)];
    const drawn = [columns, rows, ...lines].join("\n");
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const cursor = { line: lines.length - 1, offset: last.length };
    this.#painter.paint({ lines, cursor, cursorVisible: true });
  }

  /** Leaves the table, and the cursor below it. */
  leave(): void {
    const lines = cut(this.#lines(), this.#screen.rows - 1);
    if (lines.length === 0) this.#painter.erase();
    else {
      const cursor = { line: 0, offset: 0 };
      this.#painter.commit({ lines, cursor, cursorVisible: true });
    }
  }

  #lines(): string[] {
    return this.#peers.length === 0 ? [] : this.#table(this.#peers);
  }
}

/** As many lines as there is room for; the last one says how many more there are. */
function cut(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  const shown = lines.slice(0, Math.max(1, most - 1));
  return [...shown, `and ${lines.length - shown.length} more`];
}

function peersText(count: number): string {
  if (count === 0) return "nobody is here yet";
  return count === 1 ? "1 peer" : `${count} peers`;
}

/**
 * Waits for a key that ends it. Never rejects.
 * @returns the exit code; undefined where the keyboard is gone or `stop` aborts
 */
async function pressed(screen: ScreenTerminal, stop: AbortSignal): Promise<number | undefined> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of screen.keys({ signal: stop })) {
      const keys = decoder.decode(chunk, { stream: true });
      if (keys.includes("\x03")) return EXIT_CODES.interrupted;
      // A sequence such as that of an arrow key is none of these.
      if (!keys.startsWith("\x1b") && ["q", "Q", "\x04"].some((key) => keys.includes(key))) {
        return EXIT_CODES.done;
      }
    }
  } catch {
    // A keyboard that cannot be read says nothing; signals still end it.
  }
  return undefined;
}
