/** Attention is drawn to messages that are not in sight, by the bytes that the setting says. */
import { assertEquals } from "@std/assert";
import { sanitise } from "../../src/terminal/sanitise.ts";
import { TmuxScreen } from "../terminal/tmux_screen.ts";
import { openOnScreen } from "./menu_program.ts";
import { freePort, Home, LOOPBACK } from "./program.ts";

const installed = await TmuxScreen.available();
if (!installed) console.warn("tests under a pseudo-terminal are skipped: tmux is not installed");

function screenTest(name: string, body: () => Promise<void>): void {
  Deno.test({ name, ignore: !installed, fn: body });
}

/** Far longer than it ever takes, also on a busy machine. */
const PATIENCE_MS = 60_000;
/** A text that tries to end the sequence, to add a field, and to be markup. */
const HOSTILE = "<b>hi;\x07\x1b\\there";
/** Each notice of `name` in what was written to a terminal behind tmux. */
const notice = (name: string, text: string) =>
  `\x1bPtmux;\x1b\x1b]777;notify;${name};${text}\x07\x1b\\\x07`;

async function until(written: () => Promise<string>, fits: (bytes: string) => boolean) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const bytes = await written();
    if (fits(bytes)) return bytes;
    if (performance.now() > deadline) throw new Error(`written: ${JSON.stringify(bytes)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function bells(bytes: string): number {
  return bytes.split("\x07").length - 1;
}

screenTest("the menu rings, and sends desktop notices as soon as the setting says so", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  await using blue = await Home.make();
  const port = freePort();
  await using screen = await openOnScreen(red, [
    "menu",
    ...["--name", "red", "--port", `${port}`, ...LOOPBACK],
  ]);
  await screen.untilText("> Send message");
  const written = await screen.record();
  const send = (home: Home, name: string, text: string) =>
    home.run(["send", `127.0.0.1:${port}`, text, "--name", name, ...LOOPBACK]);
  await send(green, "green", "one");
  await screen.untilText("green: one");
  const rung = await until(written, (bytes) => bells(bytes) > 0);
  assertEquals([bells(rung), rung.includes("notify")], [1, false]);

  await screen.press("Up", "Up", "Up", "Enter");
  await screen.untilText("Notifications");
  await screen.press("Up", "Up", "Up");
  await screen.untilText("> Notifications");
  await screen.press("Enter");
  await screen.untilText("What tells of messages");
  await screen.type("desktop");
  await screen.press("Enter");
  await screen.untilText("saved; it counts from now on");
  await screen.press("Escape");
  await screen.untilText("> Settings");
  // Somebody else: green has had its notice of these two seconds.
  await send(blue, "blue", HOSTILE);
  const bytes = await until(written, (bytes) => bytes.includes("notify"));
  const text = sanitise(HOSTILE).replaceAll(";", ",").replace("<b>", "‹b›");
  assertEquals(bytes.includes(notice("blue", text)), true, JSON.stringify(bytes));
});

screenTest("`chat` tells of another conversation, and of this one without the focus", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  await using blue = await Home.make();
  const [own, ofGreen] = [freePort(), freePort()];
  await green.listen(["--name", "green"], ofGreen);
  await using screen = await openOnScreen(
    red,
    [
      ...["chat", `127.0.0.1:${ofGreen}`, "--name", "red", "--port", `${own}`],
      ...["--notifications", "desktop", ...LOOPBACK],
    ],
  );
  await screen.untilText("nobody has answered there yet");
  await screen.type("hello");
  await screen.press("Enter");
  await screen.untilText("✓✓ you     hello");
  const written = await screen.record();

  await green.run(["send", "red", "in sight", ...LOOPBACK]);
  await screen.untilText("~green  in sight");
  await blue.run(["send", `127.0.0.1:${own}`, "elsewhere", "--name", "blue", ...LOOPBACK]);
  const elsewhere = notice("blue", "elsewhere");
  assertEquals(
    (await until(written, (bytes) => bytes.includes(elsewhere))).split("notify").length,
    2,
  );
  // As a terminal does that is told to, when another window gets the keyboard.
  await screen.type("\x1b[O");
  await green.run(["send", "red", "out of sight", ...LOOPBACK]);
  await until(written, (bytes) => bytes.includes(notice("green", "out of sight")));
});
