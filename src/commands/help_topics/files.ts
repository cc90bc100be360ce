/** `help files`: the names come from where the program has them. */
import { locateProfile, type Profile } from "../../config/paths.ts";
import { SCHEMA_FILE } from "../../config/json_schema.ts";
import { commands, heading, paragraph, terms, type Topic } from "./topic.ts";

const MEANINGS: { readonly [File in Exclude<keyof Profile, "name" | "folder">]: string } = {
  keyFile: "the private key: whoever has it is this peer. Keep a copy, and keep it to yourself",
  databaseFile: "the history, the outbox and the peers that are remembered (SQLite)",
  configFile: "the settings (see: help settings)",
  lockFile: "locked by the process that owns the profile; its content has no meaning",
  holderFile: "which process that is, as a remark for people",
  controlSocket: "the socket over which other commands work through that process",
  controlNote: "port and token instead, where there can be no such socket (Windows)",
};

export const files: Topic = {
  name: "files",
  summary: "What is in a profile's folder, and what to back up.",
  blocks: [
    paragraph(`A profile is one identity with its history and its settings: a folder in the home
      folder of the program. --profile NAME names it, else P2P_CHAT_PROFILE, else it is called
      default. The home folder is --home DIR, else P2P_CHAT_HOME, else:`),
    terms(
      ["Linux", "$XDG_DATA_HOME/p2p-chat, else ~/.local/share/p2p-chat"],
      ["macOS", "~/Library/Application Support/p2p-chat"],
      ["Windows", "%APPDATA%\\p2p-chat"],
    ),
    commands("p2p-chat config path"),
    heading("The files"),
    terms(
      ...fileRows(),
      [SCHEMA_FILE, "the schema of the settings, for editors; made anew when it is missing"],
    ),
    paragraph(`While the database is in use it has two side files, with -wal and -shm at the end. A
      database that turned out damaged is put aside, with .damaged and the time at the end, and never
      overwritten.`),
    heading("Who may read them"),
    paragraph(`On Linux and macOS folder and files belong to you alone (modes 0700 and 0600),
      whatever the umask. A key that others may read is refused until you change that.`),
    heading("Backup"),
    paragraph(`The key is what nobody can give you back; copy it once. The database can be copied
      while no node runs. One identity must not run in two places: friends notice, and both are
      told. So copy a profile to another machine only to move it there.`),
  ],
};

function fileRows(): (readonly [string, string])[] {
  const profile = locateProfile({ os: "linux", env: () => undefined }, { home: "/", profile: "p" });
  return Object.entries(profile).flatMap(([key, path]) =>
    isFile(key) && typeof path === "string"
      ? [[path.slice(path.lastIndexOf("/") + 1), MEANINGS[key]] as const]
      : []
  );
}

function isFile(key: string): key is keyof typeof MEANINGS {
  return Object.hasOwn(MEANINGS, key);
}
