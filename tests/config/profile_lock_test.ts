import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";

import { locateProfile, type Profile } from "../../src/config/paths.ts";
import { openProfile } from "../../src/config/profile.ts";
import { acquireProfileLock } from "../../src/config/profile_lock.ts";
import { ChatError } from "../../src/errors.ts";
import { moduleCommand } from "./run_module.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

const NOW = new Date(2026, 10, 22, 14, 2).getTime();
const OPTIONS = { command: "send", pid: Deno.pid, now: () => NOW };

async function profileIn(folder: TemporaryFolder, profile = "red"): Promise<Profile> {
  const located = locateProfile(
    { os: Deno.build.os, env: () => undefined },
    { home: folder.path, profile },
  );
  await openProfile(located);
  return located;
}

async function inUse(profile: Profile, now = NOW): Promise<ChatError> {
  const error = await assertRejects(
    () => acquireProfileLock(profile, { ...OPTIONS, now: () => now }),
    ChatError,
  ) as ChatError;
  assertEquals(error.code, "profile-in-use");
  assertEquals(error.hint, "use another with --profile NAME, or stop that process");
  return error;
}

/**
 * A process that tries to take the profile at `NOW` with the command `listen`. Its first line is
 * `locked` or an error's message; it then lives until it is killed or its standard input ends.
 */
class Contender implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor(profile: Profile) {
    const module = import.meta.resolve("../../src/config/profile_lock.ts");
    this.#child = moduleCommand(`
      import { acquireProfileLock } from ${JSON.stringify(module)};
      try {
        using _lock = await acquireProfileLock(
          ${JSON.stringify(profile)},
          { command: "listen", pid: Deno.pid, now: () => ${NOW} },
        );
        console.log("locked");
        await Deno.stdin.read(new Uint8Array(1));
      } catch (error) {
        console.log(error.message);
      }
      Deno.exit(0);
    `).spawn();
    this.#input = this.#child.stdin.getWriter();
  }

  get pid(): number {
    return this.#child.pid;
  }

  async firstLine(): Promise<string> {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stdout.values({ preventCancel: true })) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes("\n")) break;
    }
    return text.trim();
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  /** Lets it end by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Ends its standard input; after a kill there is nobody to tell.
    await this.#input.close().catch(() => {});
    await Promise.all([
      this.#child.stdout.cancel(),
      this.#child.stderr.cancel(),
      this.#child.status,
    ]);
  }
}

Deno.test("acquireProfileLock() says who holds the profile", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await profileIn(folder);
  await using holder = new Contender(profile);
  assertEquals(await holder.firstLine(), "locked");

  const today = await inUse(profile);
  assertEquals(
    today.message,
    `profile "red" is in use by process ${holder.pid} (listen, since 14:02)`,
  );
  const tomorrow = await inUse(profile, NOW + 24 * 60 * 60 * 1000);
  assertMatch(tomorrow.message, /\(listen, since 2026-11-22 14:02\)$/);
});

Deno.test("acquireProfileLock() gives a profile to one of several processes only", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await profileIn(folder);
  await using first = new Contender(profile);
  await using second = new Contender(profile);
  await using third = new Contender(profile);
  const lines = await Promise.all([first, second, third].map((each) => each.firstLine()));
  assertEquals(lines.filter((line) => line === "locked").length, 1, lines.join("\n"));
  assertEquals(lines.filter((line) => line.includes("is in use by")).length, 2, lines.join("\n"));
});

Deno.test("acquireProfileLock() succeeds at once after kill -9 of the holder", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await profileIn(folder);
  await using holder = new Contender(profile);
  assertEquals(await holder.firstLine(), "locked");
  await holder.kill();
  assert((await Deno.stat(profile.holderFile)).isFile, "the remark outlives the process");

  using _lock = await acquireProfileLock(profile, OPTIONS);
  await using second = new Contender(profile);
  assertEquals(
    await second.firstLine(),
    `profile "red" is in use by process ${Deno.pid} (send, since 14:02)`,
  );
});

Deno.test("acquireProfileLock() succeeds after the holder let go", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await profileIn(folder);
  {
    await using holder = new Contender(profile);
    assertEquals(await holder.firstLine(), "locked");
  }
  (await acquireProfileLock(profile, OPTIONS))[Symbol.dispose]();
  await assertRejects(() => Deno.stat(profile.holderFile), Deno.errors.NotFound);
  (await acquireProfileLock(profile, OPTIONS))[Symbol.dispose]();
});

Deno.test("acquireProfileLock() keeps profiles apart", async () => {
  await using folder = await TemporaryFolder.make();
  using _red = await acquireProfileLock(await profileIn(folder, "red"), OPTIONS);
  using _blue = await acquireProfileLock(await profileIn(folder, "blue"), OPTIONS);
});

Deno.test("acquireProfileLock() does not trust the remark about the holder", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await profileIn(folder);
  const remarks = [
    "",
    "not JSON",
    "null",
    "[]",
    `{"pid":1}`,
    `{"pid":"1","command":"listen","since":0}`,
    `{"pid":1,"command":"\\u001b[2J","since":0}`,
    `{"pid":1,"command":"listen","since":1e300}`,
  ];
  // Nobody holds it: no remark keeps this process out.
  for (const remark of remarks) {
    await Deno.writeTextFile(profile.holderFile, remark);
    (await acquireProfileLock(profile, OPTIONS))[Symbol.dispose]();
  }
  await using holder = new Contender(profile);
  assertEquals(await holder.firstLine(), "locked");
  for (const remark of remarks) {
    await Deno.writeTextFile(profile.holderFile, remark);
    const { message } = await inUse(profile);
    assertEquals(message, `profile "red" is in use by another process`, remark);
  }
});

Deno.test("acquireProfileLock() works where the remark cannot be written", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await profileIn(folder);
  await Deno.mkdir(`${profile.holderFile}/in the way`, { recursive: true });
  using _lock = await acquireProfileLock(profile, OPTIONS);
});

Deno.test("acquireProfileLock() says that the folder is not there", async () => {
  const profile = locateProfile(
    { os: Deno.build.os, env: () => undefined },
    { home: "/nowhere", profile: "red" },
  );
  const error = await assertRejects(
    () => acquireProfileLock(profile, OPTIONS),
    ChatError,
  ) as ChatError;
  assertEquals(error.code, "profile-unusable");
});
