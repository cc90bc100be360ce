/**
 * Completion in real shells, each in a terminal of its own, as a person sees it: a line is typed with
 * a Tab in it, and what counts is the words that the command gets. A shell that is not installed is
 * skipped, and says so.
 */
import { assertEquals } from "@std/assert";
import { openHistory } from "../../src/history/mod.ts";
import { BINARY, Home } from "./program.ts";

const PATIENCE_MS = 120_000;
const PROMPT = "READY>";

const SHELLS: Readonly<Record<string, readonly [command: string, ...setup: string[]]>> = {
  bash: [
    "bash --norc --noprofile -i",
    `PS1='${PROMPT}'`,
    "bind 'set enable-bracketed-paste off'",
    'eval "$(p2p-chat completion bash)"',
  ],
  zsh: [
    "zsh -f -i",
    `PS1='${PROMPT}'`,
    "autoload -Uz compinit; compinit -u -D",
    'eval "$(p2p-chat completion zsh)"',
  ],
  fish: [
    "fish --no-config -i",
    `function fish_prompt; printf '${PROMPT}'; end`,
    "p2p-chat completion fish | source",
  ],
};

/** What is typed, `⇥` for Tab, and the words that the command gets. */
const CASES: readonly (readonly [typed: string, ...words: string[]])[] = [
  ["his⇥", "history"],
  ["outbox canc⇥", "outbox", "cancel"],
  ["history --sea⇥x", "history", "--search", "x"],
  ["listen --log-level w⇥", "listen", "--log-level", "warning"],
  ["listen --log-level=w⇥", "listen", "--log-level=warning"],
  ["listen --log-file chat.l⇥", "listen", "--log-file", "chat.log"],
  ["listen --log-file my⇥", "listen", "--log-file", "my log"],
  ["listen --log-file my\\ ⇥", "listen", "--log-file", "my log"],
  ["id --home bi⇥", "id", "--home", "bin"],
  ["config set logL⇥debug", "config", "set", "logLevel", "debug"],
  ["id --profile wo⇥", "id", "--profile", "work"],
  ["send bo⇥hello", "send", "bob", "hello"],
  ["send an⇥hello", "send", "ann lee", "hello"],
  ["send ann\\ l⇥hello", "send", "ann lee", "hello"],
  ['send "an⇥', "send", "ann lee"],
  ["send 'an⇥", "send", "ann lee"],
  ["connect --profile work ca⇥", "connect", "--profile", "work", "carol"],
  ["help sta⇥", "help", "states"],
  ["completion power⇥", "completion", "powershell"],
];

/** The library completes files after `=` in bash alone; elsewhere nothing is offered there. */
const BASH_CASES: typeof CASES = [["listen --log-file=my⇥", "listen", "--log-file=my log"]];

/** A machine with a program that completes for real, and otherwise prints the words that it got. */
async function machine(): Promise<Home> {
  const home = await Home.make();
  const file = (path: string) => new URL(path, import.meta.url).pathname;
  const program = BINARY === undefined
    ? `'${Deno.execPath()}' run --quiet --no-lock --no-check --allow-all ` +
      `--config '${file("../../deno.json")}' '${file("../../main.ts")}'`
    : `'${await Deno.realPath(BINARY)}'`;
  await Deno.mkdir(`${home.path}/bin`);
  await Deno.writeTextFile(
    `${home.path}/bin/p2p-chat`,
    `#!/bin/sh
if [ "$1" = completion ] && [ $# -gt 1 ] && [ "$2" != powershell ]; then exec ${program} "$@"; fi
printf '\\nWORDS'; printf '|%s' "$@"; printf '|END\\n'
`,
    { mode: 0o755 },
  );
  for (const name of ["chat.log", "my log"]) await Deno.writeTextFile(`${home.path}/${name}`, "");
  await remember(home, "default", ["ann lee", "bob", "$(touch owned)", "--json"]);
  await remember(home, "work", ["carol"]);
  return home;
}

/** A profile that remembers peers with these names. */
async function remember(home: Home, profile: string, names: readonly string[]): Promise<void> {
  const { code, events: [identity] } = await home.run(["id", "--json", "--profile", profile]);
  assertEquals([code, identity?.event], [0, "identity"]);
  if (identity?.event !== "identity") return;
  using history = openHistory(`${home.path}/${profile}/chat.db`, identity.peerId, 0);
  for (const [index, name] of names.entries()) {
    const peerId = `12D3KooW${profile}${index}`.padEnd(52, "A");
    history.peers.remember({ peerId, name, source: "manual", seenAt: index });
  }
}

/** A shell in a pseudo-terminal. */
class Shell implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  #said = "";

  constructor(command: string, folder: string) {
    this.#child = new Deno.Command("script", {
      args: ["-qefc", command, "/dev/null"],
      cwd: folder,
      env: {
        PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
        HOME: folder,
        XDG_CONFIG_HOME: `${folder}/config`,
        P2P_CHAT_HOME: folder,
        DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
        TERM: "xterm",
        HISTFILE: "",
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async type(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  /** Resolves with what `pattern` finds in what was not looked at yet. */
  async expect(pattern: RegExp): Promise<RegExpExecArray> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    try {
      for (;;) {
        const found = pattern.exec(this.#said);
        if (found !== null) {
          this.#said = this.#said.slice(found.index + found[0].length);
          return found;
        }
        const { done, value } = await this.#output.read();
        if (done) throw new Error(`the shell did not say ${pattern}, but:\n${this.#said}`);
        this.#said += value;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It ended already, which is all that is wanted here.
    }
    await this.#output.cancel();
    await this.#child.status;
    await this.#input.abort().catch(() => {}); // It may be closed.
  }
}

async function isInstalled(program: string): Promise<boolean> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    const found = await Deno.stat(`${folder}/${program}`).catch(() => undefined);
    if (found?.isFile) return true;
  }
  return false;
}

for (const [name, [command, ...setup]] of Object.entries(SHELLS)) {
  Deno.test(`\`completion ${name}\` completes what is typed in ${name}`, async () => {
    for (const program of ["script", name]) {
      if (!await isInstalled(program)) return console.log(`${program} is not installed: skipped`);
    }
    await using home = await machine();
    await using shell = new Shell(command, home.path);
    for (const line of setup) await shell.type(`${line}\r`);
    await shell.type("p2p-chat ready\r");
    await shell.expect(/WORDS\|ready\|END/);
    for (const [typed, ...words] of name === "bash" ? [...CASES, ...BASH_CASES] : CASES) {
      await shell.expect(new RegExp(PROMPT));
      await shell.type(`p2p-chat ${typed.replace("⇥", "\t")}\r`);
      const [said] = await shell.expect(/WORDS(\|[^\r\n]*)?\|END/);
      // Some shells take the slash after a folder back, some do not.
      const got = said.split("|").slice(1, -1).map((word) => word.replace(/\/$/, ""));
      assertEquals(got, words, typed);
    }
    // Where several fit, all of them are shown.
    await shell.expect(new RegExp(PROMPT));
    await shell.type("p2p-chat config \t\t");
    await shell.expect(/show[^]*unset/);
    assertEquals(await Deno.stat(`${home.path}/owned`).catch(() => "not there"), "not there");
  });
}
