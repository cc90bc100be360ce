/** The menu of the real program between real peers: at the end of pipes and in a pseudo-terminal. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { readConfigFile } from "../../src/config/config_file.ts";
import type { Capture } from "../terminal/tmux_screen.ts";
import { readQr } from "../terminal/qr_reader.ts";
import { TmuxScreen } from "../terminal/tmux_screen.ts";
import { openOnScreen, PipedMenu, type ScreenOptions } from "./menu_program.ts";
import { freePort, Home, LOOPBACK } from "./program.ts";

const installed = await TmuxScreen.available();
if (!installed) console.warn("tests under a pseudo-terminal are skipped: tmux is not installed");

function screenTest(name: string, body: () => Promise<void>): void {
  Deno.test({ name, ignore: !installed, fn: body });
}

async function configOf(home: Home): Promise<unknown> {
  return Object.fromEntries(await readConfigFile(`${home.profile}/config.json`));
}

Deno.test("`menu` in a pipe: two peers write to each other, look around and leave", async () => {
  await using blueHome = await Home.make();
  await using redHome = await Home.make();
  const port = freePort();
  await using blue = await PipedMenu.open(blueHome, "blue", port);
  await using red = await PipedMenu.open(redHome, "red", freePort());

  await red.answer("1", `127.0.0.1:${port}`, "hello blue");
  await red.seen((line) => /^✓ delivered to blue \(\w{6}\) in \d/.test(line));
  await blue.seen((line) => / red: hello blue$/.test(line));
  await blue.answer("1", "red", "hello red");
  await blue.seen((line) => /^✓ delivered to red \(\w{6}\) in \d/.test(line));
  await red.seen((line) => / blue: hello red$/.test(line));
  await red.seen((line) => / ✓✓ read by blue: hello blue$/.test(line));

  await red.answer("2", "3", "4", "", "5", "0");
  const { code, out, err } = await red.running.finished();
  assertEquals([code, out.at(-1)], [0, "Goodbye."]);
  assertEquals(err.filter((line) => !/first start|its key is/.test(line)), []);
  const once = (pattern: RegExp) =>
    assertEquals([out.filter((line) => pattern.test(line)).length, pattern], [1, pattern]);
  once(new RegExp(`^blue +\\w{6} +127\\.0\\.0\\.1:${port} +direct`));
  once(new RegExp(`^blue +connected +blue \\(\\w{6}\\) at 127\\.0\\.0\\.1:${port}$`));
  once(/^\d\d:\d\d ✓✓ read +you to blue: hello blue$/);
  assertEquals(out.filter((line) => / blue: hello red$/.test(line)).length, 2);
  once(/^name +red$/);
  once(/^address +127\.0\.0\.1:\d+$/);

  await blue.seen((line) => / red left$/.test(line));
  await blue.running.closeInput();
  const ended = await blue.running.finished();
  assertEquals([ended.code, ended.out.at(-1)], [0, "Goodbye."]);
});

Deno.test("`menu` in a pipe asks for name, address and port first, once", async () => {
  await using home = await Home.make();
  const port = freePort();
  const env = { P2P_CHAT_MDNS: "false" };
  const first = await home.run([], { env, input: `red\n127.0.0.1\n${port}\n0\n` });
  assertEquals([first.code, first.out.at(-1)], [0, "Goodbye."]);
  assert(first.out.includes(`red is listening on 127.0.0.1:${port}`), first.out.join("\n"));
  assertEquals(await configOf(home), { name: "red", host: "127.0.0.1", port });
  const second = await home.run([], { env, input: "0\n" });
  assertEquals(second.code, 0);
  assertEquals(second.out[0], `red is listening on 127.0.0.1:${port}`);
});

Deno.test("`menu` in a pipe queues a message for nobody, and tells when it is delivered", async () => {
  await using redHome = await Home.make();
  await using blueHome = await Home.make();
  const port = freePort();
  await using red = await PipedMenu.open(redHome, "red", freePort());
  await red.answer("1", `127.0.0.1:${port}`, "are you there");
  const queued = `… queued; it will be delivered when somebody answers at 127.0.0.1:${port}`;
  await red.seen((line) => line === queued);
  await using blue = await PipedMenu.open(blueHome, "blue", port);
  await blue.seen((line) => / red: are you there$/.test(line));
  await red.seen((line) => / ✓ delivered to blue: are you there$/.test(line));
  await red.answer("0");
  const { code, out } = await red.running.finished();
  assertEquals(code, 0);
  assertEquals(out.filter((line) => line.includes("not delivered yet")), []);
});

Deno.test("`menu` in a pipe: the outbox says why, takes back and tries again", async () => {
  await using redHome = await Home.make();
  await using blueHome = await Home.make();
  const port = freePort();
  const address = `127.0.0.1:${port}`;
  await using red = await PipedMenu.open(redHome, "red", freePort());
  await red.answer("1", address, "first", "1", address, "second");
  await red.seen((line) => line.startsWith("… queued; "), 2);
  await red.seen((line) => line === "   7  Outbox (2 waiting)");

  await red.answer("7", "3");
  await red.seen((line) => line === `${address} is not reached`);
  await red.seen((line) => line.startsWith(`hint: Nobody listens at ${address}`));
  await red.answer("2", "1");
  await red.seen((line) => line === "– cancelled; it will not be sent");
  await red.seen((line) => line === "  1  Try all now", 3);

  await using blue = await PipedMenu.open(blueHome, "blue", port);
  await red.answer("1");
  await red.seen((line) => / ✓ delivered to blue: second$/.test(line));
  await red.seen((line) => / ✓✓ read by blue: second$/.test(line));
  await red.seen((line) => line === "nothing waits");
  await blue.seen((line) => / red: second$/.test(line));
  await red.answer("4", "", "0");
  const { code, out } = await red.running.finished();
  assertEquals(code, 0);
  assert(out.some((line) => / – +cancelled +you to blue: first$/.test(line)), out.join("\n"));
  assert(out.some((line) => / ✓✓ read +you to blue: second$/.test(line)), out.join("\n"));
  assertEquals(blue.running.lines.filter((line) => line.includes("first")), []);
});

Deno.test("`menu` in a pipe shows once what arrived in an earlier run, and tells the sender", async () => {
  await using redHome = await Home.make();
  await using blueHome = await Home.make();
  const port = freePort();
  await using red = await PipedMenu.open(redHome, "red", freePort());
  {
    // A node that shows nobody what arrives.
    const blue = blueHome.start(["demo-peer", "--name", "blue", "--port", `${port}`, ...LOOPBACK]);
    await blue.until(() => blue.lines.length > 0);
    const to = `127.0.0.1:${port}`;
    await red.answer("1", to, "one", "1", to, "two");
    await red.seen((line) => line.startsWith("✓ delivered to blue"), 2);
    await blue.closeInput();
    await blue.finished();
  }
  {
    await using blue = await PipedMenu.open(blueHome, "blue", port);
    const { lines } = blue.running;
    const from = lines.indexOf("2 messages arrived while you were away");
    assertEquals(lines.slice(from + 2, from + 4).map((line) => line.slice(6)), [
      "red: one",
      "red: two",
    ]);
    await red.seen((line) => / ✓✓ read by blue: (one|two)$/.test(line), 2);
    await blue.answer("0");
    await blue.running.finished();
  }
  await using blue = await PipedMenu.open(blueHome, "blue", port);
  assertEquals(blue.running.lines.filter((line) => line.includes("while you were away")), []);
});

Deno.test("`menu` in a pipe starts its node anew with new settings", async () => {
  await using home = await Home.make();
  const port = freePort();
  const input = `red\n127.0.0.1\n${port}\n6\n1\nblue\n3\n70000\n${port + 1}\n0\n5\n0\n`;
  const { code, out } = await home.run([], { env: { P2P_CHAT_MDNS: "false" }, input });
  assertEquals(code, 0);
  assert(out.some((line) => line.startsWith("port cannot be 70000")), out.join("\n"));
  assert(out.includes(`blue is listening on 127.0.0.1:${port + 1}`), out.join("\n"));
  const ids = out.filter((line) => line.startsWith("peer id"));
  assertEquals(ids.length, 1);
  assertEquals(await configOf(home), { name: "blue", host: "127.0.0.1", port: port + 1 });
});

Deno.test("`menu` in a pipe ends with 130 on SIGINT, and says goodbye to its peers", async () => {
  await using redHome = await Home.make();
  await using blueHome = await Home.make();
  const port = freePort();
  await using blue = await PipedMenu.open(blueHome, "blue", port);
  await using red = await PipedMenu.open(redHome, "red", freePort());
  await red.answer("1", `127.0.0.1:${port}`, "hello");
  await red.seen((line) => line.startsWith("✓ delivered to blue"));
  red.running.kill("SIGINT");
  const { code, out } = await red.running.finished();
  assertEquals([code, out.at(-1)], [130, "Goodbye."]);
  await blue.seen((line) => / red left$/.test(line));
});

screenTest(
  "`menu` on a screen asks and checks at the first start; Ctrl-C gives the terminal back",
  async () => {
    await using home = await Home.make();
    await using screen = await openOnScreen(home, ["--no-mdns"]);
    await screen.untilText("? Team name (");
    await screen.type("red");
    await screen.press("Enter");
    await screen.untilText("? IP address to listen on (all interfaces)");
    await screen.type("localhost");
    await screen.press("Enter");
    await screen.untilText('host cannot be "localhost"');
    await screen.press("C-u");
    await screen.type("127.0.0.1");
    await screen.press("Enter");
    const { rows } = await screen.untilText("? Port (");
    const [, port] = rows.join("\n").match(/\? Port \((\d+)\)/) ?? [];
    await screen.type("70000");
    await screen.press("Enter");
    await screen.untilText("port cannot be 70000");
    await screen.press("C-u", "Enter");
    await screen.untilText("> Send message");
    await screen.untilText(`red is listening on 127.0.0.1:${port}`);
    assertEquals(await configOf(home), { name: "red", host: "127.0.0.1", port: Number(port) });

    await screen.press("C-c");
    const after = await screen.untilText("icanon");
    assertEquals(after.rows.slice(-3), ["Goodbye.", "code 130", " icanon"]);
    assert(after.cursor.visible);
    await screen.type("typed");
    await screen.untilText("typed");
  },
);

/** A red menu on a screen whose mandatory peer is at `port`; resolves when they have met. */
async function openRed(
  home: Home,
  blue: PipedMenu,
  port: number,
  options: ScreenOptions = {},
): Promise<TmuxScreen> {
  const args = ["menu", "--name", "red", "--port", `${freePort()}`, ...LOOPBACK];
  const screen = await openOnScreen(home, [...args, "--mandatory", `127.0.0.1:${port}`], options);
  await screen.untilText("> Send message");
  await screen.until((seen) => shows(seen, "blue is here") || shows(seen, "1 active peer: blue"));
  await blue.seen((line) => / red is here /.test(line));
  return screen;
}

