/** What becomes of own messages, in lines above the question. */
import { StateBursts as Bursts } from "../chat_screen/state_bursts.ts";
import type { DisplayName } from "../commands/node_lines.ts";
import { eventText } from "../commands/node_text.ts";
import type { Style } from "../terminal/style.ts";

export interface StateBurstsInit {
  readonly displayName: DisplayName;
  readonly style: Style;
  readonly print: (line: string) => void;
}

/** Dispose it to stop its clocks; what was not told is told then. */
export class StateBursts extends Bursts {
  constructor({ displayName, style, print }: StateBurstsInit) {
    super({
      line: (message) => eventText({ event: "state", message }, displayName, style)?.line,
      print,
    });
  }
}
