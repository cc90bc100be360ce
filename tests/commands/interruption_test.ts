import { assertEquals } from "@std/assert";
import { aborted } from "../../src/deadline.ts";
import { Interruptions } from "../../src/commands/interruption.ts";
import { moduleCommand } from "../config/run_module.ts";

/** A process that ends at the second signal, and says by what it was told to. */
const CHILD = `
  import { aborted } from ${JSON.stringify(import.meta.resolve("../../src/deadline.ts"))};
  import { Interruption, Interruptions } from ${
  JSON.stringify(import.meta.resolve("../../src/commands/interruption.ts"))
};
  const { promise: again, resolve } = Promise.withResolvers();
  using interruptions = new Interruptions(resolve);
  console.log("waiting");
  await aborted(interruptions.signal);
  const { reason } = interruptions.signal;
  console.log(reason instanceof Interruption, reason.code, reason.by);
  await again;
  console.log("again");
`;

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test({
    name: `\`Interruptions\` aborts at the first ${name}, and tells of the next signal`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using child = moduleCommand(CHILD).spawn();
      const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      assertEquals((await lines.read()).value, "waiting\n");
      child.kill(name);
      assertEquals((await lines.read()).value, `true interrupted ${name}\n`);
      child.kill("SIGINT");
      assertEquals((await lines.read()).value, "again\n");
      assertEquals(await lines.read(), { done: true, value: undefined });
      await child.stdin.close();
      await child.stderr.cancel();
      assertEquals((await child.status).code, 0);
    },
  });
}

/** A process that takes one SIGHUP for itself, and not the next. */
const TAKING = `
  import { aborted } from ${JSON.stringify(import.meta.resolve("../../src/deadline.ts"))};
  import { Interruptions } from ${
  JSON.stringify(import.meta.resolve("../../src/commands/interruption.ts"))
};
  using interruptions = new Interruptions(() => {});
  {
    const { promise, resolve } = Promise.withResolvers();
    using _hangups = interruptions.takeHangups(resolve);
    console.log("taking");
    await promise;
    console.log("taken", interruptions.signal.aborted);
  }
  await aborted(interruptions.signal);
  console.log(interruptions.signal.reason.by);
`;

Deno.test({
  name: "`Interruptions.takeHangups()` keeps SIGHUP from ending the program until it is disposed",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using child = moduleCommand(TAKING).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    for (const line of ["taking\n", "taken false\n", "SIGHUP\n"]) {
      assertEquals((await lines.read()).value, line);
      if (line !== "SIGHUP\n") child.kill("SIGHUP");
    }
    assertEquals(await lines.read(), { done: true, value: undefined });
    await child.stdin.close();
    await child.stderr.cancel();
    assertEquals((await child.status).code, 0);
  },
});

Deno.test("`Interruptions` can end the program for another reason, and keeps the first", async () => {
  using interruptions = new Interruptions(() => {});
  interruptions.interrupt("first");
  interruptions.interrupt("second");
  await aborted(interruptions.signal);
  assertEquals(interruptions.signal.reason, "first");
});
