/** The prompts of the real program parts in a real pseudo-terminal. */
import { assertEquals } from "@std/assert";
import { TmuxScreen } from "./tmux_screen.ts";

const installed = await TmuxScreen.available();
if (!installed) console.warn("tests under a pseudo-terminal are skipped: tmux is not installed");

const fixturePath = new URL("prompt_fixture.ts", import.meta.url).pathname;
/** No permission to run programs, as the compiled program has none. */
const PERMISSIONS = ["--allow-net", "--allow-env", "--allow-read", "--allow-sys"];

interface Program extends AsyncDisposable {
  readonly screen: TmuxScreen;
  readonly pid: number;
  /** Sends the fixture a command. */
  tell(command: string): Promise<void>;
}

async function start(options: {
  questions: readonly string[];
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
}): Promise<Program> {
  const { questions, env = {}, columns = 40, rows = 12 } = options;
  await using stack = new AsyncDisposableStack();
  const listener = stack.use(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const { port } = listener.addr;
  const command = [
    ...["env", ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
    ...["sh", "-c", `"$@"; echo "code $?"; stty -a; cat`, "sh"],
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-lock", ...PERMISSIONS],
    ...[fixturePath, String(port), ...questions],
  ];
  const screen = stack.use(await TmuxScreen.open({ command, columns, rows }));
  const connection = stack.use(await listener.accept());
  const pid = new Uint8Array(32);
  const read = await connection.read(pid) ?? 0;
  const resources = stack.move();
  return {
    screen,
    pid: Number(new TextDecoder().decode(pid.subarray(0, read))),
    async tell(command) {
      await connection.write(new TextEncoder().encode(command + "\n"));
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name, ignore: !installed, fn: body });
}

const HELP = ["", "arrows move, Enter selects, Esc returns"];

test("`select()` stays as it is while lines are printed above it", async () => {
  await using program = await start({ questions: ["select"] });
  const { screen } = program;
  await screen.untilText("> Send message");
  await screen.press("Down");
  await screen.untilText("> Query");
  const list = [
    "? What next?",
    "  Send message        to one peer",
    "> Query active peers",
    "  漢字の選択肢",
    "  Quit",
    ...HELP,
  ];
  await program.tell("print red says: 漢字");
  const one = await screen.untilText("red says");
  assertEquals(one.rows, ["red says: 漢字", ...list]);
  assertEquals(one.cursor.visible, false);
  await program.tell("burst 500");
  const burst = await screen.until(({ rows }) => rows.includes("line 500"));
  const above = ["line 496", "line 497", "line 498", "line 499", "line 500"];
  assertEquals(burst.rows, [...above, ...list]);
  await screen.press("Down", "Enter");
  await screen.untilText('answer: "wide"');
  const expected = Array.from({ length: 500 }, (_, index) => `line ${index + 1}`);
  assertEquals((await screen.transcript()).filter((row) => row.startsWith("line ")), expected);
});

test("`input()` stays as it is, wrapped and with wide characters, with its cursor", async () => {
  await using program = await start({ questions: ["input"] });
  const { screen } = program;
  await screen.untilText("? Text");
  await screen.type("a long answer with 漢字漢字漢字 and 🚀 wide things so that it wraps twice");
  await screen.untilText("twice");
  await screen.press(...Array<string>(40).fill("Left"));
  const rows = [
    "? Text a long answer with 漢字漢字漢字 a",
    "nd 🚀 wide things so that it wraps twice",
  ];
  // 40 characters before the end, of which the last two rows hold 39.
  const before = await screen.until(({ cursor }) => cursor.y === 0 && cursor.x === 39);
  assertEquals(before.rows.slice(0, 2), rows);
  await program.tell("print above");
  const after = await screen.untilText("above");
  assertEquals(after.rows, ["above", ...rows]);
  assertEquals(after.cursor, { x: 39, y: 1, visible: true });
  await screen.type("X");
  await screen.untilText("漢字 X");
  await screen.press("Enter");
  await screen.untilText("✔ Text a long answer with 漢字漢字漢字 X");
  await screen.untilText(" Xand 🚀 wide things so that it wraps tw");
});

test("a prompt is drawn anew after every change of size", async () => {
  await using program = await start({ questions: ["input"] });
  const { screen } = program;
  await screen.untilText("? Text");
  await program.tell("burst 20");
  await screen.type("words that wrap in one width and another, 漢字");
  await screen.untilText("漢字");
  const above = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
  const widths = [
    [20, ["? Text words that wr", "ap in one width and", "another, 漢字"]],
    [60, ["? Text words that wrap in one width and another, 漢字"]],
    [30, ["? Text words that wrap in one", "width and another, 漢字"]],
  ] as const;
  for (const [columns, prompt] of widths) {
    await screen.resize(columns, 12);
    await screen.untilTranscript([...above, ...prompt]);
  }
  await program.tell("print after");
  await screen.untilTranscript([...above, "after", ...widths[2][1]]);
});

test("an answer longer than the screen keeps what was printed above", async () => {
  await using program = await start({ questions: ["input"], columns: 20, rows: 6 });
  const { screen } = program;
  await screen.untilText("? Text");
  await program.tell("print first");
  const long = Array.from({ length: 30 }, (_, index) => `word${index}`).join(" ");
  await screen.type(long);
  await screen.untilText("word29");
  await program.tell("print second");
  await screen.untilText("second");
  await screen.press("Enter");
  await screen.untilText("all asked");
  const transcript = (await screen.transcript()).join("\n");
  for (const once of ["first", "second", "? Text", "✔ Text"]) {
    assertEquals([once, transcript.split(once).length - 1], [once, once === "? Text" ? 0 : 1]);
  }
  assertEquals(transcript.includes(`answer: "${long}"`), true);
});

test("a paste is one line until Enter is pressed", async () => {
  await using program = await start({ questions: ["input"] });
  const { screen } = program;
  await screen.untilText("? Text");
  await screen.paste("one\ntwo\n");
  assertEquals((await screen.untilText("one")).rows, ["? Text one two"]);
  await screen.press("Enter");
  await screen.untilText('answer: "one two"');
});

test("Ctrl-C, Escape and Ctrl-D cancel, Ctrl-Z does nothing, and the terminal is restored", async () => {
  await using program = await start({
    questions: ["select", "input", "confirm", "input"],
    columns: 80,
    rows: 40,
  });
  const { screen } = program;
  await screen.untilText("> Send message");
  await screen.press("C-z", "C-\\", "C-c");
  await screen.untilText("? Text");
  await screen.press("Escape");
  await screen.untilText("? Sure?");
  await screen.press("C-d");
  await screen.untilText("? Text");
  await screen.press("Enter");
  await screen.untilText("all asked");
  await program.tell("end");
  const { rows, cursor } = await screen.untilText("icanon");
  assertEquals(rows.slice(0, 7), [
    "cancelled: interrupt",
    "cancelled: escape",
    "cancelled: end-of-input",
    "✔ Text hello",
    'answer: "hello"',
    "all asked",
    "code 0",
  ]);
  assertEquals(rows.join(" ").match(/-?icanon/)?.[0], "icanon");
  assertEquals(cursor.visible, true);
});

test("a signal at a question reaches the program, which can take the question away", async () => {
  await using program = await start({ questions: ["select"], columns: 80, rows: 40 });
  const { screen } = program;
  await screen.untilText("> Send message");
  Deno.kill(program.pid, "SIGTERM");
  const { rows, cursor } = await screen.untilText("icanon");
  assertEquals(rows.slice(0, 2), ["goodbye", "code 143"]);
  assertEquals(rows.join(" ").match(/-?icanon/)?.[0], "icanon");
  assertEquals(cursor.visible, true);
});

test("`restoreTerminal()` is enough where the program ends at an open question", async () => {
  await using program = await start({ questions: ["select"], columns: 80, rows: 40 });
  const { screen } = program;
  await screen.untilText("> Send message");
  Deno.kill(program.pid, "SIGUSR1");
  const { rows, cursor } = await screen.untilText("icanon");
  assertEquals(rows.some((row) => row.endsWith("code 1")), true);
  assertEquals(rows.join(" ").match(/-?icanon/)?.[0], "icanon");
  assertEquals(cursor.visible, true);
});

test("on a dumb terminal the questions are plain lines", async () => {
  await using program = await start({ questions: ["select"], env: { TERM: "dumb" } });
  const { screen } = program;
  await screen.untilText("Number:");
  await screen.type("0");
  await screen.press("Enter");
  await screen.untilText('answer: "quit"');
});
