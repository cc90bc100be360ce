/** One identity that runs in two places: whoever sees both tells both. */
import { demoPeer, Home } from "./program.ts";
import { notice, ready } from "./lines.ts";
import type { NdjsonLine } from "../../src/commands/ndjson.ts";

function says(pattern: RegExp): (line: NdjsonLine) => NdjsonLine | undefined {
  return (line) => pattern.test(notice(line)?.message ?? "") ? line : undefined;
}

Deno.test("the same identity in two places is told to both, and to their friend", async () => {
  await using homeOfRed = await Home.make();
  await using homeOfGreen = await Home.make();
  await using copy = await Home.make();
  const red = await homeOfRed.listen();
  const friend = ["--mandatory", `127.0.0.1:${red.port}`];
  const first = homeOfGreen.start([...demoPeer(), ...friend]);
  await first.find(ready);
  await Deno.mkdir(copy.profile, { mode: 0o700 });
  await Deno.copyFile(
    `${homeOfGreen.profile}/identity.key`,
    `${copy.profile}/identity.key`,
  );
  const second = copy.start([...demoPeer(), ...friend]);
  await Promise.all([
    first.find(says(/identity is also in use elsewhere/)),
    second.find(says(/identity is also in use elsewhere/)),
    red.node.find(says(/from two places at once/)),
  ]);
});
