/**
 * The options of `listen --exec`, and whether what they ask for can be done. Permission and program are
 * looked at before anything is started, and nobody is ever asked for a permission.
 */
import { message, text } from "@optique/core/message";
import { map, multiple, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { quote } from "../../config/quote.ts";
import { systemReason } from "../../config/system_reason.ts";
import { ChatError } from "../../errors.ts";
import type { CommandContext } from "../command.ts";
import { duration } from "../duration.ts";
import { anyText } from "../options.ts";

export interface ExecOptions {
  /** A path, or a name to be found in PATH. */
  readonly exec?: string | undefined;
  readonly execArg?: readonly string[] | undefined;
  /** 1 to `MAX_JOBS`. */
  readonly execJobs?: number | undefined;
  /** ms, more than 0. */
  readonly execTimeout?: number | undefined;
}

/** What to run for each message, and how. */
export interface ExecPlan {
  readonly program: string;
  /** The same for every message. */
  readonly args: readonly string[];
  /** How many may run at once; with 1 they run in the order of the messages. */
  readonly jobs: number;
  readonly timeoutMs: number;
}

/** One after the other: order is worth more than speed to most, and it is easily raised. */
const DEFAULT_JOBS = 1;
/** Each is a process with three pipes. */
const MAX_JOBS = 64;
const DEFAULT_TIMEOUT_MS = 30_000;

/** Any of the bits x of a mode. */
const EXECUTABLE = 0o111;

export function execFields() {
  return {
    exec: optional(
      option("--exec", anyText("PROGRAM"), {
        description: message`${
          text("Run it for each incoming message: JSON on stdin, fields as P2P_CHAT_...")
        }`,
      }),
    ),
    execArg: map(
      multiple(
        option("--exec-arg", anyText("ARG"), {
          description: message`${text("An argument for that program; may be repeated.")}`,
        }),
      ),
      (args) => args.length === 0 ? undefined : args,
    ),
    execJobs: optional(
      option("--exec-jobs", integer({ min: 1, max: MAX_JOBS, metavar: "N" }), {
        description: message`${text("Run up to N at once, 1 to 64 (default 1, in order).")}`,
      }),
    ),
    execTimeout: optional(
      option("--exec-timeout", duration(), {
        description: message`${text("End it after this time (default 30s).")}`,
      }),
    ),
  };
}

/**
 * @returns undefined without `--exec`
 * @throws ChatError `bad-usage` (an option without `--exec`, no such program), `not-supported` (this
 *   program may not run programs)
 */
export async function planExec(
  { exec, execArg, execJobs, execTimeout }: ExecOptions,
  { env }: Pick<CommandContext, "env">,
): Promise<ExecPlan | undefined> {
  if (exec === undefined) {
    const given = [["--exec-arg", execArg], ["--exec-jobs", execJobs], [
      "--exec-timeout",
      execTimeout,
    ]].find(([, value]) => value !== undefined);
    if (given === undefined) return undefined;
    throw new ChatError("bad-usage", `${given[0]} makes sense with --exec only`, {
      hint: "p2p-chat listen --exec ./on-message.sh",
    });
  }
  if (execTimeout === 0) {
    throw new ChatError("bad-usage", "--exec-timeout is 0: nothing could run", {
      hint: "write for instance --exec-timeout 1m",
    });
  }
  await requirePermission(exec);
  await requireProgram(exec, env);
  return {
    program: exec,
    args: execArg ?? [],
    jobs: execJobs ?? DEFAULT_JOBS,
    timeoutMs: execTimeout ?? DEFAULT_TIMEOUT_MS,
  };
}

async function requirePermission(program: string): Promise<void> {
  const { state } = program === ""
    ? { state: "granted" } // What is wrong with that comes next.
    : await Deno.permissions.query({ name: "run", command: program });
  if (state === "granted") return;
  throw new ChatError(
    "not-supported",
    `--exec ${quote(program)}: this p2p-chat has no permission to run programs`,
    {
      hint: Deno.build.standalone
        ? "use the binary that has it, p2p-chat-exec: deno task compile:exec"
        : "from a clone: deno task start:exec listen --exec PROGRAM",
    },
  );
}

/** What is missing now is a mistake; what goes missing later is logged for each message. */
async function requireProgram(program: string, env: CommandContext["env"]): Promise<void> {
  if (Deno.build.os === "windows") return; // Other rules: extensions, the current folder.
  const fail = (what: string, hint: string) => {
    throw new ChatError("bad-usage", `--exec ${quote(program)}: ${what}`, { hint });
  };
  if (program === "") fail("the program is missing", "name one: --exec ./on-message.sh");
  if (program.includes("/")) {
    const found = await Deno.stat(program).catch(systemReason);
    if (typeof found === "string") fail(found, "write the path of a program that is there");
    else if (!found.isFile) fail("it is not a file", "write the path of a program");
    else if (((found.mode ?? EXECUTABLE) & EXECUTABLE) === 0) {
      fail("it is not executable", `chmod +x ${program}`);
    }
    return;
  }
  for (const folder of (env("PATH") ?? "").split(":")) {
    const found = await Deno.stat(`${folder}/${program}`).catch(() => undefined);
    if (found?.isFile) return;
  }
  fail("no such program in PATH", `for a file in this folder write --exec ./${program}`);
}