/** What is on the screen without spaces, which rows lose at their end, and without line ends. */
function textOf({ rows }: Capture): string {
  return rows.join("").replaceAll(" ", "");
}

/** Whether the screen shows `text`, however it is wrapped. */
function shows(seen: Capture, text: string): boolean {
  return textOf(seen).includes(text.replaceAll(" ", ""));
}

for (const [columns, rows] of [[80, 24], [40, 10]] as const) {
  screenTest(
    `\`menu\` on a screen of ${columns}x${rows}: a message does not disturb what is typed`,
    async () => {
      await using blueHome = await Home.make();
      await using redHome = await Home.make();
      const port = freePort();
      await using blue = await PipedMenu.open(blueHome, "blue", port);
      const options = { columns, rows, env: { NO_COLOR: "1" } };
      await using screen = await openRed(redHome, blue, port, options);
      await screen.press("Enter");
      await screen.untilText("> blue");
      await screen.press("Enter");
      await screen.untilText("? Message to blue");
      await screen.type("this is rather long: it takes");
      await screen.until((seen) => shows(seen, "it takes"));

      await blue.answer("1", "red", "a word in between, which is long as well");
      const between = await screen.until((seen) => shows(seen, "long as well"));
      assert(
        shows(between, "blue: a word in between, which is long as well? Message to blue this is"),
      );
      assertMatch(textOf(between), /:ittakes$/);
      await blue.seen((line) => line.startsWith("✓ delivered to red"));

      await screen.type(" more than one row");
      await screen.until((seen) => shows(seen, "more than one row"));
      await screen.press("Enter");
      await screen.untilText("delivered to blue");
      await blue.seen((line) =>
        line.endsWith(" red: this is rather long: it takes more than one row")
      );
      await screen.untilText("> Send message");

      await screen.press("Down", "Enter");
      await screen.untilText("peer id");
      await screen.untilText("1 peer; any key goes back");
      await screen.press("Escape");
      await screen.untilText("> Query active peers");
      await screen.press("C-c");
      await screen.untilText("code 130");
      await blue.seen((line) => / red left$/.test(line));
      const transcript = (await screen.transcript()).join("\n");
      assertEquals(transcript.split("a word in between").length - 1, 1);
    },
  );
}

