/**
 * Loaded before the program (`deno run --preload`) while its screens are photographed: the wall clock
 * says what stands in the file that `SCREENS_CLOCK` names, milliseconds since the epoch. Timers and
 * the monotonic clock go on as they are.
 */
const file = Deno.env.get("SCREENS_CLOCK");
if (file === undefined) throw new TypeError("SCREENS_CLOCK names no file");

Date.now = () => Number(Deno.readTextFileSync(file));
