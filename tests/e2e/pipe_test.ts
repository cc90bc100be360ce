/** `pipe` with real processes. The long run is `tests/long/pipe.ts`. */
import { pipeUnderFire } from "./pipe_run.ts";

const LINES = 1_500;

for (const victim of ["pipe", "node", "recipient"] as const) {
  Deno.test(`${LINES} lines through \`pipe\` survive \`kill -9\` of the ${victim}`, async () => {
    await pipeUnderFire({ victim, lines: LINES, kills: 1 });
  });
}
