/**
 * `contact`: what this person has decided about peers: what to call them, a note, that their fingerprint
 * was compared, that they are kept out.
 *
 * - alone, or as `list`, and `export`, it reads the database beside whoever owns the profile
 * - everything else works through the node that runs, so that it takes effect there at once; where none
 *   does, it takes the profile for a moment and starts no node
 *
 * Exit code: 0 also where there was nothing to change; 4 for a PEER that nobody or several fit; 5 where
 * a fingerprint differs; `verify` 1 where the person says so; `import` 1 if a contact was skipped because
 * its alias is taken.
 */
import { merge, object, or } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { command, constant, option } from "@optique/core/primitives";
import type { Command } from "./command.ts";
import {
  anyText,
  jsonOption,
  optionalArgument,
  PEER_DESCRIPTION,
  type ProfileOptions,
  profileOptions,
  requiredArgument,
} from "./options.ts";

export type ContactOptions =
  | (ProfileOptions & { readonly action: "list" | "export" })
  | ChangeOptions
  | VerifyOptions
  | ImportOptions;

/** What one word on the command line changes. */
export type ChangeOptions =
  & ProfileOptions
  & { readonly peer: string }
  & (
    | {
      readonly action: "add";
      readonly alias?: string | undefined;
      readonly note?: string | undefined;
    }
    /** Empty: none any more. */
    | { readonly action: "alias"; readonly alias: string }
    | { readonly action: "note"; readonly note: string }
    | { readonly action: "block" | "unblock" | "remove" }
  );

export interface VerifyOptions extends ProfileOptions {
  readonly action: "verify";
  readonly peer: string;
  /** What the other side says its fingerprint is; without it a person is asked. */
  readonly fingerprint?: string | undefined;
  readonly undo: boolean;
}

export interface ImportOptions extends ProfileOptions {
  readonly action: "import";
  /** Undefined or `-`: standard input. */
  readonly file?: string | undefined;
}

const peer = () => requiredArgument(anyText("PEER"), PEER_DESCRIPTION);

const list = merge(object({ action: constant("list"), json: jsonOption }), profileOptions);

const add = merge(
  object({
    action: constant("add"),
    peer: peer(),
    alias: optional(
      option("--alias", anyText("ALIAS"), {
        description: message`What to call it; wins over the names that peers give themselves.`,
      }),
    ),
    note: optional(
      option("--note", anyText("TEXT"), { description: message`At most 500 characters.` }),
    ),
    json: jsonOption,
  }),
  profileOptions,
);

const alias = merge(
  object({
    action: constant("alias"),
    peer: peer(),
    alias: requiredArgument(anyText("ALIAS"), 'What to call it from now on; "" for none.'),
    json: jsonOption,
  }),
  profileOptions,
);

const note = merge(
  object({
    action: constant("note"),
    peer: peer(),
    note: requiredArgument(anyText("TEXT"), 'At most 500 characters; "" for none.'),
    json: jsonOption,
  }),
  profileOptions,
);

const verify = merge(
  object({
    action: constant("verify"),
    peer: peer(),
    fingerprint: optional(
      option("--fingerprint", anyText("DIGITS"), {
        description: message`${
          text(
            "Ask nobody: compare with these 60 digits, which the other side sent some safe way. " +
              "Exit code 5: they differ.",
          )
        }`,
      }),
    ),
    undo: option("--undo", { description: message`It is not verified any more.` }),
    json: jsonOption,
  }),
  profileOptions,
);

/** @param action a change that needs no more than PEER */
function plain<const Action extends "block" | "unblock" | "remove">(action: Action) {
  return merge(
    object({ action: constant(action), peer: peer(), json: jsonOption }),
    profileOptions,
  );
}

const exporting = merge(object({ action: constant("export") }), profileOptions);

const importing = merge(
  object({
    action: constant("import"),
    file: optionalArgument(anyText("FILE"), "What `contact export` wrote; else standard input."),
    json: jsonOption,
  }),
  profileOptions,
);

export const contact: Command<ContactOptions> = {
  name: "contact",
  summary: "Give peers an alias, verify them, block them.",
  examples: [
    "p2p-chat contact",
    "p2p-chat contact list --json",
    'p2p-chat contact add 12D3KooW... --alias anna --note "from the office"',
    "p2p-chat contact alias anna annie",
    'p2p-chat contact note anna "moved to Bern"',
    "p2p-chat contact verify anna",
    "p2p-chat contact block anna",
    "p2p-chat contact unblock anna",
    "p2p-chat contact remove anna",
    "p2p-chat contact export > contacts.json",
    "p2p-chat contact import contacts.json",
  ],
  // Of alternatives, none fits where nothing at all is written.
  parser: withDefault(
    or(
      action("list", "Show all contacts, as without a word.", list),
      action("add", "Make a peer a contact.", add),
      action("alias", "Give a contact another alias.", alias),
      action("note", "Write a note on a contact.", note),
      action("verify", "Compare fingerprints, to know that nobody sits in between.", verify),
      action("block", "Refuse a peer: it cannot connect, and is not dialled.", plain("block")),
      action("unblock", "Allow a peer again.", plain("unblock")),
      or(
        action("remove", "Forget a contact and its addresses; the history stays.", plain("remove")),
        action("export", "Print all contacts as JSON.", exporting),
        action("import", "Add contacts from JSON; import only what you trust.", importing),
        list,
      ),
    ),
    { action: "list" },
  ),

  async run(options, context) {
    switch (options.action) {
      case "list":
        return await (await import("./contact/list.ts")).listContacts(options, context);
      case "export":
        return await (await import("./contact/export.ts")).exportContacts(options, context);
      case "import":
        return await (await import("./contact/import.ts")).importContacts(options, context);
      case "verify":
        return await (await import("./contact/verify.ts")).verifyContact(options, context);
      default:
        return await (await import("./contact/change.ts")).changeContact(options, context);
    }
  },
};

function action<Options, State>(
  name: ContactOptions["action"],
  description: string,
  parser: Parser<"sync", Options, State>,
) {
  const sentence = message`${text(description)}`;
  return command(name, parser, { brief: sentence, description: sentence });
}
