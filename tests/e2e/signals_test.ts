/**
 * However a process is asked to end, it says goodbye, closes its database and ends with the right
 * exit code. One that had to be cut short after its time of grace would end with 130, whatever the
 * signal, and without a goodbye.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { peerDown, peerUp, ready } from "./lines.ts";
import { Home, listen, type Listener, LOOPBACK } from "./program.ts";
import { Stranger } from "./stranger.ts";

const ignore = Deno.build.os === "windows";

/** Two nodes that are connected. */
async function pair(
  homeOfRed: Home,
  homeOfGreen: Home,
): Promise<{ red: Listener; green: Listener }> {
  const red = await homeOfRed.listen();
  const green = await homeOfGreen.listen(["--mandatory", `127.0.0.1:${red.port}`]);
  await red.node.find(peerUp(green.peerId));
  await green.node.find(peerUp(red.peerId));
  return { red, green };
}

// What SIGHUP does depends on whether there is a terminal: `service_test.ts`.
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 0]] as const) {
  Deno.test({
    name: `\`listen\` says goodbye and ends with ${code} at ${signal}`,
    ignore,
    async fn() {
      await using homeOfRed = await Home.make();
      await using homeOfGreen = await Home.make();
      const { red, green } = await pair(homeOfRed, homeOfGreen);
      green.node.kill(signal);
      const finished = await green.node.finished();
      assertEquals([finished.code, finished.signal], [code, null]);
      assertEquals((await red.node.find(peerDown(green.peerId))).departure, "goodbye");
      // The database was closed in order: its side files are gone.
      await assertNoSideFiles(homeOfGreen);
    },
  });
}

Deno.test({
  name: "`listen | head` says goodbye and ends with 0 when its reader is gone",
  ignore,
  async fn() {
    await using homeOfRed = await Home.make();
    await using homeOfGreen = await Home.make();
    await using homeOfBlue = await Home.make();
    const { red, green } = await pair(homeOfRed, homeOfGreen);
    await green.node.closeOutput();
    // A closed pipe is noticed when something is written to it.
    await homeOfBlue.listen(["--mandatory", `127.0.0.1:${green.port}`]);
    assertEquals((await green.node.finished()).code, 0);
    assertEquals((await red.node.find(peerDown(green.peerId))).departure, "goodbye");
    await assertNoSideFiles(homeOfGreen);
  },
});

Deno.test({
  name: "`send` that is interrupted ends with 130 and says that the message stays",
  ignore,
  async fn() {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      await using home = await Home.make();
      await using silent = new Stranger();
      const sending = home.start(["send", silent.address, "hello", ...LOOPBACK]);
      // It dials once the message is saved.
      await silent.called;
      sending.kill(signal);
      const { code, err } = await sending.finished();
      assertEquals(code, 130);
      assertMatch(err.at(-2) ?? "", new RegExp(`interrupted by ${signal}: the message waits`));
      assertMatch(err.at(-1) ?? "", /^hint: /);
      assertEquals((await home.history()).map(({ text, state }) => [text, state]), [
        ["hello", "queued"],
      ]);
    }
  },
});

Deno.test({
  name: "a second Ctrl-C in the middle of the end does no harm",
  ignore,
  async fn() {
    await using home = await Home.make();
    const node = home.start(listen());
    await node.find(ready);
    node.kill("SIGINT");
    node.kill("SIGINT");
    const { code, err } = await node.finished();
    assertEquals(code, 130);
    assert(!err.some((line) => line.startsWith("error:")), err.join("\n"));
    await home.listen();
  },
});

async function assertNoSideFiles(home: Home): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(home.profile))).map(({ name }) => name);
  assertEquals(names.filter((name) => name.startsWith("chat.db")), ["chat.db"]);
}
