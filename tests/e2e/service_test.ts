/** `listen` as a service, with real processes: `--exec`, SIGHUP, readiness, its end. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { MessageLine } from "../../src/commands/ndjson.ts";
import { Scripts } from "../commands/exec/scripts.ts";
import { TmuxScreen } from "../terminal/tmux_screen.ts";
import { orderMessages } from "./ledger.ts";
import { notice, peerDown, peerUp, read, ready } from "./lines.ts";
import {
  BINARY,
  commandLine,
  demoPeer,
  freePort,
  Home,
  listen,
  LOOPBACK,
  type Running,
} from "./program.ts";

const ignore = Deno.build.os === "windows";
/** The binary has no permission to run programs; from sources it can be given. */
const ignoreExec = ignore || BINARY !== undefined;
const UNIT = new URL("../../examples/p2p-chat.service", import.meta.url);

function texts({ events }: Running): string[] {
  return events.filter((line): line is MessageLine => line.event === "message")
    .map(({ text }) => text);
}

/** A service that runs `program` for each message, and a peer that is connected to it. */
async function serve(red: Home, green: Home, program: string, ...args: string[]) {
  const port = freePort();
  const service = red.start([...listen(port), "--exec", program, ...args], { task: "start:exec" });
  const { peerId } = await service.find(ready);
  const to = `127.0.0.1:${port}`;
  const sender = green.start([...demoPeer(), "--mandatory", to]);
  await sender.find(peerUp(peerId));
  return { service, sender, to };
}

