import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  GIVES_WAY_MS,
  MAX_INBOUND,
  MAX_SEATS_PER_HOST,
  MAX_WAITING_PER_HOST,
} from "../../src/classic/limits.ts";
import { Seats, type SeatsEffect } from "../../src/classic/seats.ts";

/** Seats, with what became of each connection. */
class Room {
  readonly seats = new Seats<number>();
  readonly seated = new Set<number>();
  readonly closed: number[] = [];
  wakeAt = Infinity;

  arrive(connection: number, host: string, now: number): void {
    this.#take(this.seats.handle({ type: "arrived", connection, host }, now));
  }

  speak(connection: number, now: number): void {
    this.#take(this.seats.handle({ type: "spoke", connection }, now));
  }

  leave(connection: number, now: number): void {
    this.seated.delete(connection);
    this.#take(this.seats.handle({ type: "left", connection }, now));
  }

  tick(now: number): void {
    this.wakeAt = Infinity;
    this.#take(this.seats.handle({ type: "timer" }, now));
    for (const connection of this.closed) this.leave(connection, now);
  }

  #take(effects: readonly SeatsEffect<number>[]): void {
    for (const effect of effects) {
      if (effect.type === "seat") this.seated.add(effect.connection);
      else if (effect.type === "wake") this.wakeAt = effect.at;
      else {
        this.seated.delete(effect.connection);
        this.closed.push(effect.connection);
      }
    }
  }
}

function crowded(count: number): Room {
  const room = new Room();
  for (let connection = 0; connection < count; connection++) room.arrive(connection, "one", 0);
  return room;
}

Deno.test("Seats lets a host have so many, and the next one when one of them leaves, in order", () => {
  const room = crowded(MAX_SEATS_PER_HOST + 2);
  assertEquals(room.seated.size, MAX_SEATS_PER_HOST);
  room.leave(5, 1);
  assert(room.seated.has(MAX_SEATS_PER_HOST));
  assert(!room.seated.has(MAX_SEATS_PER_HOST + 1));
  assertEquals(room.seats.count, MAX_SEATS_PER_HOST + 1);
});

Deno.test("Seats does not make one host wait for another", () => {
  const room = crowded(MAX_SEATS_PER_HOST + 50);
  room.arrive(1_000, "two", 1);
  assert(room.seated.has(1_000));
});

Deno.test("Seats has the silent give way, and whoever spoke stay", () => {
  const room = crowded(MAX_SEATS_PER_HOST + 1);
  room.speak(0, 1);
  assertEquals(room.wakeAt, GIVES_WAY_MS);
  room.tick(GIVES_WAY_MS - 1);
  assertEquals(room.closed, []);
  room.tick(GIVES_WAY_MS);
  assertEquals(room.closed, [1]);
  assert(room.seated.has(0));
  assert(room.seated.has(MAX_SEATS_PER_HOST));
});

Deno.test("Seats closes nobody who is silent where nobody waits", () => {
  const room = crowded(MAX_SEATS_PER_HOST);
  assertEquals(room.wakeAt, Infinity);
  room.tick(10 * GIVES_WAY_MS);
  assertEquals(room.closed, []);
});

Deno.test("Seats is full when so many of a host wait, until the silent have given way", () => {
  const room = crowded(MAX_SEATS_PER_HOST + MAX_WAITING_PER_HOST - 1);
  assert(!room.seats.isFull);
  room.arrive(1_000, "one", 0);
  assert(room.seats.isFull);
  room.tick(GIVES_WAY_MS);
  assertEquals(room.closed.length, MAX_SEATS_PER_HOST);
  assert(!room.seats.isFull);
});

Deno.test("Seats closes those that wait in vain where so many do", () => {
  const room = crowded(MAX_SEATS_PER_HOST + MAX_WAITING_PER_HOST - 1);
  for (let connection = 0; connection < MAX_SEATS_PER_HOST; connection++) {
    room.speak(connection, 0);
  }
  room.tick(10 * GIVES_WAY_MS);
  assertEquals(room.closed, []);
  const late = 10 * GIVES_WAY_MS;
  room.arrive(1_000, "one", late);
  assertEquals(room.wakeAt, GIVES_WAY_MS);
  room.tick(late);
  assertEquals(room.closed.length, MAX_WAITING_PER_HOST - 1);
  assertEquals(room.seats.count, MAX_SEATS_PER_HOST + 1);
});

Deno.test("Seats is full when so many are there, whoever they are", () => {
  const room = new Room();
  for (let connection = 0; connection < MAX_INBOUND; connection++) {
    assert(!room.seats.isFull);
    room.arrive(connection, `host ${connection}`, 0);
  }
  assert(room.seats.isFull);
  room.leave(7, 1);
  assert(!room.seats.isFull);
});

Deno.test("Seats keeps its limits and forgets nobody, whatever happens", () => {
  const step = fc.record({
    what: fc.constantFrom("arrive", "arrive", "arrive", "speak", "leave", "tick"),
    who: fc.nat(300),
    host: fc.constantFrom("one", "two"),
    wait: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.array(step, { size: "max", maxLength: 600 }), (steps) => {
      const room = new Room();
      const hosts = new Map<number, string>();
      let now = 0;
      for (const [index, { what, who, host, wait }] of steps.entries()) {
        now += wait;
        const known = who < index;
        if (what === "arrive") {
          hosts.set(index, host);
          room.arrive(index, host, now);
        } else if (what === "tick") room.tick(now);
        else if (known && hosts.has(who) && what === "leave") room.leave(who, now);
        else if (known && room.seated.has(who) && what === "speak") room.speak(who, now);
        for (const name of ["one", "two"]) {
          const seated = [...room.seated].filter((each) => hosts.get(each) === name);
          assert(seated.length <= MAX_SEATS_PER_HOST);
        }
      }
      for (const connection of hosts.keys()) room.leave(connection, now);
      assertEquals(room.seats.count, 0);
    }),
    { numRuns: 50 },
  );
});
