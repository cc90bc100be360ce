/** Profiles that cannot be used as they are: a wrong configuration, key or folder. */
import { assert, assertEquals } from "@std/assert";
import { BINARY, Home, listen, LOOPBACK } from "./program.ts";
import { assertRefusal, type Refusal } from "./refusal.ts";

/** A profile that was in use before: with a key and a database. */
async function usedHome(): Promise<Home> {
  const home = await Home.make();
  const { node } = await home.listen();
  node.kill("SIGTERM");
  assertEquals((await node.finished()).code, 0);
  return home;
}

const CONFIGURATIONS: readonly (Refusal & { readonly content: string })[] = [
  { content: `{"port": 70000}`, code: 2, error: /config\.json: port .*70000/, hint: /unset port/ },
  { content: `{"prot": 7000}`, code: 2, error: /config\.json: .*"prot"/, hint: /"port"\?$/ },
  { content: `{"port": 7000,}`, code: 2, error: /config\.json:1:15: expected/, hint: /JSON/ },
  { content: `[7000]`, code: 2, error: /config\.json: .*\[7000\]/, hint: /"port": 7000/ },
  {
    content: `{"mandatory": ["red"]}`,
    code: 2,
    error: /config\.json: mandatory: address "red" has no port/,
    hint: /host/,
  },
];

Deno.test("a wrong configuration file is named, with the place and the value", async () => {
  await using home = await Home.make();
  await Promise.all(CONFIGURATIONS.map(async ({ content, ...refusal }, at) => {
    const folder = `${home.path}/p${at}`;
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/config.json`, content);
    assertRefusal(await home.run(["listen", "--profile", `p${at}`, ...LOOPBACK]), refusal);
    assertEquals(await Deno.readTextFile(`${folder}/config.json`), content);
  }));
});

Deno.test("a damaged key is an error for every command, and never replaced", async () => {
  await using home = await usedHome();
  const key = `${home.profile}/identity.key`;
  await Deno.writeTextFile(key, "damaged");
  const refusal = { code: 1, error: /identity\.key" has 7 bytes/, hint: /restore it/ };
  for (const args of [["listen"], ["send", "127.0.0.1:7000", "hello"], ["id"], ["history"]]) {
    assertRefusal(await home.run(args), refusal);
  }
  const [line] = (await home.run(listen())).events;
  assert(line?.event === "error" && line.code === "key-damaged", JSON.stringify(line));
  assertEquals(await Deno.readTextFile(key), "damaged");
});

Deno.test({
  name: "a key that others can read is not used",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using home = await usedHome();
    await Deno.chmod(`${home.profile}/identity.key`, 0o644);
    assertRefusal(await home.run(["listen", ...LOOPBACK]), {
      code: 1,
      error: /identity\.key" can be read by other users \(mode 644\)/,
      hint: /chmod 600 .*identity\.key/,
    });
  },
});

Deno.test("a file where the home folder should be is named", async () => {
  await using home = await Home.make();
  await Deno.writeTextFile(`${home.path}/file`, "no folder");
  for (const args of [["listen", ...LOOPBACK], ["id"], ["config", "set", "port", "7001"]]) {
    assertRefusal(await home.run([...args, "--home", `${home.path}/file`]), {
      code: 1,
      error: /\/file\/default" cannot be used: Not a directory$/,
      hint: /--home DIR/,
    });
  }
});

Deno.test({
  name: "a home folder that cannot be made is named",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using home = await Home.make();
    // As one on a disk that is not mounted.
    await Deno.symlink(`${home.path}/gone`, `${home.path}/link`);
    for (const args of [["listen", ...LOOPBACK], ["send", "127.0.0.1:7000", "hello"]]) {
      assertRefusal(await home.run([...args, "--home", `${home.path}/link`]), {
        code: 1,
        error: /\/link\/default" cannot be used: /,
        hint: /--home DIR/,
      });
    }
  },
});

Deno.test({
  name: "without any home folder the program says which variable is missing",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using home = await Home.make();
    const env = {
      P2P_CHAT_HOME: undefined,
      XDG_DATA_HOME: undefined,
      HOME: undefined,
      DENO_DIR: await cacheFolder(),
    };
    assertRefusal(await home.run(["listen", ...LOOPBACK], { env }), {
      code: 1,
      error: /HOME is not set/,
      hint: /P2P_CHAT_HOME=DIR/,
    });
  },
});

/** Deno finds its cache by HOME, too, unless it is told. */
async function cacheFolder(): Promise<string | undefined> {
  if (BINARY !== undefined) return undefined;
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { denoDir }: { denoDir: string } = JSON.parse(new TextDecoder().decode(stdout));
  return denoDir;
}
