/** The demo, as a newcomer runs it. The compiled binary may not start programs, and says so. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { displayWidth } from "../../src/terminal/width.ts";
import { BINARY, Home } from "./program.ts";
import { assertRefusal } from "./refusal.ts";

Deno.test({
  name: "`demo` loses and doubles nothing, in lines of at most 80 columns",
  ignore: BINARY !== undefined,
  async fn() {
    await using home = await Home.make();
    const env = { TMPDIR: home.path, P2P_CHAT_NAME: "not for the demo" };
    const { code, out, err } = await home.run(["demo"], { task: "demo", env });
    assertEquals([code, err], [0, []], out.join("\n"));
    assertMatch(
      out.at(-1) ?? "",
      /^Passed in [\d.]+ s: (\d+) sent, \1 delivered, 0 lost, 0 shown twice$/,
    );
    assertMatch(out.at(-3) ?? "", /^ {3}all +(\d+) +\1 +0 +0 +0$/);
    for (const what of ["is killed with SIGKILL", "said goodbye", "acknowledged in", "mandatory"]) {
      assert(out.some((line) => line.includes(what)), what);
    }
    for (const line of out.filter((line) => !line.includes(home.path))) {
      assert(displayWidth(line) <= 80 && !/\p{Cc}| $/u.test(line), line);
    }
    assertEquals(Array.from(Deno.readDirSync(home.path)), []);
  },
});

Deno.test({
  name: "`demo` that is interrupted leaves nothing behind",
  ignore: BINARY !== undefined || Deno.build.os === "windows",
  async fn() {
    await using home = await Home.make();
    const demo = home.start(["demo"], { task: "demo", env: { TMPDIR: home.path } });
    const started = /listens on 127\.0\.0\.1:(\d+) /;
    await demo.until(() => demo.lines.filter((line) => started.test(line)).length === 3);
    demo.kill("SIGINT");
    assertEquals((await demo.finished()).code, 130);
    assertEquals(Array.from(Deno.readDirSync(home.path)), []);
    for (const line of demo.lines) {
      const [, port] = started.exec(line) ?? [];
      if (port === undefined) continue;
      // Nobody listens there any more: the port can be had.
      Deno.listen({ hostname: "127.0.0.1", port: Number(port) }).close();
    }
  },
});

Deno.test("`demo` without the permission to start programs says where it can be run", async () => {
  await using home = await Home.make();
  assertRefusal(await home.run(["demo"]), {
    code: 1,
    error: /demo starts other programs/,
    hint: /deno task demo/,
  });
});
