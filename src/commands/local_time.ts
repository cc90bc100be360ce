/** The times of the screens, for the commands. */
export { formatClock, formatDay } from "../terminal/local_time.ts";
