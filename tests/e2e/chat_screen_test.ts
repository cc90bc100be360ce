/** Journeys through the conversation screen of the real program, in a pseudo-terminal. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { shortPeerId } from "../../src/node/recipient.ts";
import { TmuxScreen } from "../terminal/tmux_screen.ts";
import { arrived, peerDown, peerUp, ready } from "./lines.ts";
import { openOnScreen } from "./menu_program.ts";
import { demoPeer, freePort, Home, LOOPBACK } from "./program.ts";

const installed = await TmuxScreen.available();
if (!installed) console.warn("tests under a pseudo-terminal are skipped: tmux is not installed");

function screenTest(name: string, body: () => Promise<void>): void {
  Deno.test({ name, ignore: !installed, fn: body });
}

/** A friend that listens, and the arguments of a chat with it. */
async function friendOf(green: Home, port = freePort()) {
  const { node, peerId } = await green.listen(["--name", "green"], port);
  const to = `127.0.0.1:${port}`;
  const chat = ["chat", to, "--name", "red", "--port", String(freePort()), ...LOOPBACK];
  return { node, peerId, port, to, chat };
}

screenTest("`chat` sends, and receives while one types, and gives the terminal back", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { node, chat } = await friendOf(green);
  await using screen = await openOnScreen(red, chat);
  await screen.untilText("nobody has answered there yet");
  await screen.type("hello green");
  await screen.press("Enter");
  await node.find(arrived("hello green"));
  // Shown there, and told here.
  await screen.untilText("✓✓ you     hello green");
  await screen.type("half a sent");
  const sent = await green.run(["send", "red", "hi red", ...LOOPBACK]);
  assertEquals(sent.code, 0, sent.err.join("\n"));
  const { rows } = await screen.untilText("~green  hi red");
  assertEquals(rows.at(-1), "> half a sent");
  assertMatch(rows.at(-2) ?? "", /^ green · here for .* · not verified · direct/);

  await screen.press("C-c");
  const after = await screen.untilText("icanon");
  assertEquals(after.rows.slice(-2), ["code 130", " icanon"]);
  assert(after.cursor.visible);
});

screenTest("`chat` on 40 x 10, resized, pasted into", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { node, chat } = await friendOf(green);
  await using screen = await openOnScreen(red, chat, { columns: 40, rows: 10 });
  await screen.untilText("127.0.0.1");
  await screen.paste("one\ntwo\nthree");
  await screen.untilText("three");
  await screen.resize(100, 30);
  await screen.until(({ rows }) => rows.length === 30 && (rows.at(-1) ?? "").includes("three"));
  await screen.press("Enter");
  await node.find(arrived("one\ntwo\nthree"));
  await screen.press("C-d");
  await screen.untilText("code 0");
});

screenTest(
  "`chat` tells that a peer is lost, keeps what is written meanwhile, and delivers it",
  async () => {
    await using red = await Home.make();
    await using green = await Home.make();
    const { node, peerId, port, chat } = await friendOf(green);
    await using screen = await openOnScreen(red, chat);
    await screen.untilText("nobody has answered there yet");
    await screen.type("first");
    await screen.press("Enter");
    await node.find(arrived("first"));
    await screen.untilText("green · here for");
    node.kill("SIGTERM");
    await node.finished();
    await screen.untilText("green · away since");
    await screen.type("meanwhile");
    await screen.press("Enter");
    await screen.untilText("… ");
    await screen.untilText("1 waiting");
    const back = await green.listen(["--name", "green"], port);
    assertEquals(back.peerId, peerId);
    await back.node.find(arrived("meanwhile"));
    await screen.untilText("✓✓ you     meanwhile");
  },
);

