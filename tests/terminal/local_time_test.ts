import { assertEquals } from "@std/assert";
import { formatDayNear } from "../../src/terminal/local_time.ts";

Deno.test("`formatDayNear()` leaves out the year that it is", () => {
  const now = new Date(2026, 10, 22).getTime();
  assertEquals(formatDayNear(new Date(2026, 0, 1).getTime(), now), "Thu 1 Jan");
  assertEquals(formatDayNear(new Date(2025, 11, 31).getTime(), now), "Wed 31 Dec 2025");
  assertEquals(formatDayNear(new Date(2027, 0, 1).getTime(), now), "Fri 1 Jan 2027");
});
