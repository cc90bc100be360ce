/**
 * The program as `main.ts` runs it, with a mouth: each line of standard input (`Speech`, as JSON) is
 * a message that its node sends. So a test can make a peer send while it listens.
 */
import { Interruptions } from "../../src/commands/interruption.ts";
import { runProgram } from "../../src/commands/program.ts";
import { type ChatNode, startNode } from "../../src/node/mod.ts";
import { openTerminal } from "../../src/terminal/real_terminal.ts";

/** A message to send. */
export interface Speech {
  /** A PEER argument. */
  readonly to: string;
  readonly text: string;
}

if (import.meta.main) {
  const terminal = openTerminal();
  using interruptions = new Interruptions(() => Deno.exit(130));
  const { signal } = interruptions;

  const sayAll = async (node: ChatNode) => {
    for await (const line of terminal.lines({ signal })) {
      const { to, text }: Speech = JSON.parse(line);
      await node.send(node.resolve(to), text);
    }
  };
  const code = await runProgram(Deno.args, {
    terminal,
    env: (name) => Deno.env.get(name),
    signal,
    now: Date.now,
    async startNode(init) {
      const node = await startNode(init);
      sayAll(node).catch((error) => interruptions.interrupt(error));
      return node;
    },
  });
  await terminal.flush();
  Deno.exit(code);
}
