import { assertEquals, assertRejects } from "@std/assert";

import { locateProfile, type Profile } from "../../src/config/paths.ts";
import { openProfile } from "../../src/config/profile.ts";
import { ChatError } from "../../src/errors.ts";
import { runModule } from "./run_module.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

const WINDOWS = Deno.build.os === "windows";

function profileIn(home: string, profile = "red"): Profile {
  return locateProfile({ os: Deno.build.os, env: () => undefined }, { home, profile });
}

async function mode(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

async function unusable(profile: Profile): Promise<ChatError> {
  const error = await assertRejects(() => openProfile(profile), ChatError) as ChatError;
  assertEquals(error.code, "profile-unusable");
  return error;
}

Deno.test("openProfile() makes the folder and every folder above it", async () => {
  await using home = await TemporaryFolder.make();
  const profile = profileIn(`${home.path}/not/yet/there`);
  await openProfile(profile);
  await openProfile(profile);
  assertEquals((await Deno.stat(profile.folder)).isDirectory, true);
});

Deno.test({
  name: "openProfile() makes the folder 0700 whatever the umask",
  ignore: WINDOWS,
  async fn() {
    for (const umask of [0o000, 0o022, 0o377]) {
      await using home = await TemporaryFolder.make();
      const profile = profileIn(home.path);
      const { success, stderr } = await runModule(`
        import { openProfile } from ${
        JSON.stringify(import.meta.resolve("../../src/config/profile.ts"))
      };
        Deno.umask(${umask});
        await openProfile(${JSON.stringify(profile)});
      `);
      assertEquals({ success, stderr }, { success: true, stderr: "" });
      assertEquals(await mode(profile.folder), 0o700);
      assertEquals(await mode(profile.lockFile), 0o600);
    }
  },
});

Deno.test({
  name: "openProfile() takes rights away from others on a folder that exists",
  ignore: WINDOWS,
  async fn() {
    await using home = await TemporaryFolder.make();
    const profile = profileIn(home.path);
    await Deno.mkdir(profile.folder);
    await Deno.chmod(profile.folder, 0o777);
    await openProfile(profile);
    assertEquals(await mode(profile.folder), 0o700);
  },
});

Deno.test("openProfile() refuses a file where the folder should be", async () => {
  await using home = await TemporaryFolder.make();
  const profile = profileIn(home.path);
  await Deno.writeTextFile(profile.folder, "keep me");
  const error = await unusable(profile);
  assertEquals(
    error.message.startsWith(`profile folder ${JSON.stringify(profile.folder)} cannot be used: `),
    true,
  );
  assertEquals(await Deno.readTextFile(profile.folder), "keep me");
});

Deno.test("openProfile() refuses a file where a folder above should be", async () => {
  await using home = await TemporaryFolder.make();
  await Deno.writeTextFile(`${home.path}/file`, "");
  await unusable(profileIn(`${home.path}/file`));
});

Deno.test({
  name: "openProfile() refuses a place where nothing can be written",
  ignore: Deno.build.os !== "linux",
  async fn() {
    // Not even root can make a folder in /proc.
    const error = await unusable(profileIn("/proc/p2p-chat"));
    assertEquals(error.hint?.includes("--home DIR"), true);
  },
});

Deno.test("openProfile() refuses a folder in the place of the lock file", async () => {
  await using home = await TemporaryFolder.make();
  const profile = profileIn(home.path);
  await Deno.mkdir(profile.lockFile, { recursive: true });
  await unusable(profile);
});
