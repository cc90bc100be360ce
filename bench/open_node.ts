/** A real node for benches: on loopback, on any free port, with a database file of its own. */
import type { Config } from "../src/config/config.ts";
import { loadOrCreateIdentity } from "../src/identity/key_file.ts";
import { type ChatNode, startNode } from "../src/node/mod.ts";
import { quietConfig } from "../tests/node/quiet_config.ts";

/** @param settings what differs from a quiet node without the classic protocols */
export async function openNode(
  folder: string,
  name: string,
  settings: Partial<Config> = {},
): Promise<ChatNode> {
  const identity = await loadOrCreateIdentity(`${folder}/${name}.key`);
  return await startNode({
    databasePath: `${folder}/${name}.db`,
    identity,
    listen: "ephemeral",
    config: quietConfig({ name, ...settings }),
  });
}
