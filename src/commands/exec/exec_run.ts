/**
 * One run of the program of `--exec`, for one message. It is started directly, never by a shell: nothing
 * that a peer wrote can become a part of a command.
 *
 * Guarantees: it ends within its time, or is ended (SIGTERM, then SIGKILL), and with it the processes
 * that it started and that stayed in its process group; what it leaves running when it ends by itself
 * stays. Where only this one program may be run (`--allow-run=PROGRAM`), only the program itself can be
 * ended.
 */
import { systemReason } from "../../config/system_reason.ts";
import { LONGEST_TIMER_MS } from "../../deadline.ts";
import { formatDuration } from "../../terminal/duration.ts";
import type { ExecPlan } from "./exec_options.ts";
import { ExecOutput, type OutputStream } from "./exec_output.ts";

/** From SIGTERM to SIGKILL where its time is up. */
const KILL_AFTER_MS = 2_000;
/** The same where this process is ending, which has little time itself. */
const KILL_AT_STOP_MS = 200;
/** How long to read on when the program has ended and something that it started keeps the pipe. */
const LAST_WORDS_MS = 200;

/** Something that a run may be told, and what is told of it. */
export interface ExecRunOptions {
  /** This process is ending, and the program has to end with it. */
  readonly stop: AbortSignal;
  /** Takes what the program writes, a line at a time, not yet harmless. */
  readonly onLine: (line: string, stream: OutputStream) => void;
}

/**
 * @param input for its standard input
 * @param env variables beside those of this process
 * @returns undefined where it ended with 0; else what went wrong, in words
 */
export async function runForMessage(
  { program, args, timeoutMs }: Pick<ExecPlan, "program" | "args" | "timeoutMs">,
  input: string,
  env: Record<string, string>,
  { stop, onLine }: ExecRunOptions,
): Promise<string | undefined> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args: [...args],
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // A process group of its own: to be ended as a whole, and not by Ctrl-C in this terminal.
      detached: Deno.build.os !== "windows",
    }).spawn();
  } catch (error) {
    return `it could not be started: ${systemReason(error)}`;
  }
  const ending = new Ending(child);
  const timer = setTimeout(
    () => ending.begin(`it was ended after ${formatDuration(timeoutMs)}`, KILL_AFTER_MS),
    Math.min(timeoutMs, LONGEST_TIMER_MS),
  );
  const onStop = () => ending.begin("it was ended together with this node", KILL_AT_STOP_MS);
  stop.addEventListener("abort", onStop, { once: true });
  if (stop.aborted) onStop();

  const output = new ExecOutput(onLine);
  const [stdout, stderr] = [child.stdout.getReader(), child.stderr.getReader()];
  const reading = Promise.all([output.read(stdout, "stdout"), output.read(stderr, "stderr")]);
  const stdin = child.stdin.getWriter();
  // A program need not read what it is given.
  stdin.write(new TextEncoder().encode(input)).then(() => stdin.close()).catch(() => {});

  const status = await child.status;
  clearTimeout(timer);
  stop.removeEventListener("abort", onStop);
  ending.over();
  stdin.abort().catch(() => {}); // It may be closed.
  let lastWords: ReturnType<typeof setTimeout> | undefined;
  const cut = new Promise<void>((resolve) => {
    lastWords = setTimeout(resolve, LAST_WORDS_MS);
  });
  await Promise.race([reading, cut]);
  clearTimeout(lastWords);
  await Promise.all([stdout, stderr].map((reader) => reader.cancel().catch(() => {})));
  await reading;
  if (output.droppedBytes > 0) {
    onLine(`(and ${output.droppedBytes} bytes more, thrown away)`, "stderr");
  }

  if (ending.reason !== undefined) return ending.reason;
  if (status.signal !== null) return `it was killed by ${status.signal}`;
  return status.code === 0 ? undefined : `it ended with exit code ${status.code}`;
}

/** How a program is made to end. */
class Ending {
  readonly #child: Deno.ChildProcess;
  #reason: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Why it was made to end; undefined where it was not. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Asks it to end, and makes it after `killAfterMs`. The first reason stays. */
  begin(reason: string, killAfterMs: number): void {
    this.#reason ??= reason;
    this.#signal("SIGTERM");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#signal("SIGKILL"), killAfterMs);
  }

  /** The program has ended. Where it was made to, nothing of it stays behind. */
  over(): void {
    clearTimeout(this.#timer);
    if (this.#reason !== undefined) this.#signal("SIGKILL");
  }

  #signal(signal: Deno.Signal): void {
    if (Deno.build.os !== "windows") {
      try {
        return Deno.kill(-this.#child.pid, signal);
      } catch {
        // Nobody is left in the group, or this process may signal the program only.
      }
    }
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended in this moment.
    }
  }
}
