/**
 * A program for the tests under a pseudo-terminal: asks one question after the other and prints the
 * answers, while its driver, on a loopback port, tells it what else to print.
 *
 * Usage: prompt_fixture.ts PORT QUESTION...
 */
import {
  openPrompter,
  openTerminal,
  PromptCancelled,
  restoreTerminal,
} from "../../src/terminal/mod.ts";

const [port, ...questions] = Deno.args;
const terminal = openTerminal();
const prompter = openPrompter(terminal);
const driver = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
await driver.write(new TextEncoder().encode(String(Deno.pid)));

const leaving = new AbortController();
const { signal } = leaving;
Deno.addSignalListener("SIGTERM", () => leaving.abort());
/** As an uncaught error would end the program: at once. */
Deno.addSignalListener("SIGUSR1", () => {
  restoreTerminal();
  Deno.exit(1);
});

/** One command a line: `print TEXT`, `burst COUNT`, `end`. */
async function obeyDriver(): Promise<void> {
  let rest = "";
  for await (const text of driver.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [command, argument = ""] = line.split(/ (.*)/);
      if (command === "print") terminal.print(argument);
      else if (command === "end") return;
      else for (let i = 1; i <= Number(argument); i++) terminal.print(`line ${i}`);
    }
  }
}

async function ask(question: string): Promise<unknown> {
  switch (question) {
    case "select":
      return await prompter.select({
        message: "What next?",
        choices: [
          { name: "Send message", value: "send", hint: "to one peer" },
          { name: "Query active peers", value: "peers" },
          { name: "漢字の選択肢", value: "wide" },
          { name: "Quit", value: "quit", number: 0 },
        ],
      }, { signal });
    case "input":
      return await prompter.input({
        message: "Text",
        default: "hello",
        validate: (text) => text === "bad" ? "that is bad" : undefined,
      }, { signal });
    default:
      return await prompter.confirm({ message: "Sure?", default: false }, { signal });
  }
}

const obeying = obeyDriver();
for (const question of questions) {
  try {
    terminal.print(`answer: ${JSON.stringify(await ask(question))}`);
  } catch (error) {
    if (signal.aborted) {
      terminal.print("goodbye");
      await terminal.flush();
      restoreTerminal();
      Deno.exit(143);
    }
    if (!(error instanceof PromptCancelled)) throw error;
    terminal.print(`cancelled: ${error.kind}`);
  }
}
terminal.print("all asked");
await obeying;
await terminal.flush();
Deno.exit(0); // a read of the keyboard may be under way and would keep the program alive
