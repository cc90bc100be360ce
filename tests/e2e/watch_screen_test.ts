/** `peers --watch` of the real program on the screen of a pseudo-terminal. */
import { assert, assertEquals } from "@std/assert";
import { TmuxScreen } from "../terminal/tmux_screen.ts";
import { openOnScreen } from "./menu_program.ts";
import { Home } from "./program.ts";

const ignore = !await TmuxScreen.available();

/** Two connected peers, and a screen that watches those of red. */
async function watched(red: Home, green: Home, size: { columns: number; rows: number }) {
  const { node, port } = await red.listen(["--name", "red"]);
  const there = await green.listen(["--name", "green", "--mandatory", `127.0.0.1:${port}`]);
  const screen = await openOnScreen(red, ["peers", "--watch"], size);
  const { rows, cursor } = await screen.untilText("1 peer; q stops");
  assert(cursor.visible);
  assertEquals(rows[cursor.y]?.length, cursor.x);
  return { node, there: there.node, screen };
}

Deno.test({
  name: "`peers --watch` leaves the table once, and the terminal as it was, after Ctrl-C",
  ignore,
  async fn() {
    await using red = await Home.make();
    await using green = await Home.make();
    await using blue = await Home.make();
    const { screen, there } = await watched(red, green, { columns: 50, rows: 8 });
    await using _screen = screen;
    await screen.press("Enter", "x", "Up");
    await screen.resize(90, 8);
    await screen.untilText("last seen");
    there.kill("SIGTERM");
    await screen.untilText("nobody is here yet; q stops");
    const { port } = await red.run(["id", "--json"]).then(() => blue.listen(["--name", "blue"]));
    await red.run(["connect", `127.0.0.1:${port}`]);
    await screen.untilText("1 peer; q stops");
    await screen.press("C-c");
    await screen.untilText("icanon");
    const rows = await screen.transcript();
    assertEquals(rows.map((row) => row.trim().split(/ +/)[0]), ["name", "blue", "code", "icanon"]);
    assert((await screen.capture()).cursor.visible);
  },
});

Deno.test({
  name: "`peers --watch` says below the table that the node has stopped",
  ignore,
  async fn() {
    await using red = await Home.make();
    await using green = await Home.make();
    const { screen, node } = await watched(red, green, { columns: 100, rows: 12 });
    await using _screen = screen;
    node.kill("SIGTERM");
    await screen.untilText("icanon");
    const rows = await screen.transcript();
    assertEquals(
      rows.map((row) => row.trim().split(/ +/)[0]),
      ["name", "green", "error:", "hint:", "code", "icanon"],
    );
  },
});
