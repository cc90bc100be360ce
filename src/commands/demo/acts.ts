/**
 * The steps of the demo. Each gives orders, waits for what has to happen, and tells it; one in which
 * something does not happen never ends by itself, the script limits it.
 */
import { formatAddress } from "../../config/address.ts";
import { shortPeerId } from "../../node/recipient.ts";
import { formatDuration } from "../../terminal/duration.ts";
import { formatTable } from "../../terminal/table.ts";
import { padEnd } from "../../terminal/width.ts";
import type { NdjsonLine, PeerLine, PeerUpLine, ReadyLine, StateLine } from "../ndjson.ts";
import { sourceText } from "../node_text.ts";
import type { Narration } from "./narration.ts";
import type { Order } from "./orders.ts";
import type { PeerProcess } from "./peer_process.ts";
import type { Stage } from "./stage.ts";

/** What every step gets. */
export interface Scene {
  readonly stage: Stage;
  readonly narration: Narration;
  readonly signal: AbortSignal;
}

/** A peer that runs, and what it said of itself. */
export interface Actor {
  readonly name: string;
  readonly process: PeerProcess;
  readonly ready: ReadyLine;
}

export interface Cast {
  readonly red: Actor;
  readonly green: Actor;
  readonly blue: Actor;
}

/** Messages that each of two peers sends while the third is killed, and after that. */
const MESSAGES_BEFORE_KILL = 100;
const MESSAGES_AFTER_KILL = 20;

/** Of the longest greeting, with its quotation marks. */
const GREETING_COLUMNS = 26;

/** Starts the three peers; green and blue know nothing but the address of red. */
export async function start(scene: Scene): Promise<Cast> {
  const red = await enter("red", [], scene);
  const others = await Promise.all(
    ["green", "blue"].map((name) => enter(name, mandatory(red), scene)),
  );
  const [green, blue] = others;
  if (green === undefined || blue === undefined) throw new Error("a peer is missing");
  for (const actor of others) await connected(actor, red, scene);
  return { red, green, blue };
}

/** Green and blue hear of each other from red. */
export async function meet({ green, blue }: Cast, scene: Scene): Promise<void> {
  await Promise.all([connected(green, blue, scene), connected(blue, green, scene)]);
}

/** One message in each of the six directions. */
export async function greet({ red, green, blue }: Cast, scene: Scene): Promise<void> {
  const actors = [red, green, blue];
  for (const from of actors) {
    for (const to of actors) {
      if (from !== to) await greetOne(from, to, scene);
    }
  }
}

/** Green is asked who is here. */
export async function query({ green }: Cast, { narration, signal }: Scene): Promise<void> {
  await green.process.order({ order: "peers" });
  await green.process.find(
    (line) => line.event === "result" && line.target === "peers" ? line : undefined,
    signal,
  );
  const peers = green.process.lines.filter((line) => line.event === "peer");
  narration.tell("green", `knows ${peers.length} active peers:`);
  narration.line();
  narration.block(peerTable(peers, narration));
}

/** Blue is killed in the middle of 200 messages, misses 40 more, and comes back. */
export async function killAndRestart({ red, green, blue }: Cast, scene: Scene): Promise<Actor> {
  const { narration, signal } = scene;
  const senders = [red, green];
  const earlier = new Map(senders.map((sender) => [sender, countDelivered(sender, blue)]));
  const answered = (sender: Actor) => countDelivered(sender, blue) - (earlier.get(sender) ?? 0);
  const shownEarlier = countShown(blue);

  for (const sender of senders) {
    await sender.process.order(...burst(sender, blue, 1, MESSAGES_BEFORE_KILL));
    narration.tell(
      sender.name,
      `sends ${MESSAGES_BEFORE_KILL} messages to ${narration.name("blue")}`,
    );
  }
  await blue.process.until(() => countShown(blue) > shownEarlier, signal);
  await blue.process.kill();
  const shown = countShown(blue) - shownEarlier;
  const all = senders.length * MESSAGES_BEFORE_KILL;
  narration.tell("blue", `is killed with SIGKILL: it had shown ${shown} of ${all}`);

  for (const sender of senders) {
    await sender.process.order(
      ...burst(sender, blue, MESSAGES_BEFORE_KILL + 1, MESSAGES_AFTER_KILL),
    );
    await departed(sender, blue, scene);
  }
  const each = MESSAGES_BEFORE_KILL + MESSAGES_AFTER_KILL;
  for (const sender of senders) {
    await sender.process.until(() => countSaved(sender, blue) >= 1 + each, signal);
    const waiting = each - answered(sender);
    narration.tell(
      sender.name,
      `sends ${MESSAGES_AFTER_KILL} more; ${waiting} of ${each} are not acknowledged: they wait`,
    );
  }

  const again = await enter("blue", mandatory(red), scene);
  for (const sender of senders) {
    await sender.process.until(() => answered(sender) >= each, signal);
    narration.tell(sender.name, `has the acknowledgement of all ${each}`);
  }
  // What is acknowledged is in its database, also what it had no time left to show.
  const later = countShown(again);
  const unshown = senders.length * each - shown - later;
  narration.tell("blue", `had saved ${shown + unshown} before it died, and got ${later} since`);
  return again;
}