screenTest("`menu` on a screen keeps its count of waiting messages up to date", async () => {
  await using blueHome = await Home.make();
  await using redHome = await Home.make();
  const port = freePort();
  const args = ["menu", "--name", "red", "--port", `${freePort()}`, ...LOOPBACK];
  await using screen = await openOnScreen(redHome, args, { columns: 40, env: { NO_COLOR: "1" } });
  await screen.untilText("> Send message");
  await screen.press("Enter");
  await screen.untilText("? Address, host:port");
  await screen.type(`127.0.0.1:${port}`);
  await screen.press("Enter");
  await screen.untilText("? Message to");
  await screen.type("are you there");
  await screen.press("Enter");
  await screen.untilText("Outbox (1 waiting)");

  await using blue = await PipedMenu.open(blueHome, "blue", port);
  await blue.seen((line) => / red: are you there$/.test(line));
  const { rows } = await screen.until((seen) =>
    shows(seen, "read by blue: are you there") && !shows(seen, "(1 waiting)") &&
    shows(seen, "> Send message")
  );
  assert(rows.includes("  Outbox"), rows.join("\n"));
  await screen.press("C-c");
  await screen.untilText("code 130");
});

screenTest("`menu` on a screen asks before it writes to somebody else at an address", async () => {
  await using annHome = await Home.make();
  await using bobHome = await Home.make();
  await using redHome = await Home.make();
  const port = freePort();
  const args = ["menu", "--name", "red", "--port", `${freePort()}`, ...LOOPBACK];
  await using screen = await openOnScreen(redHome, args, { env: { NO_COLOR: "1" } });
  await screen.untilText("> Send message");
  {
    await using ann = await PipedMenu.open(annHome, "ann", port);
    await screen.press("Enter");
    await screen.untilText("? Address, host:port");
    await screen.type(`127.0.0.1:${port}`);
    await screen.press("Enter");
    await screen.untilText("? Message to");
    await screen.type("hello");
    await screen.press("Enter");
    await screen.untilText("delivered to ann");
    await ann.answer("0");
    await ann.running.finished();
  }
  await screen.untilText("ann left");
  await using bob = await PipedMenu.open(bobHome, "bob", port);
  await screen.untilText("> Send message");
  await screen.press("Enter");
  await screen.untilText("> ann");
  await screen.press("Down", "Enter");
  await screen.untilText("? Address, host:port");
  await screen.type(`127.0.0.1:${port}`);
  await screen.press("Enter");
  const asked = await screen.untilText("? Send all the same? (y/N)");
  assert(shows(asked, `127.0.0.1:${port} is now somebody else: bob (`), asked.rows.join("\n"));
  await screen.press("Enter");
  await screen.untilText("nothing sent");
  await screen.press("C-c");
  await screen.untilText("code 130");
  await bob.seen((line) => / red left$/.test(line));
  assertEquals(bob.running.lines.filter((line) => line.includes("red: ")), []);
});

