/** A disk without room: nothing is promised that is not saved, and nothing has to be restarted. */
import { assert, assertEquals } from "@std/assert";
import { formatOrder } from "../../src/commands/demo/orders.ts";
import { acceptedIds, orderMessages } from "./ledger.ts";
import { arrived, delivered, ready } from "./lines.ts";
import { demoPeer, Home, LOOPBACK } from "./program.ts";
import { assertRefusal } from "./refusal.ts";
import { SmallDisk } from "./small_disk.ts";

const ignore = !SmallDisk.available();

Deno.test({
  name: "`send` on a full disk says that nothing was saved",
  ignore,
  async fn() {
    await using disk = await SmallDisk.mount();
    await using homeOfRed = await Home.make();
    await using homeOfGreen = await Home.make(disk.path);
    const red = await homeOfRed.listen();
    const send = (text: string) =>
      homeOfGreen.run(["send", `127.0.0.1:${red.port}`, text, ...LOOPBACK]);
    assertEquals((await send("there is room")).code, 0);

    disk.fill();
    assertRefusal(await send("there is none"), {
      code: 1,
      error: /^error: not saved: .*chat\.db .*disk/,
      hint: /^hint: .*room on the disk/,
    });
    await disk.free();
    const again = await send("there is room again");
    assertEquals(again.code, 0, again.err.join("\n"));
    await red.node.find(arrived("there is room again"));
    assertEquals(
      (await homeOfRed.history()).map(({ text }) => text),
      ["there is room", "there is room again"],
    );
  },
});

Deno.test({
  name: "a listener on a full disk acknowledges nothing, lives on, and gets it all later",
  ignore,
  async fn() {
    await using disk = await SmallDisk.mount();
    await using homeOfRed = await Home.make(disk.path);
    await using homeOfGreen = await Home.make();
    const red = await homeOfRed.listen(["--log-level", "info"]);
    const green = homeOfGreen.start(demoPeer());
    await green.find(ready);
    const to = `127.0.0.1:${red.port}`;
    await orderMessages(green, to, "there is room", 1);
    await red.node.find(arrived("there is room, 1 of 1"));

    disk.fill();
    // Larger than the space that the database has left in its own files.
    const large = "x".repeat(30_000);
    const texts = Array.from({ length: 20 }, (_, index) => `${index} ${large}`);
    await green.write(texts.map((text) => formatOrder({ order: "send", to, text })).join(""));
    await green.until(() => acceptedIds(green.events).length === 1 + texts.length);
    await red.node.said(/the database failed; trying again/);
    const last = acceptedIds(green.events).at(-1) ?? "";
    assert(!green.events.some(delivered(last)));
    // It still answers.
    const connected = await homeOfGreen.run(["connect", to, "--profile", "other", ...LOOPBACK]);
    assertEquals(connected.code, 0, connected.err.join("\n"));

    await disk.free();
    await green.find(delivered(last));
    assertEquals((await homeOfRed.history()).map(({ text }) => text).slice(1), texts);
  },
});
