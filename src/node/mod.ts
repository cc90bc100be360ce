/**
 * The composition root: builds the rooms, joins them, starts them in order and stops them in the
 * reverse order. Nothing else imports libp2p's node.
 */
import type { Config } from "../config/config.ts";
import type { Identity } from "../identity/mod.ts";
import type { ChatNode } from "./chat_node.ts";

export type * from "./chat_node.ts";

/** What a node is started with. */
export interface NodeInit {
  /** The database file of the profile, whose lock the caller holds. */
  readonly databasePath: string;
  readonly config: Config;
  readonly identity: Identity;
  /** `configured`: host and port of the configuration; `ephemeral`: the same host, any free port. */
  readonly listen: "configured" | "ephemeral";
}