screenTest("`chat` goes through a node that runs, and goes on without it", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { node: there, to, peerId } = await friendOf(green);
  const port = freePort();
  const owner = red.start([...demoPeer(port), "--mandatory", to]);
  await owner.find(ready);
  await owner.find(peerUp(peerId));
  await using screen = await openOnScreen(red, ["chat", "green", "--port", `${port}`, ...LOOPBACK]);
  await screen.untilText("green · here for");
  await screen.type("through the node");
  await screen.press("Enter");
  await there.find(arrived("through the node"));
  await screen.untilText("✓✓ you     through the node");
  await screen.type("half a sent");
  await screen.untilText("> half a sent");
  const { peerId: self } = await owner.find(ready);
  await owner.crash();
  await there.find(peerDown(self));
  await screen.untilText("> half a sent");
  await screen.type("ence");
  await screen.press("Enter");
  await there.find(arrived("half a sentence"));
  await screen.untilText("✓✓ you     half a sentence");
});

screenTest("`/search` leads to what it found far up, and back", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { node, to, chat } = await friendOf(green);
  await red.run(["send", to, "the needle in the hay", "--name", "red", ...LOOPBACK]);
  const hay = Array.from({ length: 300 }, (_, index) => `hay ${index + 1}`).join("\n");
  const pipe = ["pipe", to, "--name", "red", ...LOOPBACK];
  assertEquals((await red.run(pipe, { input: `${hay}\n` })).code, 0);
  await node.find(arrived("hay 300"));
  await using screen = await openOnScreen(red, chat, { env: { NO_COLOR: "1" } });
  await screen.untilText("hay 300");
  await screen.type("/search NEEDLE");
  await screen.press("Enter");
  await screen.untilText("1 with NEEDLE");
  await screen.press("Enter");
  const { rows } = await screen.until(({ rows }) =>
    rows.some((row) => /^▌.* ✓✓? +you +the needle in the hay$/.test(row))
  );
  assert(rows.some((row) => row.includes("beginning of the conversation")), rows.join("\n"));
  assert(rows.some((row) => row.endsWith("hay 1")), rows.join("\n"));
  await screen.press("Escape");
  await screen.untilText("1 with NEEDLE");
  await screen.press("Escape");
  await screen.untilText("hay 300");
});

screenTest("`chat` asks before it writes to somebody else at a known address", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  await using other = await Home.make();
  const { node, peerId, port, to, chat } = await friendOf(green);
  assertEquals((await red.run(["send", to, "to a friend", "--name", "red", ...LOOPBACK])).code, 0);
  node.kill("SIGTERM");
  await node.finished();
  const stranger = await other.listen(["--name", "green"], port);
  await using screen = await openOnScreen(red, chat);
  const [now, before] = [stranger.peerId, peerId].map((id) => `green (${shortPeerId(id)})`);
  const doubt = `${to} is now somebody else: ${now} instead of ${before}.`;
  await screen.until(({ rows }) => {
    const text = rows.join("\n").replace(/\s+/g, " ");
    return text.includes(doubt) && text.includes("Write to it all the same? (y/N)");
  });
  await screen.type("secret");
  await screen.press("Enter");
  await screen.until(({ rows }) => rows.some((row) => row.endsWith("(y/N)")));
  await screen.press("Enter");
  await screen.untilText("code 0");
  assertEquals(stranger.node.lines.filter((line) => line.includes("secret")), []);
});

screenTest("`chat` stops when somebody with another key comes by the same name", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  await using other = await Home.make();
  const { node, chat } = await friendOf(green);
  const redPort = chat[chat.indexOf("--port") + 1] ?? "";
  await using screen = await openOnScreen(red, chat);
  await screen.untilText("nobody has answered there yet");
  await screen.type("to a friend");
  await screen.press("Enter");
  await node.find(arrived("to a friend"));
  await screen.untilText("✓✓ you");
  await screen.type("half a sent");
  const mandatory = ["--name", "green", "--mandatory", `127.0.0.1:${redPort}`];
  const { node: rival } = await other.listen(mandatory);
  await screen.untilText("Turn to the one who has come? (y/N)");
  await screen.press("n", "Enter");
  await screen.untilText("> half a sent");
  await screen.type("ence");
  await screen.press("Enter");
  await node.find(arrived("half a sentence"));
  assertEquals(rival.lines.filter((line) => line.includes("sentence")), []);
});
