import { assertEquals } from "@std/assert";
import { factsLine } from "../../src/chat_screen/facts.ts";
import { facts } from "./chat_hands.ts";
import { at } from "./conversation.ts";

const AWAY = facts({ link: undefined, lastSeen: at(13, 2), waiting: 1 });

Deno.test("`factsLine()` leaves out what does not fit, the least important first", () => {
  const one = { ...AWAY, verified: true, nextAttempt: at(14) + 3_200 };
  assertEquals(
    factsLine(one, 80),
    "ann · away since 13:02 · 1 waiting, next try in 4 s · verified",
  );
  assertEquals(factsLine(one, 61), "ann · away since 13:02 · 1 waiting, next try in 4 s");
  assertEquals(factsLine(one, 50), "ann · away since 13:02 · 1 waiting · verified");
  assertEquals(factsLine(one, 35), "ann · away since 13:02 · 1 waiting");
  assertEquals(factsLine(one, 30), "ann · away since 13:02");
  assertEquals(factsLine(one, 21), "ann · away · verified");
  assertEquals(factsLine(facts(), 37), "ann · here for 2 min · not verified");
  assertEquals(factsLine(facts(), 44), "ann · here for 2 min · not verified · direct");
  assertEquals(factsLine(facts(), 60), "ann · here for 2 min · not verified · direct · 12 ms");
  assertEquals(factsLine({ ...one, name: "somebody" }, 5), "some…");
});

Deno.test("`factsLine()` counts whole seconds, at least one", () => {
  const here = (ms: number) => {
    const link = { path: "direct" as const, roundTripMs: undefined, since: at(14) - ms };
    return factsLine(facts({ link }), 80);
  };
  assertEquals(here(0), "ann · here for 1 s · not verified · direct");
  assertEquals(here(2_900), "ann · here for 2 s · not verified · direct");
  assertEquals(
    factsLine({ ...AWAY, nextAttempt: at(14) + 10 }, 80),
    "ann · away since 13:02 · 1 waiting, next try in 1 s · not verified",
  );
});

Deno.test("`factsLine()` names the day where it is another, and the year where that is another", () => {
  const seen = (day: Date) => factsLine(facts({ link: undefined, lastSeen: day.getTime() }), 80);
  assertEquals(
    seen(new Date(2026, 10, 20, 9, 5)),
    "ann · away since Fri 20 Nov, 09:05 · not verified",
  );
  assertEquals(
    seen(new Date(2025, 11, 31, 9, 5)),
    "ann · away since Wed 31 Dec 2025, 09:05 · not verified",
  );
});
