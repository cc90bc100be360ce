/** A machine that is not on a network is told why it finds nobody. */
import { assert, assertEquals } from "@std/assert";
import { Namespaces, netTest } from "./namespaces.ts";
import { program } from "./program.ts";

netTest("a peer without a network says once that mDNS cannot work", async () => {
  await using namespaces = new Namespaces();
  const namespace = await namespaces.make("alone");
  const home = await Deno.makeTempDir();
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", namespace, ...program(), "listen", "--json", "--home", home],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let seen = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    seen += decoder.decode(chunk, { stream: true });
    if (seen.split("\n").length > 2) break;
  }
  child.kill("SIGTERM");
  await child.status;
  await Deno.remove(home, { recursive: true });
  const [ready, notice] = seen.split("\n").slice(0, 2).map((line) => JSON.parse(line));
  assertEquals([ready.event, notice.event], ["ready", "notice"]);
  assert(/^no multicast here \(.+\): /.test(notice.message), notice.message);
});