screenTest("`menu` on a screen leads to conversations, search and doctor, and back", async () => {
  await using blueHome = await Home.make();
  await using redHome = await Home.make();
  const port = freePort();
  await using blue = await PipedMenu.open(blueHome, "blue", port);
  const options = { columns: 60, rows: 30, env: { NO_COLOR: "1" } };
  await using screen = await openRed(redHome, blue, port, options);
  await blue.answer("1", "red", "shall we have lunch");
  await screen.untilText("blue: shall we have lunch");
  await screen.press("Down", "Down", "Down", "Down", "Enter");
  await screen.untilText("> blue  shall we have lunch");
  await screen.press("Enter");
  await screen.untilText("beginning of the conversation");
  await screen.type("yes");
  await screen.press("Enter");
  await blue.seen((line) => / red: yes$/.test(line));
  await screen.until(({ rows }) => rows.some((row) => /^ \d\d:\d\d ✓✓ you +yes$/.test(row)));
  await screen.type("half a sent");
  await screen.untilText("> half a sent");
  await screen.press("Escape");
  await screen.untilText("> blue  you: yes");
  await screen.press("Enter");
  await screen.untilText("> half a sent");
  await screen.press("Escape");
  await screen.untilText("> blue  you: yes");
  await screen.press("Escape");
  await screen.untilText("> Conversations");
  await screen.press("Down", "Enter");
  await screen.untilText("? Search for");
  await screen.type("LUNCH");
  await screen.press("Enter");
  await screen.untilText("> shall we have lunch  blue,");
  await screen.press("Enter");
  await screen.until(({ rows }) =>
    rows.some((row) => /^▌\d\d:\d\d +~blue {2}shall we have lunch$/.test(row))
  );
  await screen.press("Escape");
  await screen.untilText("? Found 1");
  await screen.press("Escape");
  await screen.until(({ rows }) => rows.some((row) => row.startsWith("? Search for (LUNCH)")));
  await screen.press("Escape");
  await screen.untilText("> Search messages");
  await screen.press("Up", "Up", "Up", "Up", "Up", "Up", "Up", "Enter");
  await screen.untilText("ok    identity");
  await screen.untilText("Enter goes back");
  await screen.press("Enter");
  await screen.untilText("> Doctor");
  await screen.press("Down", "Enter");
  await screen.untilText("code 0");
});

