/**
 * Carries out a plan of `kill -9` (`crash_plan.ts`) with real processes, and judges the databases
 * that are left.
 *
 * Every peer is a `demo-peer`, and all write to all. What the verdict counts is what the program
 * promises: every message that was accepted is in the recipient's history once, in the order of
 * writing, the sender knows, and the recipient has shown it.
 */
import { acceptedIds, type Book, compareMessages, compareShown, shownIds } from "./ledger.ts";
import { CrashPeer } from "./crash_peer.ts";
import type { CrashPlan, Round } from "./crash_plan.ts";

/** What must be empty; each line names the peers that it is about. */
export interface CrashFaults {
  /** Accepted by the sender, but not in its history, or not in that of the recipient. */
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly misplaced: readonly string[];
  /** Not known to be delivered, or marked as read though it was never printed. */
  readonly unsettled: readonly string[];
  /** Printed twice, in the wrong order, or never. */
  readonly misshown: readonly string[];
}

/** What was found after a plan was carried out. */
export interface CrashVerdict {
  readonly kills: number;
  /** Messages in the senders' histories. */
  readonly messages: number;
  /** From the restart of a killed peer to the arrival of a message that waited for it, ms. */
  readonly recoveriesMs: readonly number[];
  readonly faults: CrashFaults;
}

/** A verdict's faults when all is well. */
export const NO_FAULTS: CrashFaults = {
  lost: [],
  doubled: [],
  misplaced: [],
  unsettled: [],
  misshown: [],
};

/**
 * Carries out the plan.
 * @throws Error when a process does not do what it should in time: names the seed and the round
 */
export async function crash(plan: CrashPlan): Promise<CrashVerdict> {
  let moment = "the introductions";
  try {
    await using stack = new AsyncDisposableStack();
    const peers: CrashPeer[] = [];
    for (const name of ["red", "green", "blue"].slice(0, plan.peers)) {
      peers.push(stack.use(await CrashPeer.make(name)));
    }
    await introduce(peers);
    const recoveriesMs: number[] = [];
    for (const [index, round] of plan.rounds.entries()) {
      moment = `round ${index} ${JSON.stringify(round)}`;
      recoveriesMs.push(...await play(peers, round, plan.addressing, `round ${index}`));
    }
    moment = "the end";
    for (const [from, to] of pairs(peers)) {
      await from.write(naming(to, plan.addressing), "the last", 1);
    }
    for (const peer of peers) await peer.settled();
    const kills = plan.rounds.flatMap((round) => round.kills).length;
    return { kills, recoveriesMs, ...await judge(peers) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const what = `P2P_CHAT_SEED=${plan.seed}, ${plan.peers} peers by ${plan.addressing}, ${moment}`;
    throw new Error(`${what}: ${reason}`, { cause });
  }
}

/** Everybody writes to everybody once: who is to be named by its peer id has to be known. */
async function introduce(peers: readonly CrashPeer[]): Promise<void> {
  for (const [from, to] of pairs(peers)) await from.write(to.address, "hello", 1);
  for (const peer of peers) await peer.settled();
}

/** @returns how long each of the dead took to recover, ms; nothing where nobody survived */
async function play(
  peers: readonly CrashPeer[],
  { messages, kills, whileAway, awayMs }: Round,
  addressing: CrashPlan["addressing"],
  label: string,
): Promise<number[]> {
  const dead = peers.filter((_, index) => kills.some(({ victim }) => victim === index));
  const living = peers.filter((peer) => !dead.includes(peer));
  const printed = peers.map(({ process }) => process.lines.length);
  for (const [from, to] of pairs(peers)) await from.write(naming(to, addressing), label, messages);
  await Promise.all(kills.map(async (kill) => {
    await peers[kill.victim]?.kill(kill, printed[kill.victim] ?? 0);
  }));

  const absence = `${label}, while you were away`;
  for (const peer of living) {
    const before = peer.orders;
    for (const to of dead) await peer.write(naming(to, addressing), absence, whileAway);
    await peer.carriedOut(before + dead.length * whileAway);
  }
  if (awayMs > 0) await new Promise((resolve) => setTimeout(resolve, awayMs));
  return (await Promise.all(dead.map(async (peer) => {
    const restarted = performance.now();
    peer.start();
    if (living.length === 0) return [];
    await peer.process.find((line) =>
      line.event === "message" && line.text.startsWith(absence) ? line : undefined
    );
    return [performance.now() - restarted];
  }))).flat();
}

/** Ends all and compares what they have. */
async function judge(
  peers: readonly CrashPeer[],
): Promise<Pick<CrashVerdict, "messages" | "faults">> {
  const books = new Map<CrashPeer, Book>();
  for (const peer of peers) {
    books.set(peer, { peerId: peer.peerId, history: await peer.leave() });
  }
  const bookOf = (peer: CrashPeer) => books.get(peer) ?? { peerId: peer.peerId, history: [] };
  const found: Record<keyof CrashFaults, string[]> = {
    lost: [],
    doubled: [],
    misplaced: [],
    unsettled: [],
    misshown: [],
  };
  let messages = 0;
  for (const [from, to] of pairs(peers)) {
    const { written, ...faults } = compareMessages(bookOf(from), bookOf(to));
    messages += written;
    const about = (lines: readonly string[]) =>
      lines.map((line) => `${from.name} to ${to.name}: ${line}`);
    found.lost.push(...about(faults.lost));
    found.doubled.push(...about(faults.doubled));
    found.misplaced.push(...about(faults.misplaced));
    found.unsettled.push(...about(faults.unsettled));
  }
  const shown = new Set(peers.flatMap(({ runs }) => [...shownIds(runs)]));
  for (const peer of peers) {
    const { history } = bookOf(peer);
    const saved = new Set(history.map(({ id }) => id));
    const accepted = peer.runs.flatMap(({ events }) => acceptedIds(events));
    const gone = accepted.filter((id) => !saved.has(id));
    found.lost.push(...gone.map((id) => `${peer.name}: ${id} was accepted, but is not saved`));
    const unseen = history.filter(({ id, state }) => state === "read" && !shown.has(id));
    found.unsettled.push(...unseen.map(({ id }) => `${peer.name}: ${id} is read, but by nobody`));
    for (const [fault, ids] of Object.entries(compareShown(peer.runs, history))) {
      found.misshown.push(...ids.map((id: string) => `${peer.name} showed ${id}: ${fault}`));
    }
  }
  return { messages, faults: found };
}

function naming(to: CrashPeer, addressing: CrashPlan["addressing"]): string {
  return addressing === "address" ? to.address : to.peerId;
}

/** Everybody with everybody else, both ways. */
function pairs(peers: readonly CrashPeer[]): [from: CrashPeer, to: CrashPeer][] {
  return peers.flatMap((from) =>
    peers.filter((to) => to !== from).map((to): [CrashPeer, CrashPeer] => [from, to])
  );
}
