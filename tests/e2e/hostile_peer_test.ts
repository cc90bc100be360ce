/**
 * Hostile text as name, message and reason of a refusal, from real peers, in every view: nothing but the
 * program's own sequences reaches the terminal or a pipe.
 */
import { assert, assertEquals } from "@std/assert";
import { v7 } from "uuid";
import { type Capture, TmuxScreen } from "../terminal/tmux_screen.ts";
import { HOSTILE_MESSAGES, HOSTILE_NAMES, HOSTILE_TEXTS } from "./hostile_strings.ts";
import { openOnScreen } from "./menu_program.ts";
import { faultsOf, type JudgeOptions } from "./output_judge.ts";
import { type Finished, freePort, Home, LOOPBACK, type Running } from "./program.ts";
import { RawPeer } from "./raw_peer.ts";

const installed = await TmuxScreen.available();
if (!installed) console.warn("tests under a pseudo-terminal are skipped: tmux is not installed");

const SEARCH = "/search begin";
const SLASHES = [
  ...["/help", "/help verify", "/peers", "/who", "/why", "/history 50", SEARCH, "/verify"],
  ...["/outbox", "/retry"],
];
const LAST = `end${HOSTILE_MESSAGES.length - 1}`;

/** Peers with hostile names, that refuse whatever they are sent, in hostile words. */
class Gang implements AsyncDisposable {
  #sequence = 0;

  private constructor(readonly peers: readonly RawPeer[]) {}

  static async gather(): Promise<Gang> {
    return new Gang(
      await Promise.all(HOSTILE_NAMES.map((name, index) => {
        return RawPeer.start(name, { refusal: HOSTILE_TEXTS[index * 2] ?? "" });
      })),
    );
  }

  get first(): RawPeer {
    const [first] = this.peers;
    if (first === undefined) throw new Error("there is no gang");
    return first;
  }

