/**
 * The configuration file in a person's own editor. The editor gets a copy beside the file, which takes
 * the file's place only when it is right: nothing that is wrong ever counts. A wrong copy stays, and is
 * opened again the next time, so that no typing is lost.
 *
 * The command is split at spaces and started as it is, without a shell.
 */
import { readConfigFile, writeConfigFile } from "../../config/config_file.ts";
import { mergeConfig } from "../../config/merge_config.ts";
import type { Environment, Profile } from "../../config/paths.ts";
import { quote } from "../../config/quote.ts";
import { systemReason } from "../../config/system_reason.ts";
import { ChatError } from "../../errors.ts";
import type { CommandContext } from "../command.ts";

/** A program and the arguments before the file. */
export interface Editor {
  readonly program: string;
  readonly args: readonly string[];
}

/** @returns what `VISUAL`, else `EDITOR` says; undefined where neither does */
export function editorCommand(env: Environment): Editor | undefined {
  for (const variable of ["VISUAL", "EDITOR"]) {
    const [program, ...args] = env(variable)?.trim().split(/\s+/) ?? [];
    if (program) return { program, args };
  }
  return undefined;
}

/** What a person types into a shell to open the file. */
export function editorLine(editor: Editor | undefined, path: string): string {
  const { program, args } = editor ??
    { program: Deno.build.os === "windows" ? "notepad" : "nano", args: [] };
  const file = /^[\w@%+=:,./-]+$/.test(path)
    ? path
    : Deno.build.os === "windows"
    ? `"${path}"`
    : `'${path.replaceAll("'", `'\\''`)}'`;
  return [program, ...args, file].join(" ");
}

/** Whether this program was given the right to start that one. */
export async function mayRun({ program }: Editor): Promise<boolean> {
  const { state } = await Deno.permissions.query({ name: "run", command: program });
  return state === "granted";
}

/**
 * @param profile its folder is there
 * @returns whether the file is another one now
 * @throws ChatError `bad-config`, `WrongSettings`: the copy is wrong and was put aside;
 *   `not-supported`: the editor does not start, or fails; the signal's reason
 */
export async function editWith(
  editor: Editor,
  profile: Profile,
  { terminal, signal }: Pick<CommandContext, "terminal" | "signal">,
): Promise<boolean> {
  const { configFile } = profile;
  const copy = configFile.replace(/(\.json)?$/, ".edit.json");
  if (!await exists(copy)) await makeCopy(configFile, copy);
  else terminal.remark(`going on with what was put aside in ${copy}`);
  await terminal.flush();
  await start(editor, copy, signal);
  try {
    const values = await readConfigFile(copy);
    mergeConfig({
      profileName: profile.name,
      env: () => undefined,
      flags: {},
      file: { path: copy, values },
    });
  } catch (error) {
    terminal.remark(
      `nothing was changed: what you wrote is wrong, and waits in ${copy} for the next config edit`,
    );
    throw error;
  }
  return await replaceByCopy(configFile, copy);
}

async function makeCopy(configFile: string, copy: string): Promise<void> {
  try {
    await Deno.copyFile(configFile, copy);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await writeConfigFile(copy, new Map());
  }
}

/** The copy as it was typed, so that its order and its empty lines stay. */
async function replaceByCopy(configFile: string, copy: string): Promise<boolean> {
  try {
    const [before, after] = await Promise.all([read(configFile), read(copy)]);
    await Deno.rename(copy, await realPath(configFile));
    return before !== after;
  } catch (cause) {
    throw new ChatError("bad-config", `${configFile}: cannot be written: ${systemReason(cause)}`, {
      hint: `what you wrote is in ${copy}`,
      cause,
    });
  }
}

async function start({ program, args }: Editor, file: string, signal: AbortSignal): Promise<void> {
  let status: Deno.CommandStatus;
  try {
    const child = new Deno.Command(program, {
      args: [...args, file],
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
      signal,
    }).spawn();
    status = await child.status;
  } catch (cause) {
    throw new ChatError("not-supported", `${quote(program)} cannot be started`, {
      hint: "set VISUAL or EDITOR to an editor, or use p2p-chat config set",
      cause,
    });
  }
  signal.throwIfAborted();
  if (status.success) return;
  throw new ChatError("not-supported", `${quote(program)} ended with code ${status.code}`, {
    hint: `nothing was changed; what was written waits in ${file}`,
  });
}

async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return await read(path) !== undefined;
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
