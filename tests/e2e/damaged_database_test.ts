/**
 * A database that is damaged: the start finds it, puts it aside as it is and goes on with a new one
 * and the same identity; commands that only read leave everything where it is.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { arrived, notice } from "./lines.ts";
import { Home, LOOPBACK } from "./program.ts";
import { assertRefusal } from "./refusal.ts";

const PAGE_BYTES = 4096;

/** A profile with messages in it, whose node has stopped. */
async function usedProfile(home: Home): Promise<{ peerId: string }> {
  await using other = await Home.make();
  const { node, peerId, port } = await home.listen();
  const text = "kept ".repeat(1000);
  const sent = await other.run(["send", `127.0.0.1:${port}`, text, ...LOOPBACK]);
  assertEquals(sent.code, 0, sent.err.join("\n"));
  await node.find((line) => line.event === "message" ? line : undefined);
  node.kill("SIGTERM");
  assertEquals((await node.finished()).code, 0);
  return { peerId };
}

/** Overwrites all pages but the first: the file still looks like a database. */
async function damagePages(path: string): Promise<Uint8Array> {
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, bytes.fill(0x5a, PAGE_BYTES));
  return bytes;
}

async function putAside(home: Home): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(home.profile)) {
    if (name.includes(".damaged-")) names.push(name);
  }
  return names.sort();
}

Deno.test("a node with a damaged database puts it aside, says so, and goes on as the same peer", async () => {
  await using home = await Home.make();
  await using other = await Home.make();
  const before = await usedProfile(home);
  const damaged = await damagePages(`${home.profile}/chat.db`);

  const { node, peerId, port } = await home.listen();
  assertEquals(peerId, before.peerId);
  const [name = "", ...more] = await putAside(home);
  assertEquals(more, []);
  assertMatch(name, /^chat\.db\.damaged-\d{8}T\d{6}Z$/);
  assertEquals(await Deno.readFile(`${home.profile}/${name}`), damaged);
  const { message } = await node.find(notice);
  assert(message.includes(name), message);

  const sent = await other.run(["send", `127.0.0.1:${port}`, "after it", ...LOOPBACK]);
  assertEquals(sent.code, 0, sent.err.join("\n"));
  await node.find(arrived("after it"));
  assertEquals((await home.history()).map(({ text }) => text), ["after it"]);
  node.kill("SIGTERM");
  assertEquals((await node.finished()).code, 0);

  const again = await home.listen();
  assertEquals(again.peerId, before.peerId);
  assertEquals(await putAside(home), [name]);
});

Deno.test("a file that is no database is put aside as well", async () => {
  await using home = await Home.make();
  await usedProfile(home);
  const database = `${home.profile}/chat.db`;
  await Deno.writeFile(database, new Uint8Array(8192).fill(0x5a));
  await home.listen();
  const [name = ""] = await putAside(home);
  assertEquals((await Deno.readFile(`${home.profile}/${name}`))[0], 0x5a);
});

Deno.test("`history` of a damaged database says so, with what comes next, and moves nothing", async () => {
  await using home = await Home.make();
  await usedProfile(home);
  const database = `${home.profile}/chat.db`;
  await Deno.writeFile(database, new Uint8Array(8192).fill(0x5a));
  assertRefusal(await home.run(["history"]), {
    code: 1,
    error: /chat\.db is damaged$/,
    hint: /p2p-chat listen, puts it aside and begins a new one/,
  });
  assertEquals(await putAside(home), []);
  assertEquals((await Deno.readFile(database))[0], 0x5a);
});
