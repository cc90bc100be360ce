import { assert, assertEquals, assertThrows } from "@std/assert";
import { chooseCheck, findDamage, putAside } from "../../src/history/damaged.ts";
import { openDatabase } from "../../src/history/database.ts";
import { checkError, isDamage, storageError } from "../../src/history/storage_error.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";
import { contents, DAMAGES, leaveLog, NOON, spoilIndex, writeDatabase } from "./damaged_fixture.ts";

const MEGABYTE = 1024 * 1024;

Deno.test("findDamage() finds nothing in a sound database, also with a log, and not without one", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  assertEquals(findDamage(path), undefined);
  writeDatabase(path);
  assertEquals(findDamage(path), undefined);
  leaveLog(path);
  assertEquals(findDamage(path), undefined);
  await Deno.writeFile(path, new Uint8Array());
  await Deno.remove(`${path}-wal`);
  assertEquals(findDamage(path), undefined, "an empty file is an empty database");
});

for (const [what, damage] of DAMAGES) {
  Deno.test(`findDamage() finds ${what} and changes nothing`, async () => {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/chat.db`;
    writeDatabase(path);
    damage(path);
    const before = contents(folder.path);
    assert(findDamage(path) instanceof Error);
    const after = contents(folder.path);
    for (const name of before.keys()) assertEquals(after.get(name), before.get(name), name);
  });
}

Deno.test("findDamage() takes a log without its database for what is left of one", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  writeDatabase(path);
  leaveLog(path);
  await Deno.remove(path);
  assert(findDamage(path) instanceof Error);
});

Deno.test("findDamage() compares the indexes as well where damage was met, and once only", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  writeDatabase(path);
  await Deno.writeTextFile(`${path}.suspect`, "");
  assertEquals(findDamage(path), undefined);
  assertEquals([...contents(folder.path).keys()].includes("chat.db.suspect"), false);
  spoilIndex(path);
  assertEquals(findDamage(path), undefined, "the quick check does not see it");
  await Deno.writeTextFile(`${path}.suspect`, "");
  assert(findDamage(path) instanceof Error);
});

Deno.test("findDamage() does not take what cannot be read for damage", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  await Deno.mkdir(path);
  const error = assertThrows(() => findDamage(path));
  assertEquals(isDamage(error), false);
});

Deno.test("chooseCheck() spares only a large file that was closed in order", () => {
  const check = (megabytes: number, notClosed: boolean, marked: boolean) =>
    chooseCheck({ size: megabytes * MEGABYTE, notClosed, marked });
  assertEquals(check(256, false, false), "quick_check");
  assertEquals(check(257, false, false), undefined);
  assertEquals(check(257, true, false), "quick_check");
  assertEquals(check(257, false, true), "integrity_check");
  assertEquals(check(1, true, true), "integrity_check");
});

Deno.test("checkError() tells a page that cannot be read from one that is damaged", () => {
  const prefix = "*** in database main ***\nTree 10 page 101: ";
  const damaged = checkError(`${prefix}btreeInitPage() returns error code 11`);
  assertEquals(isDamage(damaged), true);
  const unreadable = checkError(`${prefix}unable to get the page. error code=266`);
  assertEquals(isDamage(unreadable), false);
  assert(storageError("it", unreadable).message.includes("could not be read"));
});

Deno.test("isDamage() wants the words of SQLite, not any word of damage", () => {
  assertEquals(isDamage(new URIError("URI malformed")), false);
  assertEquals(isDamage(new Error("database disk image is malformed")), true);
  assertEquals(isDamage(new Error("file is not a database")), true);
  for (
    const other of ["database or disk is full", "disk I/O error", "database is locked", "readonly"]
  ) {
    assertEquals(isDamage(new Error(other)), false, other);
  }
});

Deno.test("putAside() keeps every byte under a name that SQLite can open, and takes no name twice", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  for (const suffix of ["", "-2", "-3"]) {
    writeDatabase(path);
    leaveLog(path);
    await Deno.writeTextFile(`${path}.suspect`, "");
    const before = contents(folder.path);
    const aside = `chat.db.damaged-20261122T120000Z${suffix}`;
    assertEquals(putAside(path, NOON), `${folder.path}/${aside}`);
    const after = contents(folder.path);
    assertEquals([...after.keys()].filter((name) => !name.includes(".damaged-")), []);
    assertEquals(after.get(aside), before.get("chat.db"));
    assertEquals(after.get(`${aside}-wal`), before.get("chat.db-wal"));
  }
  const rescued = openDatabase(`${folder.path}/chat.db.damaged-20261122T120000Z-2`, NOON);
  // The last of them was only in the log.
  assertEquals(rescued.db.prepare("SELECT count(*) AS count FROM peer").get()?.count, 301);
  rescued.db.close();
});
