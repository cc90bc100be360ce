import { assert, assertEquals } from "@std/assert";
import {
  LOOK_INTERVAL_MS,
  POKE_INTERVAL_MS,
  SLEPT_MS,
  type SurroundingsEffect,
  SurroundingsState,
} from "../../../src/node/surroundings/state.ts";

/** A machine whose addresses and clocks a test moves. */
class Machine {
  readonly #state = new SurroundingsState();
  #wall = 1_800_000_000_000;
  #monotonic = 5_000;

  constructor(first: readonly string[]) {
    assertEquals(this.look(first), []);
  }

  /** The next look. @param late how late it is, on either clock, ms */
  look(addresses: readonly string[] | undefined, late = { wall: 0, monotonic: 0 }) {
    this.#wall += LOOK_INTERVAL_MS + late.wall;
    this.#monotonic += LOOK_INTERVAL_MS + late.monotonic;
    return this.#state.look({
      addresses: addresses && new Set(addresses),
      wall: this.#wall,
      monotonic: this.#monotonic,
    });
  }
}

const HOME = ["127.0.0.1", "192.0.2.1"];
const AWAY = ["127.0.0.1", "198.51.100.1"];
const POKE: SurroundingsEffect = { type: "poke" };
const lost = (...addresses: string[]): SurroundingsEffect => ({
  type: "lost-addresses",
  addresses: new Set(addresses),
});

Deno.test("SurroundingsState has nothing to say while nothing changes", () => {
  const machine = new Machine(HOME);
  for (let look = 0; look < 10; look++) assertEquals(machine.look(HOME.toReversed()), []);
});

Deno.test("SurroundingsState tells the address that is gone, once, and has all dialled", () => {
  const machine = new Machine(HOME);
  assertEquals(machine.look(AWAY), [lost("192.0.2.1"), POKE]);
  for (let look = 0; look < 10; look++) assertEquals(machine.look(AWAY), []);
});

Deno.test("SurroundingsState has all dialled when an address is added", () => {
  const machine = new Machine(["127.0.0.1"]);
  assertEquals(machine.look(HOME), [POKE]);
});

Deno.test("SurroundingsState makes no storm when addresses come and go, and forgets no change", () => {
  const machine = new Machine(HOME);
  let pokes = 0;
  const looks = 30;
  for (let look = 0; look < looks; look++) {
    const effects = machine.look(look % 2 === 0 ? AWAY : HOME);
    pokes += effects.filter(({ type }) => type === "poke").length;
  }
  assert(pokes <= 1 + looks * LOOK_INTERVAL_MS / POKE_INTERVAL_MS, `${pokes} pokes`);
  const last = [AWAY, AWAY, AWAY, AWAY].flatMap((addresses) => machine.look(addresses));
  assertEquals(last, [lost("192.0.2.1"), POKE]);
});

Deno.test("SurroundingsState goes on comparing after addresses could not be told", () => {
  const machine = new Machine(HOME);
  assertEquals(machine.look(undefined), []);
  assertEquals(machine.look(AWAY), [lost("192.0.2.1"), POKE]);
});

Deno.test("SurroundingsState notices a sleep on whichever clock shows it", () => {
  const hour = 3_600_000;
  const sleeps = [
    { wall: hour, monotonic: 0 },
    { wall: hour, monotonic: hour },
    // The clock was set back while this process was stopped.
    { wall: -hour, monotonic: hour },
  ];
  for (const late of sleeps) {
    const machine = new Machine(HOME);
    assertEquals(machine.look(HOME, late), [{ type: "resumed" }, POKE]);
    assertEquals(machine.look(HOME), []);
  }
});

Deno.test("SurroundingsState takes a busy moment or a clock set back for no sleep", () => {
  const machine = new Machine(HOME);
  const moments = [
    { wall: SLEPT_MS - 1, monotonic: SLEPT_MS - 1 },
    { wall: -315_360_000_000, monotonic: 0 },
  ];
  for (const late of moments) assertEquals(machine.look(HOME, late), []);
});
