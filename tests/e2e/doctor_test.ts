/** `doctor` as a process, with the permissions that the program has. */
import { assert, assertEquals } from "@std/assert";
import type { CheckLine, NdjsonLine } from "../../src/commands/ndjson.ts";
import { freePort, Home, LOOPBACK } from "./program.ts";

function checks(events: readonly NdjsonLine[]): ReadonlyMap<string, CheckLine> {
  return new Map(
    events.flatMap((line) => line.event === "check" ? [[line.check, line] as const] : []),
  );
}

Deno.test("`doctor` beside the profile's own node finds everything in order and disturbs nothing", async () => {
  await using home = await Home.make();
  const port = freePort();
  const { node } = await home.listen([], port);
  const { code, events, err } = await home.run(
    ["doctor", "--json", "--port", String(port), ...LOOPBACK],
  );
  const found = checks(events);
  assertEquals(code, 0, [...err, ...events.map((line) => JSON.stringify(line))].join("\n"));
  assertEquals(err, []);
  for (const check of ["profile", "settings", "identity", "database", "control", "clock", "port"]) {
    assertEquals(found.get(check)?.status, "ok", check);
  }
  const { message = "" } = found.get("port") ?? {};
  assert(message.includes(`own listen (process ${node.pid})`), message);
  await Deno.remove(`${home.profile}/control.sock`);
  const cut = await home.run(["doctor", "--json", "--port", String(port), ...LOOPBACK]);
  assertEquals([cut.code, checks(cut.events).get("control")?.status], [1, "bad"]);

  node.kill("SIGTERM");
  assertEquals((await node.finished()).code, 0);
  using _other = Deno.listen({ hostname: "127.0.0.1", port });
  const taken = await home.run(["doctor", "--json", "--port", String(port), ...LOOPBACK]);
  assertEquals(taken.code, 1);
  assertEquals(checks(taken.events).get("port")?.status, "bad");
});

Deno.test("`doctor` names a damaged database, and the next start puts it aside", async () => {
  await using home = await Home.make();
  const first = await home.listen();
  first.node.kill("SIGTERM");
  await first.node.finished();
  await Deno.writeFile(`${home.profile}/chat.db`, new Uint8Array(8192).fill(0x5a));
  const args = ["doctor", "--json", "--port", "0", ...LOOPBACK];
  const damaged = await home.run(args);
  assertEquals(damaged.code, 1);
  assertEquals(checks(damaged.events).get("database")?.status, "bad");

  const again = await home.listen();
  assertEquals(again.peerId, first.peerId);
  const { code, events } = await home.run(args);
  assertEquals(code, 0);
  assertEquals(checks(events).get("database")?.status, "ok");
});