for (const env of [{ NO_COLOR: "1" }, { NO_COLOR: "" }]) {
  screenTest(
    `\`id\` on a screen with ${JSON.stringify(env)} shows a QR code of its address`,
    async () => {
      await using home = await Home.make();
      const variables = { ...env, P2P_CHAT_HOST: "192.168.1.20" };
      await using screen = await openOnScreen(home, ["id"], { rows: 36, env: variables });
      const { rows } = await screen.untilText("icanon");
      const from = rows.findIndex((row) => row.startsWith("QR code"));
      // Spaces at the end do not count on a screen; the code is as wide as high, two modules a row.
      const to = rows.findIndex((row) => row.startsWith("code 0"));
      const code = rows.slice(from + 1, to).map((row) => row.padEnd(2 * (to - from - 1) - 1));
      const peerId = /peer id +(\w+)/.exec(rows.join("\n"))?.[1];
      assertEquals(
        readQr(code, env.NO_COLOR === "" ? "light" : "dark"),
        `/ip4/192.168.1.20/tcp/7000/p2p/${peerId}`,
      );
    },
  );
}

screenTest("`menu` on a screen says goodbye when its terminal is closed", async () => {
  await using blueHome = await Home.make();
  await using redHome = await Home.make();
  const port = freePort();
  await using blue = await PipedMenu.open(blueHome, "blue", port);
  {
    await using screen = await openRed(redHome, blue, port);
    await screen.press("Enter");
    await screen.untilText("> blue");
  }
  await blue.seen((line) => / red left$/.test(line));
  await untilReleased(redHome);
});

/** Waits until no process owns the profile any more: nobody else waits for the one on the screen. */
async function untilReleased(home: Home): Promise<void> {
  for (;;) {
    const names = await Array.fromAsync(Deno.readDir(home.profile), ({ name }) => name);
    if (!names.includes("holder.json")) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

screenTest("`menu` on a dumb terminal asks line by line", async () => {
  await using home = await Home.make();
  const args = ["menu", "--name", "red", "--port", `${freePort()}`, ...LOOPBACK];
  await using screen = await openOnScreen(home, args, { env: { TERM: "dumb" } });
  await screen.untilText("Number:");
  await screen.type("0");
  await screen.press("Enter");
  const { rows } = await screen.untilText("icanon");
  assertEquals(rows.slice(-3), ["Goodbye.", "code 0", " icanon"]);
});
