/** The help topics by name, in the order in which they are listed. Each is loaded when it is read. */
import type { Topic } from "./topic.ts";

/** A topic as it is listed. */
export interface TopicEntry {
  /** That of the topic itself. */
  readonly summary: string;
  load(): Promise<Topic>;
}

export const TOPICS: ReadonlyMap<string, TopicEntry> = new Map<string, TopicEntry>([
  ["peer", {
    summary: "Whom PEER may mean, and how peers find each other.",
    load: async () => (await import("./peer.ts")).peer,
  }],
  ["states", {
    summary: "Where a message is, and the exit codes.",
    load: async () => (await import("./states.ts")).states,
  }],
  ["settings", {
    summary: "All settings: file, environment and options.",
    load: async () => (await import("./settings.ts")).settings,
  }],
  ["files", {
    summary: "What is in a profile's folder, and what to back up.",
    load: async () => (await import("./files.ts")).files,
  }],
  ["network", {
    summary: "Ports, firewalls, routers and mandatory peers.",
    load: async () => (await import("./network.ts")).network,
  }],
  ["security", {
    summary: "What is encrypted, and how to know who somebody is.",
    load: async () => (await import("./security.ts")).security,
  }],
  ["classic", {
    summary: "Talking to the old Python programs, in plain text.",
    load: async () => (await import("./classic.ts")).classic,
  }],
  ["scripting", {
    summary: "The program in scripts: JSON lines and exit codes.",
    load: async () => (await import("./scripting.ts")).scripting,
  }],
]);
