import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Pipe, type Unit, type Weather } from "./pipe.ts";
import { Random } from "../seeded_random.ts";
import { VirtualTime } from "./virtual_time.ts";

const STORM: Weather = {
  delay: 50,
  jitter: 100,
  loss: 0.3,
  duplication: 0.3,
  reordering: 0.3,
  cuts: 10,
};

/** A pipe in bad weather, and what came out of it so far. */
function makePipe(seed: number) {
  const time = new VirtualTime();
  const units: Unit[] = [];
  const pipe = new Pipe({
    time,
    random: new Random(seed),
    weather: () => STORM,
    passable: () => true,
    deliver: (unit) => units.push(unit),
  });
  const arrived = () => units.flatMap(({ bytes }) => [...bytes]);
  return { time, pipe, units, arrived };
}

const SENT = Array.from({ length: 200 }, (_, index) => index);

function data(bytes: readonly number[]): Unit {
  return { stream: 1, kind: "data", bytes: Uint8Array.from(bytes) };
}

Deno.test("Pipe.send() gets every byte through once and in order, cut at other places", () => {
  const { time, pipe, units, arrived } = makePipe(1);
  for (let start = 0; start < SENT.length; start += 50) {
    pipe.send(data(SENT.slice(start, start + 50)));
  }
  time.advance(60_000);
  assertEquals(arrived(), SENT);
  assertNotEquals(units.map(({ bytes }) => bytes.byteLength), [50, 50, 50, 50]);
});

Deno.test("Pipe.sever() takes the tail and nothing else", () => {
  const cutShort = SENT.map((seed) => {
    const { time, pipe, arrived } = makePipe(seed);
    pipe.send(data(SENT));
    time.advance(seed);
    pipe.sever(seed % 2 === 0);
    time.advance(60_000);
    assertEquals(arrived(), SENT.slice(0, arrived().length));
    return arrived().length;
  });
  assert(cutShort.some((length) => length > 0 && length < SENT.length));
});
