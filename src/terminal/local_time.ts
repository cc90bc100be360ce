/** Times for people: local zone, 24 hours, the same in every language of the system. */

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `14:02` */
export function formatClock(time: number): string {
  const date = new Date(time);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `Sun 22 Nov 2026` */
export function formatDay(time: number): string {
  const date = new Date(time);
  return `${DAYS[date.getDay()]} ${date.getDate()} ${
    MONTHS[date.getMonth()]
  } ${date.getFullYear()}`;
}

/** `Sun 22 Nov`, with the year where it is another one than that of `now`. */
export function formatDayNear(time: number, now: number): string {
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  const day = formatDay(time);
  return isThisYear ? day.slice(0, day.lastIndexOf(" ")) : day;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
