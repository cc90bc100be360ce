import { assert, assertEquals } from "@std/assert";
import type { Outcome } from "../../../src/commands/doctor/finding.ts";
import { checkProfile } from "../../../src/commands/doctor/profile_check.ts";
import { locateProfile } from "../../../src/config/paths.ts";
import { TemporaryFolder } from "../../config/temporary_folder.ts";

const ignore = Deno.build.os === "windows";

function check(home: string, user?: number): Promise<Outcome> {
  const profile = locateProfile({ os: Deno.build.os, env: () => undefined }, { home });
  return checkProfile({ profile }, user);
}

async function makeProfile(home: string, mode: number, files: Record<string, number>) {
  await Deno.mkdir(`${home}/default`);
  for (const [name, fileMode] of Object.entries(files)) {
    await Deno.writeTextFile(`${home}/default/${name}`, "");
    await Deno.chmod(`${home}/default/${name}`, fileMode);
  }
  await Deno.chmod(`${home}/default`, mode);
}

Deno.test("checkProfile() takes a folder that is not there for a first start, and does not make it", async () => {
  await using folder = await TemporaryFolder.make();
  const outcome = await check(`${folder.path}/home`);
  assertEquals(outcome.status, "warning");
  assertEquals(outcome.message, `${folder.path}/home/default is not there yet`);
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

Deno.test("checkProfile() names a file in the way", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/default`, "");
  assertEquals(
    (await check(folder.path)).message,
    `${folder.path}/default cannot be used: it is not a folder`,
  );
  const below = await check(`${folder.path}/default`);
  assertEquals(below.status, "bad");
  assert(below.message.endsWith("cannot be used: Not a directory"), below.message);
});

const MODES:
  readonly (readonly [number, Record<string, number>, Outcome["status"], string, string])[] = [
    [0o700, { "chat.db": 0o600, lock: 0o600 }, "ok", "DIR, readable by you alone", ""],
    [0o755, { "chat.db": 0o600 }, "warning", "other users can see into DIR", "chmod 700 DIR"],
    [
      0o700,
      { "chat.db": 0o640 },
      "warning",
      "chat.db in DIR: only the folder keeps other users out",
      "chmod 600 DIR/chat.db",
    ],
    [
      0o755,
      { a: 0o644, b: 0o644, c: 0o644, d: 0o644, e: 0o600 },
      "bad",
      "other users can read a, b, c and 1 more in DIR",
      "chmod 700 DIR",
    ],
    [0o500, {}, "bad", "you may not read and write DIR", "chmod 700 DIR"],
  ];

for (const [mode, files, status, message, hint] of MODES) {
  Deno.test({
    name: `checkProfile() says of mode ${mode.toString(8)}: ${message}`,
    ignore,
    async fn() {
      await using folder = await TemporaryFolder.make();
      await makeProfile(folder.path, mode, files);
      const outcome = await check(folder.path);
      const dir = `${folder.path}/default`;
      assertEquals(outcome.status, status);
      assertEquals(outcome.message, message.replace("DIR", dir));
      assertEquals(outcome.hint ?? "", hint.replace("DIR", dir));
      assertEquals((Deno.statSync(dir).mode ?? 0) & 0o777, mode, "it changes nothing");
    },
  });
}

Deno.test({
  name: "checkProfile() says that folder or file belong to somebody else",
  ignore,
  async fn() {
    await using folder = await TemporaryFolder.make();
    await makeProfile(folder.path, 0o700, { "chat.db": 0o600 });
    const other = (Deno.uid() ?? 0) + 1;
    const outcome = await check(folder.path, other);
    assertEquals(outcome.status, "bad");
    assertEquals(outcome.message, `${folder.path}/default belongs to another user (${other - 1})`);
    if (other !== 1) return;
    // As root, a file can be given away.
    await Deno.chown(`${folder.path}/default/chat.db`, 4711, 4711);
    assertEquals(
      (await check(folder.path)).message,
      `${folder.path}/default/chat.db belongs to another user (4711)`,
    );
  },
});
