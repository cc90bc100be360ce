/** The scripts of `examples/`, run by a shell with the real program in PATH. */
import { assertEquals, assertMatch } from "@std/assert";
import { orderMessages } from "./ledger.ts";
import { arrived, peerUp, read, ready } from "./lines.ts";
import { BINARY, commandLine, demoPeer, Home, LOOPBACK } from "./program.ts";

const ignore = Deno.build.os === "windows";
/** The binary has no permission to run programs; from sources it can be given. */
const ignoreExec = ignore || BINARY !== undefined;

/** A script of `examples/`, in a process group of its own. */
class Example implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  static async start(home: Home, script: string, ...args: string[]): Promise<Example> {
    const path = new URL(`../../examples/${script}`, import.meta.url).pathname;
    const child = new Deno.Command(path, {
      args,
      env: await Example.environment(home),
      detached: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Example(child);
  }

  /** One in which `p2p-chat` is the program under test, with the profile of `home`. */
  static async environment(home: Home): Promise<Record<string, string>> {
    const words = commandLine([]).map((word) => `'${word}'`).join(" ");
    const program = `${home.path}/bin/p2p-chat`;
    await Deno.mkdir(`${home.path}/bin`, { recursive: true });
    await Deno.writeTextFile(program, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
    return { P2P_CHAT_HOME: home.path, PATH: `${home.path}/bin:${Deno.env.get("PATH")}` };
  }

  async finished(): Promise<{ code: number; out: string; err: string }> {
    const { code, stdout, stderr } = await this.#child.output();
    const decoder = new TextDecoder();
    return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
  }

  /** Stops all of it, as Ctrl-C does. */
  async [Symbol.asyncDispose](): Promise<void> {
    Deno.kill(-this.#child.pid, "SIGINT");
    await this.#child.stdout.cancel();
    await this.#child.stderr.cancel();
    await this.#child.status;
  }
}

/** A node that runs, and a peer that is connected to it. */
async function pair(bot: Home, friend: Home) {
  const { peerId, port } = await bot.listen(["--quiet"]);
  const to = `127.0.0.1:${port}`;
  const peer = friend.start([...demoPeer(), "--mandatory", to]);
  const friendId = (await peer.find(ready)).peerId;
  await peer.find(peerUp(peerId));
  return { peer, friendId, to };
}

Deno.test({
  name: "`examples/echo-bot.sh` sends back what arrives, also what came before it ran",
  ignore,
  async fn() {
    await using bot = await Home.make();
    await using friend = await Home.make();
    const { peer, friendId, to } = await pair(bot, friend);
    await orderMessages(peer, to, "early", 2);
    await using _bot = await Example.start(bot, "echo-bot.sh", friendId);
    await peer.find(arrived("echo: early, 2 of 2"));
    await orderMessages(peer, to, "late", 1);
    await peer.find(arrived("echo: late, 1 of 1"));
    const echoes = peer.events.flatMap((line) => line.event === "message" ? [line.text] : []);
    assertEquals(echoes, ["echo: early, 1 of 2", "echo: early, 2 of 2", "echo: late, 1 of 1"]);
  },
});

Deno.test({
  name: "`examples/build-notifier.sh` tells how a command ended, and ends with its exit code",
  ignore,
  async fn() {
    await using bot = await Home.make();
    await using friend = await Home.make();
    const { peer, friendId } = await pair(bot, friend);
    const good = await Example.start(bot, "build-notifier.sh", friendId, "echo", "built");
    const ended = await good.finished();
    assertEquals([ended.code, ended.out], [0, "built\n"], ended.err);
    assertMatch(ended.err, /^delivered to /m);
    const failing = ["sh", "-c", "exit 7"];
    const bad = await Example.start(bot, "build-notifier.sh", friendId, ...failing);
    assertEquals((await bad.finished()).code, 7);
    const texts = peer.events.flatMap((line) => line.event === "message" ? [line.text] : []);
    assertMatch(texts[0] ?? "", /^done in \d+ s: echo built$/);
    assertMatch(texts[1] ?? "", /^FAILED with exit code 7 after \d+ s: sh -c exit 7$/);
  },
});

Deno.test({
  name: "`examples/on-message.sh` answers everybody, run by `listen --exec`",
  ignore: ignoreExec,
  async fn() {
    await using bot = await Home.make();
    await using friend = await Home.make();
    const env = await Example.environment(bot);
    const script = new URL("../../examples/on-message.sh", import.meta.url).pathname;
    const node = bot.start(
      ["listen", "--json", "--port", "0", "--exec", script, ...LOOPBACK],
      { task: "start:exec", env },
    );
    const { port } = await node.find(ready);
    const peer = friend.start([...demoPeer(), "--mandatory", `127.0.0.1:${port}`]);
    await orderMessages(peer, `127.0.0.1:${port}`, "$(reboot) `reboot` \"'", 1);
    await peer.find(arrived("echo: $(reboot) `reboot` \"', 1 of 1"));
    // The script has ended, and counts as the reader.
    await peer.find(read);
  },
});
