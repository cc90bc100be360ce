import { assertEquals } from "@std/assert";
import { formatClock, formatDay, formatDayNear } from "../../src/terminal/local_time.ts";

Deno.test("`formatClock()` shows the local time of day with two digits each", () => {
  assertEquals(formatClock(new Date(2026, 10, 22, 4, 2).getTime()), "04:02");
  assertEquals(formatClock(new Date(2026, 10, 22, 23, 59, 59).getTime()), "23:59");
});

Deno.test("`formatDay()` names the local day", () => {
  assertEquals(formatDay(new Date(2026, 10, 22, 23, 59).getTime()), "Sun 22 Nov 2026");
  assertEquals(formatDay(new Date(2027, 0, 1).getTime()), "Fri 1 Jan 2027");
});

Deno.test("`formatDayNear()` leaves out the year that it is", () => {
  const now = new Date(2026, 10, 22).getTime();
  assertEquals(formatDayNear(new Date(2026, 0, 1).getTime(), now), "Thu 1 Jan");
  assertEquals(formatDayNear(new Date(2025, 11, 31).getTime(), now), "Wed 31 Dec 2025");
  assertEquals(formatDayNear(new Date(2027, 0, 1).getTime(), now), "Fri 1 Jan 2027");
});
