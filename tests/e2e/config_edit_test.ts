/** `config edit` as it is delivered, without the right to run programs, on a pseudo-terminal. */
import { assertEquals } from "@std/assert";
import { readConfigFile } from "../../src/config/config_file.ts";
import { TmuxScreen } from "../terminal/tmux_screen.ts";
import { openOnScreen } from "./menu_program.ts";
import { Home } from "./program.ts";

const installed = await TmuxScreen.available();
if (!installed) console.warn("a test under a pseudo-terminal is skipped: tmux is not installed");

Deno.test({
  name: "`config edit` asks although $EDITOR is set, and says what to type instead",
  ignore: !installed,
  async fn() {
    await using home = await Home.make();
    await using screen = await openOnScreen(home, ["config", "edit"], { env: { EDITOR: "vim" } });
    await screen.until(({ rows }) => rows.some((row) => row.startsWith("> Team name")));
    await screen.press("Up", "Up", "Enter");
    await screen.until(({ rows }) => rows.some((row) => row.startsWith("? File for log lines")));
    await screen.type("chat.log");
    await screen.press("Enter");
    await screen.until(({ rows }) => rows.some((row) => /^> Log file +chat\.log/.test(row)));
    await screen.press("Down", "Enter");
    const { rows } = await screen.until(({ rows }) => rows.some((row) => row.startsWith("code ")));
    assertEquals(rows.find((row) => row.startsWith("code ")), "code 0");
    const shown = rows.join("").replaceAll(" ", "");
    assertEquals(shown.includes(`instead:vim${home.profile}/config.json`), true, shown);
    const values = await readConfigFile(`${home.profile}/config.json`);
    assertEquals(values, new Map([["logFile", "chat.log"]]));
  },
});