/** Green leaves in order. */
export async function sayGoodbye({ red, green, blue }: Cast, scene: Scene): Promise<void> {
  scene.narration.tell("green", "is told to quit");
  await green.process.quit();
  for (const witness of [red, blue]) await departed(witness, green, scene);
}

async function enter(name: string, args: readonly string[], scene: Scene): Promise<Actor> {
  const { stage, narration, signal } = scene;
  const process = stage.start(name, args);
  const ready = await process.find((line) => line.event === "ready" ? line : undefined, signal);
  const [address = ""] = ready.addresses;
  narration.tell(
    name,
    `listens on ${formatAddress(address)} (${shortPeerId(ready.peerId)}, process ${process.pid})`,
  );
  return { name, process, ready };
}

function mandatory({ ready }: Actor): string[] {
  return ["--mandatory", `127.0.0.1:${ready.port}`];
}

async function connected(who: Actor, to: Actor, { narration, signal }: Scene): Promise<void> {
  const { source } = await who.process.find(
    (line): PeerUpLine | undefined =>
      line.event === "peer-up" && line.peerId === to.ready.peerId ? line : undefined,
    signal,
  );
  narration.tell(who.name, `is connected to ${narration.name(to.name)} (${sourceText(source)})`);
}

async function departed(witness: Actor, who: Actor, { narration, signal }: Scene): Promise<void> {
  const { departure } = await witness.process.find(
    (line) => line.event === "peer-down" && line.peerId === who.ready.peerId ? line : undefined,
    signal,
  );
  const how = departure === "goodbye" ? "said goodbye" : "is gone, without a goodbye";
  narration.tell(witness.name, `sees that ${narration.name(who.name)} ${how}`);
}

async function greetOne(from: Actor, to: Actor, { narration, signal }: Scene): Promise<void> {
  const text = `hello ${to.name}, here is ${from.name}`;
  const startedAt = narration.elapsedMs;
  await from.process.order({ order: "send", to: to.ready.peerId, text });
  const { id } = await from.process.find(
    (line) => isDelivered(line, to) ? line : undefined,
    signal,
  );
  const took = formatDuration(narration.elapsedMs - startedAt);
  await to.process.find(
    (line) => line.event === "message" && line.id === id ? line : undefined,
    signal,
  );
  narration.tell(
    from.name,
    `to ${narration.padded(to.name)}  ${
      padEnd(`"${text}"`, GREETING_COLUMNS)
    }  acknowledged in ${took}`,
  );
}

function burst(from: Actor, to: Actor, first: number, count: number): Order[] {
  return Array.from({ length: count }, (_, index) => ({
    order: "send",
    to: to.ready.peerId,
    text: `message ${first + index} from ${from.name}`,
  }));
}

function peerTable(peers: readonly PeerLine[], { style }: Narration): string[] {
  return formatTable({
    columns: [
      { header: "name" },
      { header: "peer id" },
      { header: "address" },
      { header: "path" },
      { header: "found" },
    ],
    rows: peers.map(({ name, peerId, address, path, source }) => [
      name,
      shortPeerId(peerId),
      formatAddress(address ?? ""),
      path ?? "",
      sourceText(source),
    ]),
    style,
  });
}

function isDelivered(line: NdjsonLine, to: Actor): line is StateLine {
  return line.event === "state" && line.state === "delivered" && line.peerId === to.ready.peerId;
}

function countDelivered(from: Actor, to: Actor): number {
  return from.process.lines.filter((line) => isDelivered(line, to)).length;
}

/** Messages that are saved: answered orders. */
function countSaved(from: Actor, to: Actor): number {
  return from.process.lines.filter((line) =>
    line.event === "result" && line.ok && line.peerId === to.ready.peerId
  ).length;
}

function countShown({ process }: Actor): number {
  return process.lines.filter(({ event }) => event === "message").length;
}