/** Resolves when the programs have noted so many lines. */
async function noted(scripts: Scripts, count: number): Promise<string[]> {
  for (;;) {
    const lines = await scripts.noted();
    if (lines.length >= count) return lines;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function stop(running: Running): Promise<number> {
  running.kill("SIGTERM");
  return (await running.finished()).code;
}

Deno.test("`listen --exec` says before anything starts that it may not run programs", async () => {
  await using home = await Home.make();
  const { code, err } = await home.run(["listen", "--exec", "./on-message.sh", ...LOOPBACK]);
  assertEquals(code, 1);
  assertMatch(
    err[0] ?? "",
    /"\.\/on-message\.sh": this p2p-chat has no permission to run programs/,
  );
  assertMatch(err[1] ?? "", /^hint: .*deno task (compile|start):exec/);
  assertEquals([...Deno.readDirSync(home.path)], []);
});

Deno.test({
  name: "`listen --exec` runs once for each of 1,000 messages, in order, while they pile up",
  ignore: ignoreExec,
  async fn() {
    await using scripts = await Scripts.make();
    await using red = await Home.make();
    await using green = await Home.make();
    // It waits for all of them before it takes the second.
    const program = await scripts.write(
      'echo "$P2P_CHAT_TEXT" >> "$NOTES"; until [ -e "$NOTES.go" ]; do sleep 0.05; done',
    );
    const { service, sender, to } = await serve(red, green, program);
    await orderMessages(sender, to, "work", 1_000);
    await service.until(() => texts(service).length === 1_000);
    assertEquals((await scripts.noted()).length, 1);
    await Deno.writeTextFile(`${scripts.notes}.go`, "");
    const expected = Array.from({ length: 1_000 }, (_, index) => `work, ${index + 1} of 1000`);
    assertEquals(await noted(scripts, 1_000), expected);
    assertEquals(await stop(service), 0);

    // Nothing is left for the next run.
    const next = red.start(listen());
    await next.find(ready);
    await stop(next);
    assertEquals(texts(next), []);
  },
});

Deno.test({
  name:
    "`listen --exec` tries at the next start, and once, what failed, hung, or was ended with it",
  ignore: ignoreExec,
  async fn() {
    await using scripts = await Scripts.make();
    await using red = await Home.make();
    await using green = await Home.make();
    const program = await scripts.write(`
      echo "$P2P_CHAT_TEXT" >> "$NOTES"
      case "$P2P_CHAT_TEXT" in
        *"1 of 4") exit 3;;
        *"2 of 4") exec sleep 300;;
        *"4 of 4") [ -e "$NOTES.second" ] || { trap '' TERM; sleep 300; };;
      esac`);
    const { service, sender, to } = await serve(red, green, program, "--exec-timeout", "3s");
    await orderMessages(sender, to, "task", 4);
    await noted(scripts, 4);
    assertEquals(await stop(service), 0);
    const { err } = await service.finished();
    assertEquals(err.map((line) => /from \w+: (.*); it stays unread/.exec(line)?.[1]), [
      ...err.slice(0, -3).map(() => undefined),
      "it ended with exit code 3",
      "it was ended after 3 s",
      "it was ended together with this node",
    ]);

    await Deno.writeTextFile(`${scripts.notes}.second`, "");
    const next = red.start([...listen(), "--exec", program, "--exec-timeout", "1s"], {
      task: "start:exec",
    });
    const again = ["task, 1 of 4", "task, 2 of 4", "task, 4 of 4"];
    assertEquals((await noted(scripts, 7)).slice(4), again);
    await next.said(/it was ended after 1 s/);
    await stop(next);
    assertEquals((await scripts.noted()).slice(4), again);
  },
});

Deno.test({
  name: "a program of `--exec` answers through the node that runs it",
  ignore: ignoreExec,
  async fn() {
    await using scripts = await Scripts.make();
    await using red = await Home.make();
    await using green = await Home.make();
    const main = new URL("../../main.ts", import.meta.url).pathname;
    const program = await scripts.write(
      `'${Deno.execPath()}' run --quiet -A '${main}' send "$P2P_CHAT_PEER_ID" -- "$P2P_CHAT_TEXT too"`,
    );
    const { sender, to } = await serve(red, green, program);
    await orderMessages(sender, to, '"$(me)"', 1);
    await sender.until(() => texts(sender).includes('"$(me)", 1 of 1 too'));
    // The program has ended, and counts as the reader.
    await sender.find(read);
  },
});

Deno.test({
  name: "`listen` without a terminal reads its settings again at SIGHUP",
  ignore,
  async fn() {
    await using red = await Home.make();
    await using green = await Home.make();
    const peer = await green.listen(["--name", "green"]);
    const { node } = await red.listen(["--name", "red"]);
    const reload = async (config: string) => {
      await Deno.writeTextFile(`${red.profile}/config.json`, config);
      const before = node.events.filter(notice).length;
      node.kill("SIGHUP");
      await node.until(() => node.events.filter(notice).length > before);
      return node.events.filter((line) => line.event === "notice").at(-1)?.message ?? "";
    };
    assertMatch(await reload("{"), /the settings stay as they were: .*config\.json:1:/);
    assertMatch(
      await reload(`{"mandatory":["127.0.0.1:${peer.port}"],"logLevel":"info","port":7001}`),
      /^settings read again: mandatory is now 127\.0\.0\.1:\d+; logLevel is now "info"$/,
    );
    await node.find(peerUp(peer.peerId));
    assertEquals(await stop(node), 0);
  },
});

Deno.test({
  name: "`listen` on a terminal says goodbye and ends with 0 at SIGHUP",
  ignore: ignore || !await TmuxScreen.available(),
  async fn() {
    await using red = await Home.make();
    await using green = await Home.make();
    const peer = await green.listen();
    const code = `${red.path}/code`;
    // Only standard error is the terminal.
    const line = `${[...commandLine(listen()), "--mandatory", `127.0.0.1:${peer.port}`].join(" ")}`;
    await using _screen = await TmuxScreen.open({
      command: [
        "sh",
        "-c",
        `P2P_CHAT_HOME=${red.path} ${line} </dev/null >/dev/null; echo $? > ${code}`,
      ],
    });
    const here = await peer.node.find((line) => line.event === "peer-up" ? line : undefined);
    const { pid } = JSON.parse(await Deno.readTextFile(`${red.profile}/holder.json`));
    Deno.kill(pid, "SIGHUP");
    assertEquals((await peer.node.find(peerDown(here.peerId))).departure, "goodbye");
    let written = "";
    while (written === "") written = await Deno.readTextFile(code).catch(() => "");
    assertEquals(written.trim(), "0");
  },
});

Deno.test({
  name: "the unit for systemd waits until the node listens, and not for one that ended",
  ignore,
  async fn() {
    await using home = await Home.make();
    const unit = await Deno.readTextFile(UNIT);
    const [, options = ""] = /^ExecStart=\S+ (.*)$/m.exec(unit) ?? [];
    const [, script = ""] = /^ExecStartPost=\/bin\/sh -c '(.*)'$/m.exec(unit) ?? [];
    assert(options.includes("%t/p2p-chat/ready") && script.includes("$$MAINPID"));
    const args = options.replace("%t/p2p-chat", home.path).split(" ");
    const wait = (pid: number) =>
      new Deno.Command("/bin/sh", {
        args: ["-c", script.replaceAll("$$", "$")],
        env: { RUNTIME_DIRECTORY: home.path, MAINPID: `${pid}` },
        stderr: "null",
      }).output();
    const node = home.start([...args, "--port", "0", ...LOOPBACK]);
    assertEquals((await wait(node.pid)).code, 0);
    const line = JSON.parse(await Deno.readTextFile(`${home.path}/ready`));
    assertEquals((await home.run(["peers", "--json"])).code, 0);
    (await Deno.connect({ port: line.port })).close();
    assertEquals(await stop(node), 0);
    assertEquals((await wait(node.pid)).code, 1);
  },
});

Deno.test({
  name: "`listen --ready-file` tells a pipe that it was given, as s6 wants it",
  ignore,
  async fn() {
    await using home = await Home.make();
    const told = `${home.path}/told`;
    const node = home.start([...listen(), "--ready-file", "/dev/fd/3"], {
      through: ["sh", "-c", `{ "$@" 3>&1 >&4 | cat > '${told}'; } 4>&1`, "sh"],
    });
    await node.find(ready);
    let line = "";
    while (line === "") line = await Deno.readTextFile(told).catch(() => "");
    assertEquals(JSON.parse(line).event, "ready");
    await node.closeInput();
    const { pid } = JSON.parse(await Deno.readTextFile(`${home.profile}/holder.json`));
    Deno.kill(pid, "SIGTERM");
    await node.finished();
  },
});
