/** Where the owner of a profile is found, and what may not be in that place. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectToOwner } from "../../src/control/client.ts";
import { controlPlace } from "../../src/control/place.ts";
import { locateProfile } from "../../src/config/paths.ts";
import { ChatError } from "../../src/errors.ts";
import { ControlFixture } from "./control_fixture.ts";

/** With it, the path of a socket is longer than any platform takes. */
const LONG_NAME = "n".repeat(64);

Deno.test("`controlPlace()` is a socket where its path fits, else a port", () => {
  const place = (length: number, os: typeof Deno.build.os) => {
    const home = `/${"h".repeat(length - "//p/control.sock".length)}`;
    return controlPlace(
      locateProfile({ os: "linux", env: () => undefined }, { home, profile: "p" }),
      os,
    )
      .kind;
  };
  assertEquals([place(107, "linux"), place(108, "linux")], ["socket", "loopback"]);
  assertEquals([place(103, "darwin"), place(104, "darwin")], ["socket", "loopback"]);
  assertEquals(place(50, "windows"), "loopback");
});

Deno.test("`connectToOwner()` finds nobody where nobody ever was", async () => {
  for (const name of ["default", LONG_NAME]) {
    await using owner = await ControlFixture.make({}, name);
    assertEquals(await connectToOwner(owner.profile), undefined);
  }
});

Deno.test("what a killed owner left behind is nobody, and the next owner replaces it", async () => {
  for (const name of ["default", LONG_NAME]) {
    await using owner = await ControlFixture.make({}, name);
    const script = `
      import { serveControl } from "${import.meta.resolve("../../src/control/server.ts")}";
      await serveControl({ profile: ${JSON.stringify(owner.profile)}, node: {}, onTrouble() {} });
      Deno.kill(Deno.pid, "SIGKILL");`;
    const { signal } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", script],
      cwd: new URL("../..", import.meta.url),
    }).output();
    assertEquals(signal, "SIGKILL");
    const left = owner.place.kind === "socket" ? owner.place.path : owner.place.note;
    assert(await Deno.lstat(left));
    assertEquals(await connectToOwner(owner.profile), undefined);
    const server = await owner.serve();
    assertEquals((await owner.connect()).name, owner.node.name);
    await server[Symbol.asyncDispose]();
    await assertRejects(() => Deno.lstat(left), Deno.errors.NotFound);
  }
});

Deno.test("what is no socket, or a symbolic link, is neither used nor replaced", async () => {
  await using real = await ControlFixture.serve();
  for (const make of [link, file, folder]) {
    await using owner = await ControlFixture.make();
    const { controlSocket } = owner.profile;
    await make(real.profile.controlSocket, controlSocket);
    const before = await Deno.lstat(controlSocket);
    for (const attempt of [() => owner.serve(), () => connectToOwner(owner.profile)]) {
      const error = await assertRejects(attempt, ChatError, "is in its place");
      assertEquals(error.code, "profile-unusable");
    }
    assertEquals((await Deno.lstat(controlSocket)).ino, before.ino);
  }
});

const link = (target: string, path: string) => Deno.symlink(target, path);
const file = (_: string, path: string) => Deno.writeTextFile(path, "mine");
const folder = (_: string, path: string) => Deno.mkdir(path);

Deno.test("where no socket fits, a port is used, with a token that others cannot read", async () => {
  await using owner = await ControlFixture.serve({}, LONG_NAME);
  const { controlNote } = owner.profile;
  assertEquals(((await Deno.stat(controlNote)).mode ?? 0) & 0o777, 0o600);
  assertEquals(await (await owner.connect()).counts(), { waiting: 0, unread: 0 });

  const note = JSON.parse(await Deno.readTextFile(controlNote));
  for (const token of ["", "0".repeat(64), `${note.token}0`, note.token.slice(1)]) {
    await Deno.writeTextFile(controlNote, JSON.stringify({ ...note, token }));
    await assertRejects(() => connectToOwner(owner.profile), ChatError, "the token");
  }
  assertEquals(owner.troubles.length, 4);
  for (
    const senseless of ["", "{}", "7", '{"port":70000,"token":"x"}', '{"port":"7","token":"x"}']
  ) {
    await Deno.writeTextFile(controlNote, senseless);
    await assertRejects(() => connectToOwner(owner.profile), ChatError, "it makes no sense");
  }
});
