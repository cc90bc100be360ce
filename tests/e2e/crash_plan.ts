/**
 * Who is killed when, decided before anything runs: the same seed gives the same plan, so that a
 * failure can be looked at again. Only the timing of the processes differs then.
 */
import { Random } from "../seeded_random.ts";

/** One `kill -9`. */
export interface Kill {
  /** Number of the peer, from 0. */
  readonly victim: number;
  /** How many lines it prints after the round began, before it is killed; 0: at once. */
  readonly lines: number;
  /** How long it lives on after that, ms: so that it dies between two lines, too. */
  readonly delayMs: number;
}

/** Everybody writes to everybody, some are killed, those who live write to them, they come back. */
export interface Round {
  /** Messages of every peer to every other one. */
  readonly messages: number;
  readonly kills: readonly Kill[];
  /** Messages of every survivor to each of the dead, written while they are away. */
  readonly whileAway: number;
  /** How long they stay away after these were saved, ms. */
  readonly awayMs: number;
}

export interface CrashPlan {
  readonly seed: number;
  /** 2 or 3. */
  readonly peers: number;
  /** How the recipient is named in every order. */
  readonly addressing: "peer id" | "address";
  readonly rounds: readonly Round[];
}

/** What the chance is not asked for. */
export interface CrashPlanOptions {
  /** At least so many kills; one or two more where the last round kills several. */
  readonly kills: number;
  readonly peers: 2 | 3;
  readonly addressing: CrashPlan["addressing"];
  /** Whether some rounds leave the dead away for seconds, so that the survivors back off. */
  readonly longAbsences: boolean;
}

/** Messages to each peer in one round. */
const MOST_MESSAGES = 60;
const MOST_WHILE_AWAY = 10;
/** Long enough for what follows a line: a commit, the write to a socket, the answer. */
const MOST_DELAY_MS = 50;
/** Some absences, long enough for several failed dials of the survivors. */
const LONG_ABSENCE_MS = [3_000, 8_000] as const;

/** Makes a plan from a seed. */
export function planCrashes(
  seed: number,
  { kills, peers, addressing, longAbsences }: CrashPlanOptions,
): CrashPlan {
  const random = new Random(seed);
  const rounds: Round[] = [];
  for (let planned = 0; planned < kills;) {
    const messages = random.int(1, MOST_MESSAGES);
    const victims = chooseVictims(random, peers);
    // Queued, saved, delivered and an incoming one for every order, if nobody else dies; else the
    // first two, which are printed whatever happens to the others.
    const certain = (victims.length === 1 ? 4 : 2) * messages * (peers - 1);
    const round: Round = {
      messages,
      kills: victims.map((victim) => ({
        victim,
        lines: random.int(0, certain),
        delayMs: random.chance(0.5) ? 0 : random.int(1, MOST_DELAY_MS),
      })),
      whileAway: random.int(1, MOST_WHILE_AWAY),
      awayMs: longAbsences && random.chance(0.05) ? random.int(...LONG_ABSENCE_MS) : 0,
    };
    rounds.push(round);
    planned += round.kills.length;
  }
  return { seed, peers, addressing, rounds };
}

/** Mostly one; sometimes two at the same time, which are both sides where there are only two. */
function chooseVictims(random: Random, peers: number): number[] {
  const first = random.int(0, peers - 1);
  if (!random.chance(0.2)) return [first];
  return [first, (first + random.int(1, peers - 1)) % peers];
}