  /** All peers send all texts to the node at a port. */
  async attack(port: number, texts = HOSTILE_MESSAGES, peers = this.peers): Promise<void> {
    for (const peer of peers) {
      await peer.send(
        port,
        texts.map((text) => ({
          id: v7(),
          sequence: ++this.#sequence,
          sentAt: Date.now(),
          text,
          replyTo: undefined,
        })),
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.peers.map((peer) => peer[Symbol.asyncDispose]()));
  }
}

/** Fails with what stands around each fault. */
function assertHarmless(output: string, where: string, options?: JudgeOptions): void {
  assertEquals([where, faultsOf(output, options)], [where, []]);
}

function all({ out, err }: Pick<Finished, "out" | "err">): string {
  return [...out, ...err].join("\n");
}

function count(lines: readonly string[], text: string): number {
  return lines.filter((line) => line.includes(text)).length;
}

Deno.test("`faultsOf()` finds every one of the hostile strings", () => {
  const harmless = new Set([
    HOSTILE_TEXTS.findIndex((text) => text.startsWith("👩")),
    HOSTILE_TEXTS.findIndex((text) => text.startsWith("__proto__")),
  ]);
  for (const [index, text] of [...HOSTILE_TEXTS, ...HOSTILE_NAMES].entries()) {
    // Two marks are what a language may have; what makes them hostile is the place.
    if (text.startsWith("\u0301\u0300")) continue;
    assertEquals([text, faultsOf(text).length > 0], [text, !harmless.has(index)]);
  }
  const own = "\x1b[1mann:\x1b[22m hi\n";
  assertEquals(faultsOf(own), []);
  assertEquals(faultsOf("\x1b[2J", { screen: true }).length, 0);
  assertEquals(faultsOf("\x1b[3J", { screen: true }).length, 1);
  assertEquals(faultsOf("\x07").length, 1);
});

Deno.test("hostile peers reach no terminal through `listen`, and no view of a pipe", async () => {
  await using red = await Home.make();
  await using gang = await Gang.gather();
  const port = freePort();
  const node = red.start(["listen", "--verbose", "--port", `${port}`, ...LOOPBACK]);
  await node.said(/stop +Ctrl-C/);
  const events = red.start(["events"]);
  const peers = red.start(["peers", "--watch"]);
  await events.until(() => events.lines.length > 0);
  await gang.attack(port);
  await node.until(() => count(node.lines, LAST) === gang.peers.length);
  await events.until(() => count(events.lines, LAST) === gang.peers.length);
  // Each to each: a message is refused in hostile words, and one to an address waits.
  const ids = gang.peers.map(({ peerId }) => peerId);
  const [first = ""] = ids;
  const name = HOSTILE_NAMES[0] ?? "";
  // Arguments cannot hold a NUL.
  const typed = (text: string) => text.replaceAll("\x00", "");

  const views: readonly (readonly string[])[] = [
    ["send", first, "hello"],
    ["send", first, "hello", "--json"],
    ["send", typed(name), "hello"],
    ["connect", typed(name)],
    ...HOSTILE_TEXTS.slice(0, 18).map((text) => ["why", typed(text)]),
    ...HOSTILE_TEXTS.slice(0, 18).map((text) => ["contact", "add", first, "--alias", typed(text)]),
    ["contact", "add", first, "--note", typed(HOSTILE_TEXTS.slice(0, 8).join(""))],
    ["contact", "note", first, typed(HOSTILE_TEXTS[17] ?? "")],
    ["contact"],
    ["contact", "list", "--json"],
    ["contact", "export"],
    ["contact", "verify", first, "--fingerprint", typed(HOSTILE_TEXTS[0] ?? "")],
    ["contact", "verify", first],
    ["peers"],
    ["peers", "--json"],
    ["peers", "--known"],
    ["peers", "--known", "--json"],
    ["history"],
    ["history", "--json"],
    ["history", first],
    ["history", "--search", "begin0"],
    ["history", "--search", typed(HOSTILE_TEXTS[4] ?? "")],
    ["history", "--since", typed(HOSTILE_TEXTS[2] ?? "")],
    ["outbox"],
    ["outbox", "--json"],
    ["outbox", "cancel", typed(HOSTILE_TEXTS[1] ?? "")],
    ["why", first],
    ["why", first, "--json"],
    ["config", "set", typed(name), "x"],
    ["config", "set", "name", typed(name)],
    [typed(name)],
    ["--home", `${red.path}/${typed(name)}`, "history"],
    ["completion", "bash", "send", ""],
    ["completion", "zsh", "send", ""],
    ["completion", "fish", "send", ""],
    ["doctor"],
    ["id"],
  ];
  for (const args of views) {
    const output = all(await red.run(args));
    // What shells read, not a person, has NUL or a tab between its fields.
    const seen = args[0] === "completion"
      ? output.replaceAll("\x00", " ").replaceAll("\t", " ")
      : output;
    assertHarmless(seen, args.join(" "));
  }
  const raw = await red.run(["history", first]);
  assert(count(raw.out, LAST) > 0, all(raw));
  assertHarmless(
    all(await red.run(["pipe", first, "--since", "0"], { input: "" })),
    "pipe",
    { tabs: true },
  );
  assertHarmless(
    all(await red.run(["pipe", first, "--since", "0", "--json"], { input: "" })),
    "pipe --json",
  );
  const slashes = [
    ...SLASHES,
    ...[`/open ${ids[1]}`, `/who ${typed(name).replace(/[\r\n]/g, " ")}`, "/rename \x1b[2J"],
    ...["/block", "/unblock", "a line \x1b[2J", "/cancel \x1b]0;x\x07", "/quit"],
  ].join("\n");
  const plain = red.start(["chat", first, "--plain"]);
  await plain.write(`${slashes}\n`);
  await plain.closeInput();
  assertHarmless(all(await plain.finished()), "chat --plain");
  await using piped: Running = red.start(["menu"]);
  await piped.write("2\n4\n7\n8\n1\n9\n0\n");
  await piped.closeInput();
  assertHarmless(all(await piped.finished()), "menu in a pipe");

  for (const lasting of [events, peers, node]) {
    lasting.kill("SIGTERM");
    assertHarmless(all(await lasting.finished()), "what stayed");
  }
});

/** Messages in one go; each go is a connection, of which a host may make 30 a second. */
const AT_A_TIME = 6;

/** Whether what a command said is shown; its title may share the row with a hint. */
function isSheet(rows: readonly string[], command: string): boolean {
  const title = rows[0] ?? "";
  return command === SEARCH ? / \d+ with begin/.test(title) : title.startsWith(` ${command}`);
}

/** Waits for the end of the last message, which may stand on two rows. */
async function untilLast(screen: TmuxScreen): Promise<void> {
  await screen.until(({ rows }) => rows.map((row) => row.trim()).join("").includes(LAST));
}

const SIZES = [{ columns: 80, rows: 24 }, { columns: 40, rows: 10 }];

for (const size of SIZES) {
  Deno.test({
    name: `hostile peers reach no terminal through \`chat\` on ${size.columns} x ${size.rows}`,
    ignore: !installed,
    async fn() {
      await using red = await Home.make();
      await using gang = await Gang.gather();
      const [one, two] = gang.peers;
      const port = freePort();
      await using screen = await openOnScreen(red, [
        "chat",
        gang.first.address,
        ...["--port", `${port}`, "--notifications", "desktop", ...LOOPBACK],
      ], size);
      const written = await screen.record();
      await screen.untilText("> ".trim());
      await screen.type("hello");
      await screen.press("Enter");
      await screen.untilText("✗");
      for (let from = 0; from < HOSTILE_MESSAGES.length; from += AT_A_TIME) {
        const texts = HOSTILE_MESSAGES.slice(from, from + AT_A_TIME);
        await gang.attack(port, texts, [one ?? gang.first]);
        await gang.attack(port, texts, [two ?? gang.first]);
        await screen.press("C-l");
      }
      await untilLast(screen);
      // Each message selected: its state in words.
      for (let message = 0; message < HOSTILE_MESSAGES.length; message++) {
        await screen.press("M-Up");
      }
      await screen.press("C-Home", "NPage", "PPage", "C-End");
      await untilLast(screen);
      // The list of conversations, narrowed down, and the other conversation.
      await screen.press("Tab");
      await screen.untilText("Open:");
      await screen.press("Up", "Down");
      await screen.type("u{");
      await screen.press("Escape");
      await screen.until(({ rows }) => !rows.some((row) => row.startsWith("Open:")));
      for (const command of SLASHES) {
        await screen.type(command);
        await screen.press("Enter");
        await screen.until(({ rows }) => isSheet(rows, command));
        // The search leads to what it found, and Escape back to the list.
        if (command === SEARCH) {
          await screen.press("PPage", "Enter");
          await screen.until(({ rows }) => !isSheet(rows, command));
          await screen.press("Escape");
          await screen.until(({ rows }) => isSheet(rows, command));
        }
        await screen.press("NPage", "NPage", "PPage", "C-l", "Escape");
        await screen.until(({ rows }) => !isSheet(rows, command));
      }
      await screen.type("/open ");
      await screen.press("Tab", "C-u");
      await screen.paste(HOSTILE_TEXTS.join("").replaceAll("\x00", ""));
      await screen.press("C-l", "C-c");
      const bytes = await written();
      assert(bytes.includes("notify"), "a notice is among what was written");
      assertHarmless(ofProgram(await untilLeft(screen, written)), "chat", {
        screen: true,
        notices: true,
      });
    },
  });
}

Deno.test({
  name: "hostile peers reach no terminal through the menu",
  ignore: !installed,
  async fn() {
    await using red = await Home.make();
    await using gang = await Gang.gather();
    const port = freePort();
    await using screen = await openOnScreen(
      red,
      ["menu", "--name", "red", "--port", `${port}`, ...LOOPBACK],
    );
    const written = await screen.record();
    await screen.untilText("> Send message");
    await gang.attack(port);
    await untilLast(screen);
    for (const entry of ["Send message", "History", "Conversations", "Contacts", "Why is a"]) {
      await choose(screen, entry);
      await screen.press("Enter");
      await screen.until(({ rows }) => !rows.some((row) => row.includes("? What next?")));
      await screen.press("Down");
      await screen.press("Escape");
      await screen.untilText("? What next?");
    }
    await choose(screen, "Query active");
    await screen.press("Enter");
    await screen.untilText("any key goes back");
    await screen.press("x");
    await choose(screen, "Search messages");
    await screen.press("Enter");
    await screen.untilText("? Search for");
    await screen.type("begin");
    await screen.press("Enter");
    await screen.untilText("Enter selects");
    await screen.press("Enter");
    await screen.until(({ alternate }) => alternate);
    await screen.press("Escape");
    await screen.until(({ alternate }) => !alternate);
    await screen.press("Escape");
    await screen.untilText("? Search for (begin)");
    await screen.press("Escape");
    await choose(screen, "Doctor");
    await screen.press("Enter");
    await screen.untilText("Enter goes back");
    await screen.press("Enter");
    await screen.untilText("? What next?");
    await screen.press("C-c");
    assertHarmless(ofProgram(await untilLeft(screen, written)), "menu", {
      screen: true,
      notices: true,
    });
  },
});

/** Moves to the entry of the main menu that begins so. */
async function choose(screen: TmuxScreen, entry: string): Promise<void> {
  await screen.untilText("? What next?");
  const isChosen = ({ rows }: Capture) => rows.some((row) => row.startsWith(`> ${entry}`));
  for (let seen = await screen.capture(); !isChosen(seen);) {
    const before = seen.rows.join("\n");
    await screen.press("Down");
    seen = await screen.until(({ rows }) => rows.join("\n") !== before);
  }
}

/** All that was written, once the program has ended. */
async function untilLeft(screen: TmuxScreen, written: () => Promise<string>): Promise<string> {
  await screen.untilText("icanon");
  return await written();
}

/** Without what the shell says after the program. */
function ofProgram(bytes: string): string {
  return bytes.slice(0, bytes.lastIndexOf("code "));
}
