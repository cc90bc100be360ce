/**
 * `demo`: a guided, automatic run of three peers on this machine, with a verdict at the end. Its
 * peers are processes of their own with profiles that are removed afterwards; no profile of a person
 * is touched.
 *
 * Exit code: 0 only if every message arrived, once and in order.
 */
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { option } from "@optique/core/primitives";
import { ChatError } from "../errors.ts";
import type { Command, ReportOptions } from "./command.ts";

export const demo: Command<ReportOptions> = {
  name: "demo",
  summary: "Run three peers on this machine and show what they can do.",
  examples: ["deno task demo"],
  parser: object({
    verbose: option("--verbose", { description: message`Show the causes of errors.` }),
  }),

  async run(_options, context) {
    const { state } = await Deno.permissions.query({ name: "run", command: Deno.execPath() });
    if (state !== "granted") {
      throw new ChatError("not-supported", "demo starts other programs, which this one may not", {
        hint: "run it from a clone: deno task demo",
      });
    }
    const { playDemo } = await import("./demo/script.ts");
    return await playDemo(context);
  },
};
