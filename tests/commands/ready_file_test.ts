import { assertEquals, assertRejects } from "@std/assert";
import { ReadyFile } from "../../src/commands/ready_file.ts";
import { ChatError } from "../../src/errors.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";

function names(folder: TemporaryFolder): string[] {
  return [...Deno.readDirSync(folder.path)].map(({ name }) => name);
}

Deno.test("`ReadyFile` is there from the line to the end, and what was left behind is not", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/ready`;
  await Deno.writeTextFile(path, "of a run that was killed");
  {
    await using file = await ReadyFile.prepare(path);
    assertEquals(names(folder), []);
    await file.write("{}");
    assertEquals(names(folder), ["ready"]);
    assertEquals(await Deno.readTextFile(path), "{}\n");
  }
  assertEquals(names(folder), []);
});

Deno.test("`ReadyFile` leaves the file of somebody else alone where it wrote none", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/ready`;
  {
    await using _file = await ReadyFile.prepare(path);
    await Deno.writeTextFile(path, "another run");
  }
  assertEquals(names(folder), ["ready"]);
});

Deno.test({
  name: "`ReadyFile` writes into a FIFO for whoever reads, waits for nobody, and leaves it",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/fifo`;
    await new Deno.Command("mkfifo", { args: [path] }).output();
    {
      await using file = await ReadyFile.prepare(path);
      await file.write("lost");
      using reader = await Deno.open(path, { read: true, write: true });
      await file.write("{}");
      const bytes = new Uint8Array(100);
      assertEquals(
        new TextDecoder().decode(bytes.subarray(0, await reader.read(bytes) ?? 0)),
        "{}\n",
      );
    }
    assertEquals(names(folder), ["fifo"]);
  },
});

Deno.test("`ReadyFile` names a path that cannot be used", async () => {
  await using folder = await TemporaryFolder.make();
  const failing = async (path: string) => {
    const write = async () => await (await ReadyFile.prepare(path)).write("{}");
    const error = await assertRejects(write, ChatError, `--ready-file "${path}" cannot be used: `);
    assertEquals(error.code, "bad-usage");
  };
  await failing(folder.path);
  await failing(`${folder.path}/none/ready`);
});
