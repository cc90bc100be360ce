/**
 * `config edit`. On a terminal it asks for the settings, one after the other, as the menu does, and
 * saves each answer at once. Where the program may start `$VISUAL` or `$EDITOR` (the binary may not:
 * it cannot run programs) it opens the file in that. Where there is no terminal it changes nothing and
 * says what to type instead.
 */
import { CONFIG_KEYS } from "../../config/config.ts";
import { locateProfile, type Profile } from "../../config/paths.ts";
import { openProfile } from "../../config/profile.ts";
import { ChatError } from "../../errors.ts";
import { PromptCancelled } from "../../terminal/prompts/prompter.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { createStyle } from "../../terminal/style.ts";
import type { CommandContext } from "../command.ts";
import { profileOwner } from "../doctor/profile_owner.ts";
import type { ProfileOptions } from "../options.ts";
import { editorCommand, editorLine, editWith, mayRun } from "./editor.ts";

/**
 * @throws ChatError: no terminal, or wrong settings; PromptCancelled except at the end; the signal's
 *   reason
 */
export async function editSettings(
  options: ProfileOptions,
  context: CommandContext,
): Promise<void> {
  const { terminal, env, signal } = context;
  const profile = locateProfile({ os: Deno.build.os, env }, options);
  const editor = editorCommand(env);
  if (!terminal.interactive) {
    throw new ChatError("not-supported", "config edit needs a terminal to ask on", {
      hint: `type p2p-chat config set KEY VALUE, or: ${editorLine(editor, profile.configFile)}`,
    });
  }
  await openProfile(profile);
  if (editor !== undefined && await mayRun(editor)) {
    if (await editWith(editor, profile, context)) await remarkOnNode(profile, context);
    else terminal.remark("unchanged");
    return;
  }
  const { openPrompter } = await import("../../terminal/prompts/open_prompter.ts");
  const { askSettings } = await import("./ask_settings.ts");
  const style = createStyle(terminal.colors);
  const prompter = openPrompter(terminal);
  const line = editorLine(editor, profile.configFile);
  prompter.note([style.dim(`To open the file in an editor instead: ${sanitise(line)}`)]);
  const saved = await takesEffect(profile);
  try {
    await askSettings({
      options,
      env,
      prompter,
      signal,
      // What this machine cannot listen on at present, a node that runs may have taken.
      probe: () => undefined,
      keys: CONFIG_KEYS,
      leave: "Done",
      saved: () => saved === undefined ? "saved" : `saved; ${saved}`,
    });
  } catch (error) {
    if (error instanceof PromptCancelled && error.kind === "end-of-input") return;
    throw error;
  }
}

/** Tells on standard error who does not know yet of what was saved. */
export async function remarkOnNode(
  profile: Profile,
  { terminal }: Pick<CommandContext, "terminal">,
): Promise<void> {
  const words = await takesEffect(profile);
  if (words !== undefined) terminal.remark(`saved; ${words}`);
}

/** @returns undefined where no node runs */
async function takesEffect(profile: Profile): Promise<string | undefined> {
  const owner = await profileOwner(profile);
  return owner === undefined ? undefined : `${owner} takes it at its next start`;
}
