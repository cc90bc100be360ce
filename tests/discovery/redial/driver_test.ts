import { assert, assertEquals, assertRejects } from "@std/assert";
import { Redialer, type RedialerInit } from "../../../src/discovery/redial/driver.ts";
import type { TargetStatus } from "../../../src/discovery/redial/state.ts";

/** A dial that a test ends when it likes. */
interface Dial {
  readonly target: string;
  readonly signal: AbortSignal;
  readonly resolve: (peerId: string) => void;
  readonly reject: (error: Error) => void;
}

/** A network on which a test decides what every dial comes to. */
class Network {
  readonly connected = new Set<string>();
  readonly #dials: Dial[] = [];
  #noticed: (() => void) | undefined;

  redialer(options: Partial<RedialerInit> = {}): Redialer {
    return new Redialer({
      dial: (target, { signal }) => {
        const { promise, resolve, reject } = Promise.withResolvers<string>();
        this.#dials.push({ target, signal, resolve, reject });
        this.#noticed?.();
        return promise;
      },
      isConnected: (peerId) => this.connected.has(peerId),
      now: () => Date.now(),
      monotonic: () => performance.now(),
      // Shortest waits: random near 1 makes a wait near 0.
      random: () => 0.999,
      ...options,
    });
  }

  /** The next dial that was or will be started. */
  async dialled(): Promise<Dial> {
    while (true) {
      const dial = this.#dials.shift();
      if (dial !== undefined) return dial;
      await new Promise<void>((resolve) => this.#noticed = resolve);
    }
  }

  get pending(): number {
    return this.#dials.length;
  }
}

/** Resolves when the first target is in this phase. */
async function until(redialer: Redialer, phase: TargetStatus["phase"]): Promise<void> {
  while (redialer.report()[0]?.phase !== phase) await new Promise((turn) => setTimeout(turn, 0));
}

const REFUSED = new Error("connection refused");

Deno.test("Redialer dials until the target answers, then stops", async () => {
  const network = new Network();
  await using redialer = network.redialer();
  redialer.add("a");
  for (let failure = 0; failure < 3; failure++) (await network.dialled()).reject(REFUSED);
  const dial = await network.dialled();
  network.connected.add("p");
  dial.resolve("p");
  await until(redialer, "connected");
  assertEquals(
    redialer.report().map(({ target, peerId, attempts }) => [target, peerId, attempts]),
    [
      ["a", "p", 4],
    ],
  );
});

Deno.test("Redialer dials again when the peer is lost", async () => {
  const network = new Network();
  await using redialer = network.redialer();
  redialer.add("a");
  network.connected.add("p");
  (await network.dialled()).resolve("p");
  await redialer.allTried({ signal: AbortSignal.timeout(5_000) });
  network.connected.delete("p");
  redialer.peerLost("p");
  assertEquals((await network.dialled()).target, "a");
});

Deno.test("Redialer dials again when the connection was gone before its dial was over", async () => {
  const network = new Network();
  await using redialer = network.redialer();
  redialer.add("a");
  (await network.dialled()).resolve("p");
  assertEquals((await network.dialled()).target, "a");
});

Deno.test("Redialer gives up a dial that hangs and ignores its signal, and tries again", async () => {
  const network = new Network();
  await using redialer = network.redialer({ dialTimeoutMs: 20 });
  redialer.add("a");
  const first = await network.dialled();
  await network.dialled();
  assert(first.signal.aborted);
  assertEquals(redialer.report()[0]?.lastError?.message, "no answer within 0.02 s");
});

Deno.test("Redialer dials others while some hang", async () => {
  const network = new Network();
  await using redialer = network.redialer();
  for (let hanging = 0; hanging < 7; hanging++) {
    redialer.add(`hangs ${hanging}`);
    await network.dialled();
  }
  redialer.add("dead");
  for (let attempt = 0; attempt < 5; attempt++) {
    const dial = await network.dialled();
    assertEquals(dial.target, "dead");
    dial.reject(REFUSED);
  }
});

Deno.test("Redialer dials no more than 8 at a time", async () => {
  const network = new Network();
  await using redialer = network.redialer();
  for (let target = 0; target < 12; target++) redialer.add(String(target));
  assertEquals(network.pending, 8);
  network.connected.add("p");
  (await network.dialled()).resolve("p");
  while (network.pending < 8) await Promise.resolve();
  assertEquals(redialer.report().filter(({ phase }) => phase === "dialling").length, 8);
});

Deno.test("Redialer tells the last error and the times on the wall clock", async () => {
  const network = new Network();
  await using redialer = network.redialer({ random: () => 0 });
  const before = Date.now();
  redialer.add("a");
  (await network.dialled()).reject(REFUSED);
  await redialer.allTried({ signal: AbortSignal.timeout(5_000) });
  const [status] = redialer.report();
  assertEquals(status?.lastError, REFUSED);
  assertEquals(status?.phase, "waiting");
  assert(status?.lastTried !== undefined && status.nextAttempt !== undefined);
  const { lastTried = 0, nextAttempt = 0 } = status ?? {};
  assert(lastTried >= before - 1 && lastTried <= Date.now() + 1);
  assert(nextAttempt >= lastTried + 999 && nextAttempt <= Date.now() + 1_001);
});

Deno.test("Redialer tries at once when it is poked", async () => {
  const network = new Network();
  await using redialer = network.redialer({ random: () => 0 });
  redialer.add("a");
  for (let poke = 0; poke < 5; poke++) {
    (await network.dialled()).reject(REFUSED);
    await until(redialer, "waiting");
    redialer.poke("a");
  }
});

Deno.test("Redialer gives up the dial of a target that is removed", async () => {
  const network = new Network();
  await using redialer = network.redialer();
  redialer.add("a");
  const dial = await network.dialled();
  redialer.remove("a");
  assert(dial.signal.aborted);
  assertEquals(redialer.report(), []);
});

Deno.test("Redialer.allTried() rejects with the signal's reason", async () => {
  const network = new Network();
  await using redialer = network.redialer();
  redialer.add("a");
  const controller = new AbortController();
  const waiting = redialer.allTried({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
});

Deno.test("Redialer ends its dials when it is disposed of, and dials no more", async () => {
  const network = new Network();
  const redialer = network.redialer();
  redialer.add("a");
  const dial = await network.dialled();
  await redialer[Symbol.asyncDispose]();
  assert(dial.signal.aborted);
  redialer.add("b");
  redialer.poke();
  assertEquals(network.pending, 0);
  await assertRejects(() => redialer.allTried({ signal: AbortSignal.timeout(5_000) }), Error);
});

Deno.test("Redialer tells the outcome of every attempt, but not of one that it gave up itself", async () => {
  const network = new Network();
  const told: (string | undefined)[] = [];
  {
    await using redialer = network.redialer({
      onOutcome: ({ target, phase, lastError }) =>
        told.push(`${target} ${phase} ${lastError?.message}`),
    });
    redialer.add("a");
    (await network.dialled()).reject(REFUSED);
    const again = await network.dialled();
    network.connected.add("p");
    again.resolve("p");
    await until(redialer, "connected");
    redialer.add("b");
    await network.dialled();
  }
  assertEquals(told, ["a waiting connection refused", "a connected undefined"]);
});
