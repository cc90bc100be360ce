/** The conversation in a real pseudo-terminal, and what is left of it there. */
import { assert, assertEquals } from "@std/assert";
import { TmuxScreen } from "../terminal/tmux_screen.ts";

const installed = await TmuxScreen.available();
if (!installed) console.warn("tests under a pseudo-terminal are skipped: tmux is not installed");

const fixturePath = new URL("screen_fixture.ts", import.meta.url).pathname;
/** No permission to run programs, as the compiled program has none. */
const PERMISSIONS = ["--allow-env", "--allow-read", "--allow-sys"];

function start(size: { columns: number; rows: number }): Promise<TmuxScreen> {
  const program = [Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-lock", ...PERMISSIONS];
  return TmuxScreen.open({
    command: ["sh", "-c", `"$@"; echo "code $?"; stty -a; cat`, "sh", ...program, fixturePath],
    ...size,
  });
}

function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name, ignore: !installed, fn: body });
}

/** The process id of the program, from its status line. */
async function pidOf(screen: TmuxScreen): Promise<number> {
  const { rows } = await screen.untilText("message 5000");
  return Number(rows.find((row) => row.startsWith(" pid "))?.slice(5));
}

test("a message is written and sent while others come in, on a screen that changes its size", async () => {
  await using screen = await start({ columns: 80, rows: 24 });
  const pid = await pidOf(screen);
  await screen.type("a text with 漢字 👩‍👩‍👧");
  await screen.until(({ rows }) => rows.at(-1) === "> a text with 漢字 👩‍👩‍👧");
  Deno.kill(pid, "SIGUSR2");
  const { rows, cursor } = await screen.untilText("comes in while you type");
  assertEquals(rows.at(-1), "> a text with 漢字 👩‍👩‍👧");
  assertEquals([cursor.x, cursor.y], [21, 23]);
  await screen.resize(40, 10);
  await screen.until(({ rows }) => rows[9] === "> a text with 漢字 👩‍👩‍👧");
  await screen.press("M-Enter");
  await screen.type("and more");
  const small = await screen.until(({ rows }) => rows[9] === "  and more");
  assert(small.rows.some((row) => row.endsWith("comes in while you type")));
  await screen.press("Enter");
  await screen.until(({ rows }) => rows[7] === "          and more" && rows[9] === ">");
});

test("pasted lines stay together, and nothing is sent", async () => {
  await using screen = await start({ columns: 60, rows: 12 });
  await screen.untilText("message 5000");
  await screen.paste("one\ntwo\nthree");
  const { rows } = await screen.until(({ rows }) => rows.at(-1) === "  three");
  assertEquals(rows.slice(-3), ["> one", "  two", "  three"]);
});

test("scrolling far up and coming back shows the same", async () => {
  await using screen = await start({ columns: 80, rows: 24 });
  const { rows } = await screen.untilText("message 5000");
  await screen.press("C-Home");
  await screen.untilText("beginning of the conversation");
  await screen.press("NPage", "NPage", "PPage", "Up", "S-Down");
  await screen.untilText("more below");
  await screen.press("C-End");
  assertEquals((await screen.untilText("message 5000")).rows, rows);
});

const WAYS_OUT: readonly {
  readonly way: string;
  readonly says: string;
  leave(screen: TmuxScreen, pid: number): unknown;
}[] = [
  { way: "Ctrl-C", says: "goodbye", leave: (screen) => screen.press("C-c") },
  {
    way: "a signal that it waits for",
    says: "ended by a signal",
    leave: (_, pid) => Deno.kill(pid, "SIGTERM"),
  },
  {
    way: "an end that skips everything",
    says: "code 1",
    leave: (_, pid) => Deno.kill(pid, "SIGUSR1"),
  },
];

for (const { way, says, leave } of WAYS_OUT) {
  test(`the terminal is as it was after ${way}, also with another size`, async () => {
    await using screen = await start({ columns: 80, rows: 40 });
    const pid = await pidOf(screen);
    await screen.resize(100, 30);
    await screen.until(({ rows }) => rows[29]?.startsWith(">") === true);
    await leave(screen, pid);
    const { rows, cursor } = await screen.untilText("icanon");
    assertEquals(rows.slice(0, 2), ["before", says]);
    assertEquals(rows.join(" ").match(/-?icanon/)?.[0], "icanon");
    assertEquals(cursor.visible, true);
    assert(!rows.some((row) => row.includes("message")));
  });
}
