import { assertEquals, assertRejects } from "@std/assert";

import { createFile, replaceFile } from "../../src/config/atomic_file.ts";
import { runModule } from "./run_module.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

const WINDOWS = Deno.build.os === "windows";
const OLD = new TextEncoder().encode("old");
const NEW = new TextEncoder().encode("new");

function names(folder: TemporaryFolder): string[] {
  return [...Deno.readDirSync(folder.path)].map((entry) => entry.name).sort();
}

Deno.test("replaceFile() makes and replaces a file and leaves nothing else behind", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/file`;
  await replaceFile(path, OLD);
  assertEquals(await Deno.readFile(path), OLD);
  await replaceFile(path, NEW);
  assertEquals(await Deno.readFile(path), NEW);
  assertEquals(names(folder), ["file"]);
});

Deno.test("replaceFile() keeps what was there when it fails", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.mkdir(`${folder.path}/file/inside`, { recursive: true });
  await assertRejects(() => replaceFile(`${folder.path}/file`, NEW));
  assertEquals(names(folder), ["file"]);
  await assertRejects(() => replaceFile(`${folder.path}/no/such/folder`, NEW));
  assertEquals(names(folder), ["file"]);
});

Deno.test("createFile() never replaces a file", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/file`;
  await createFile(path, OLD);
  await assertRejects(() => createFile(path, NEW), Deno.errors.AlreadyExists);
  assertEquals(await Deno.readFile(path), OLD);
  assertEquals(names(folder), ["file"]);
});

Deno.test("createFile() lets one of many that start together win", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/file`;
  const contents = Array.from({ length: 20 }, (_, index) => new Uint8Array(1000).fill(index));
  const results = await Promise.allSettled(contents.map((content) => createFile(path, content)));
  const winner = results.findIndex((result) => result.status === "fulfilled");
  assertEquals(results.filter((result) => result.status === "fulfilled").length, 1);
  assertEquals(await Deno.readFile(path), contents[winner]);
  assertEquals(names(folder), ["file"]);
});

Deno.test({
  name: "createFile() and replaceFile() write 0600 whatever the umask",
  ignore: WINDOWS,
  async fn() {
    for (const umask of [0o000, 0o022, 0o777]) {
      await using folder = await TemporaryFolder.make();
      const { stderr } = await runModule(`
        import { createFile, replaceFile } from ${
        JSON.stringify(import.meta.resolve("../../src/config/atomic_file.ts"))
      };
        Deno.umask(${umask});
        await createFile(${JSON.stringify(`${folder.path}/created`)}, new Uint8Array(3));
        await replaceFile(${JSON.stringify(`${folder.path}/replaced`)}, new Uint8Array(3));
      `);
      assertEquals(stderr, "");
      for (const name of ["created", "replaced"]) {
        const { mode } = await Deno.stat(`${folder.path}/${name}`);
        assertEquals((mode ?? 0) & 0o777, 0o600, `${name}, umask ${umask.toString(8)}`);
      }
    }
  },
});
