/**
 * The conversation screen of the real program and its terminal: however it ends the terminal is given
 * back and nothing that was typed is lost; what is pasted and typed stands where it belongs.
 */
import { assert, assertEquals } from "@std/assert";
import type { NdjsonLine } from "../../src/commands/ndjson.ts";
import { TmuxScreen } from "../terminal/tmux_screen.ts";
import { arrived, peerDown, ready } from "./lines.ts";
import { openOnScreen, type ScreenOptions } from "./menu_program.ts";
import { freePort, Home, LOOPBACK } from "./program.ts";
import { SmallDisk } from "./small_disk.ts";

const installed = await TmuxScreen.available();
if (!installed) console.warn("tests under a pseudo-terminal are skipped: tmux is not installed");

function screenTest(name: string, body: () => Promise<void>, ignore = false): void {
  Deno.test({ name, ignore: !installed || ignore, fn: body });
}

/** A conversation of `red` on a screen with `green`, who listens. */
async function openChat(red: Home, green: Home, options: ScreenOptions = {}) {
  const port = freePort();
  const { node, peerId } = await green.listen(["--name", "green"], port);
  const to = `127.0.0.1:${port}`;
  const args = ["chat", to, "--name", "red", "--port", `${freePort()}`, "--mandatory", to];
  const screen = await openOnScreen(red, [...args, ...LOOPBACK], options);
  await screen.untilText("green · here for");
  return { screen, node, peerId, port };
}

/** Waits until the program has ended, and looks whether the terminal is as it was. @returns its code */
async function codeOfRestored(screen: TmuxScreen): Promise<number> {
  const { rows, cursor, alternate } = await screen.untilText("icanon");
  // The line discipline again: canonical, and with echo, as typing shows below.
  assertEquals(rows.at(-1), " icanon");
  assertEquals([cursor.visible, alternate], [true, false]);
  await screen.paste("pasted\n");
  // Once from the terminal, once from `cat`; with paste marks it would be more than the text.
  await screen.until(({ rows }) => rows.slice(-2).join() === "pasted,pasted");
  return Number(/^code (\d+)$/.exec(rows.at(-2) ?? "")?.[1]);
}

/** The process that owns the profile. */
async function ownerOf(home: Home): Promise<number> {
  return JSON.parse(await Deno.readTextFile(`${home.profile}/holder.json`)).pid;
}

const TYPED = Array.from({ length: 100 }, (_, at) => `message ${at + 1}`);
/** All in one go, Ctrl-C right behind the last Enter. */
const BURST = TYPED.map((text) => `${text}\r`).join("") + "\x03";

screenTest("`chat` that is left right behind an Enter has saved all that was typed", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { screen, node } = await openChat(red, green);
  await using _screen = screen;
  await screen.type(BURST);
  assertEquals(await codeOfRestored(screen), 130);
  const own = (await red.history()).filter(({ direction }) => direction === "out");
  assertEquals(own.map(({ text }) => text), TYPED);
  // What was not sent before the end is sent by the next node.
  await red.start(["listen", "--json", "--port", "0", ...LOOPBACK]).find(ready);
  await node.find(arrived("message 100"));
  const isMessage = (line: NdjsonLine) => line.event === "message" && line.direction === "in";
  const came = node.events.filter(isMessage).map((line) => "text" in line ? line.text : undefined);
  assertEquals(came, TYPED);
});

screenTest(
  "`chat` that is left while the disk is full says what was not saved",
  async () => {
    await using disk = await SmallDisk.mount();
    await using red = await Home.make(disk.path);
    await using green = await Home.make();
    const { screen } = await openChat(red, green);
    await using _screen = screen;
    disk.fill();
    await screen.type("too late\r\x03");
    await screen.untilText("icanon");
    await screen.untilText("not saved: too late");
  },
  !SmallDisk.available(),
);

for (const [signal, code] of [["SIGTERM", 0], ["SIGHUP", 0], ["SIGINT", 130]] as const) {
  screenTest(`\`chat\` gives the terminal back and says goodbye at ${signal}`, async () => {
    await using red = await Home.make();
    await using green = await Home.make();
    const { screen, node } = await openChat(red, green);
    await using _screen = screen;
    await screen.type("half a sent");
    await screen.untilText("> half a sent");
    const { peerId } = await node.find(peerUpByAnybody);
    Deno.kill(await ownerOf(red), signal);
    assertEquals(await codeOfRestored(screen), code);
    assertEquals((await node.find(peerDown(peerId))).departure, "goodbye");
  });
}

