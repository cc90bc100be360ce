/** Who is here, between real processes: coming, going, and coming back. */
import { assert, assertEquals } from "@std/assert";
import { peerDown, peerUp } from "./lines.ts";
import { freePort, Home, LOOPBACK } from "./program.ts";

/** Options by which a peer keeps connected to another one on this machine. */
function mandatory(port: number): string[] {
  return ["--mandatory", `127.0.0.1:${port}`];
}

Deno.test("a peer that ends says goodbye; one that is killed is lost", async () => {
  await using homeOfRed = await Home.make();
  await using homeOfGreen = await Home.make();
  await using homeOfBlue = await Home.make();
  const red = await homeOfRed.listen();
  const [green, blue] = await Promise.all([
    homeOfGreen.listen(mandatory(red.port)),
    homeOfBlue.listen(mandatory(red.port)),
  ]);
  assertEquals((await red.node.find(peerUp(green.peerId))).source, "inbound");
  assertEquals((await green.node.find(peerUp(red.peerId))).source, "mandatory");
  await red.node.find(peerUp(blue.peerId));
  await blue.node.find(peerUp(green.peerId));

  green.node.kill("SIGTERM");
  assertEquals((await red.node.find(peerDown(green.peerId))).departure, "goodbye");
  assertEquals((await blue.node.find(peerDown(green.peerId))).departure, "goodbye");
  await blue.node.crash();
  assertEquals((await red.node.find(peerDown(blue.peerId))).departure, "lost");
});

Deno.test("a goodbye is seen by a peer that stood still while it came", async () => {
  await using homeOfRed = await Home.make();
  await using homeOfGreen = await Home.make();
  const red = await homeOfRed.listen();
  const green = await homeOfGreen.listen(mandatory(red.port));
  await red.node.find(peerUp(green.peerId));
  red.node.kill("SIGSTOP");
  green.node.kill("SIGTERM");
  await green.node.finished();
  // What it writes now goes to nobody; what was said to it is still to be read.
  red.node.kill("SIGCONT");
  assertEquals((await red.node.find(peerDown(green.peerId))).departure, "goodbye");
});

Deno.test("peers of the same mandatory peer find each other by exchange", async () => {
  await using homeOfRed = await Home.make();
  await using homeOfGreen = await Home.make();
  await using homeOfBlue = await Home.make();
  const red = await homeOfRed.listen();
  const [green, blue] = await Promise.all([
    homeOfGreen.listen(mandatory(red.port)),
    homeOfBlue.listen(mandatory(red.port)),
  ]);
  const sources = [
    (await green.node.find(peerUp(blue.peerId))).source,
    (await blue.node.find(peerUp(green.peerId))).source,
  ];
  // One of them dialled, or both did.
  assert(sources.includes("exchange"), sources.join());
  assert(sources.every((source) => ["exchange", "inbound"].includes(source)), sources.join());
});

Deno.test("a mandatory peer that is down delays nothing, and is connected whenever it comes", async () => {
  await using homeOfRed = await Home.make();
  await using homeOfGreen = await Home.make();
  await using homeOfBlue = await Home.make();
  const port = freePort();
  const green = await homeOfGreen.listen(mandatory(port));
  // While red is down, others are served.
  const sent = await homeOfBlue.run(
    ["send", `127.0.0.1:${green.port}`, "hello", ...mandatory(port), ...LOOPBACK],
  );
  assertEquals(sent.code, 0, sent.err.join("\n"));

  const red = await homeOfRed.listen([], port);
  assertEquals((await green.node.find(peerUp(red.peerId))).source, "mandatory");
  await red.node.crash();
  assertEquals((await green.node.find(peerDown(red.peerId))).departure, "lost");

  // It remembers nobody now, so it is green who has to find it.
  for (const { name } of Deno.readDirSync(homeOfRed.profile)) {
    if (name.startsWith("chat.db")) await Deno.remove(`${homeOfRed.profile}/${name}`);
  }
  const again = await homeOfRed.listen([], port);
  assertEquals(again.peerId, red.peerId);
  await green.node.until(() => green.node.events.filter(peerUp(red.peerId)).length === 2);
});