function peerUpByAnybody(line: NdjsonLine) {
  return line.event === "peer-up" ? line : undefined;
}

screenTest("`chat` says goodbye when its terminal is closed", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { screen, node } = await openChat(red, green);
  const { peerId } = await node.find(peerUpByAnybody);
  await screen[Symbol.asyncDispose]();
  assertEquals((await node.find(peerDown(peerId))).departure, "goodbye");
});

screenTest("`chat` takes a paste of 200 lines for one message", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { screen, node } = await openChat(red, green);
  await using _screen = screen;
  const text = Array.from({ length: 200 }, (_, at) => `${at + 1} / of 200`).join("\n");
  await screen.paste(text);
  // The field shows the end, and the messages above it stay in sight.
  const { rows } = await screen.until(({ rows }) => rows.at(-1)?.trim() === "200 / of 200");
  assertEquals(rows.length, 24);
  assert(rows.some((row) => row.startsWith(" green · here for")), rows.join("\n"));
  await screen.press("Enter");
  await node.find(arrived(text));
  await screen.until(({ rows }) =>
    rows.at(-1) === ">" && rows.some((row) => row.endsWith(" 200 / of 200"))
  );
  assertEquals((await red.history()).length, 1);
  await screen.press("C-c");
  assertEquals(await codeOfRestored(screen), 130);
});

screenTest(
  "`chat` on 40 x 10 writes, receives, selects, lists, and gives the terminal back",
  async () => {
    await using red = await Home.make();
    await using green = await Home.make();
    const { screen, node } = await openChat(red, green, { columns: 40, rows: 10 });
    await using _screen = screen;
    await screen.type("a message that is longer than one row here\r");
    await node.find(arrived("a message that is longer than one row here"));
    await screen.type("and a dra");
    await green.run(["send", "red", "an answer", ...LOOPBACK]);
    const { rows } = await screen.untilText("an answer");
    assertEquals(rows.slice(-7).map((row) => row.replace(/\d\d:\d\d/, "hh:mm")), [
      " you",
      " hh:mm ✓✓ a message that is longer than",
      "          one row here",
      " ~green",
      " hh:mm    an answer",
      rows.at(-2),
      "> and a dra",
    ]);
    assert(rows.every((row) => [...row].length <= 40), rows.join("\n"));
    await screen.press("M-Up", "M-Up");
    await screen.untilText("▌         ✓✓ read");
    await screen.press("C-o");
    await screen.untilText("▌~green  an answer");
    await screen.press("C-o");
    await screen.untilText("> and a dra");
    await screen.press("C-c");
    assertEquals(await codeOfRestored(screen), 130);
  },
);

screenTest("`chat` puts wide and right-to-left text into the right cells", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { screen, node } = await openChat(red, green);
  await using _screen = screen;
  for (
    const [text, columns] of [["漢字 and 한국어", 15], ["שלום עולם", 9], ["مرحبا 123", 9]] as const
  ) {
    await screen.type(text);
    // Two columns for the mark before the text, then the cursor behind it.
    const typed = await screen.until(({ rows }) => rows.at(-1) === `> ${text}`);
    assertEquals([typed.cursor.x, typed.cursor.y], [2 + columns, 23]);
    await screen.press("Home");
    await screen.until(({ cursor }) => cursor.x === 2);
    await screen.press("End", "Enter");
    await node.find(arrived(text));
    const { rows } = await screen.until(({ rows }) =>
      rows.at(-1) === ">" && rows.some((row) => row.endsWith(`✓✓ you     ${text}`))
    );
    assertEquals(rows.filter((row) => row.includes(text)).length, 1);
  }
});

screenTest("`chat` keeps a half-written draft while the peer goes and comes back", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { screen, node, peerId, port } = await openChat(red, green);
  await using _screen = screen;
  await screen.type("half a");
  await screen.untilText("> half a");
  await node.crash();
  await screen.untilText("green · away since");
  await screen.type(" sent");
  await screen.until(({ rows }) => rows.at(-1) === "> half a sent");
  const back = await green.listen(["--name", "green"], port);
  await back.node.find(peerUpByAnybody);
  assertEquals(back.peerId, peerId);
  const { rows, cursor } = await screen.untilText("green · here for");
  assertEquals([rows.at(-1), cursor.x], ["> half a sent", 13]);
  await screen.type("ence");
  await screen.press("Enter");
  await back.node.find(arrived("half a sentence"));
  await screen.untilText("✓✓ you     half a sentence");
});
