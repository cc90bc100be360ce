/**
 * Draws the attention of somebody who looks elsewhere: the bell, or a sequence from which the terminal
 * makes a notice of the desktop. Pure: what to write, and whether it is time to. Write it with
 * `Terminal.write()`, at once, so that it stands between other sequences and never in one.
 *
 * Guarantees: no text of a peer can end the sequence, add a field to it, or be taken for markup by
 * what shows it; a flood becomes a few notices.
 *
 * No terminal says which sequence it understands. Most take `OSC 777 ; notify ; TITLE ; TEXT` (rxvt,
 * from where it is, and foot, Ghostty, kitty from 0.24, Konsole, WezTerm); iTerm2 takes its own
 * `OSC 9 ; TEXT`, which elsewhere also means other things (ConEmu). Both at once would be two notices
 * for those that take both. A terminal that is known for neither gets the bell. tmux forwards neither,
 * except wrapped, and only where `allow-passthrough` is on: it gets the bell as well, with which it
 * marks the window.
 */
import type { Environment } from "../config/paths.ts";
import { sanitise } from "./sanitise.ts";

/** How to draw attention. */
export type NoticeKind = "bell" | "desktop";

export interface Notice {
  /** Who it is from; not yet safe for a terminal. */
  readonly title: string;
  /** What came; not yet safe for a terminal. */
  readonly text: string;
}

/** What this terminal makes a notice of, and whether tmux stands before it. */
export interface NoticeWay {
  readonly sequence: "OSC 777" | "OSC 9" | "none";
  readonly tmux: boolean;
}

/** Of title and text together: what a notice shows at most. */
const MOST_CHARS = 200;
const MOST_TITLE_CHARS = 64;
/** One conversation draws attention once in so long. */
const PAUSE_MS = 2_000;
/** All together do so often in that time: who floods may have any number of identities. */
const MOST_IN_PAUSE = 5;

const BELL = "\x07";
const STRING_ENDS = "\x07";
/** `TERM_PROGRAM` of those that show no notices. */
const WITHOUT_NOTICES = new Set(["Apple_Terminal", "vscode"]);

/** What can be known of the terminal from the environment. */
export function noticeWay(env: Environment): NoticeWay {
  const isSet = (name: string) => (env(name) ?? "") !== "";
  const tmux = isSet("TMUX");
  const program = env("TERM_PROGRAM") ?? "";
  // iTerm2 sets the second one, which reaches shells on other machines, too.
  const isITerm = program === "iTerm.app" || env("LC_TERMINAL") === "iTerm2";
  // GNU screen, Windows Terminal, others by name; in tmux TERM says nothing of what is around it.
  const isWithout = isSet("STY") || isSet("WT_SESSION") || WITHOUT_NOTICES.has(program) ||
    !tmux && /^(alacritty|linux|screen)/.test(env("TERM") ?? "");
  return { sequence: isWithout ? "none" : isITerm ? "OSC 9" : "OSC 777", tmux };
}

/** What to write to the terminal. */
export function noticeBytes(notice: Notice, kind: NoticeKind, way: NoticeWay): string {
  if (kind === "bell" || way.sequence === "none") return BELL;
  const title = field(notice.title, MOST_TITLE_CHARS);
  const text = field(notice.text, MOST_CHARS - [...title].length);
  const sequence = way.sequence === "OSC 9"
    ? `\x1b]9;${title}: ${text}${STRING_ENDS}`
    : `\x1b]777;notify;${title};${text}${STRING_ENDS}`;
  return way.tmux ? throughTmux(sequence) + BELL : sequence;
}

/** Which conversations drew attention of late. */
export class NoticeLimit {
  /** When, by conversation, ms; no more than `MOST_IN_PAUSE`. */
  readonly #last = new Map<string, number>();

  /**
   * Whether a notice may be given now, which then counts as given.
   * @param key of the conversation @param now ms, by any clock, which may be set back
   */
  take(key: string, now: number): boolean {
    for (const [each, time] of this.#last) {
      if (Math.abs(now - time) >= PAUSE_MS) this.#last.delete(each);
    }
    if (this.#last.has(key) || this.#last.size === MOST_IN_PAUSE) return false;
    this.#last.set(key, now);
    return true;
  }
}

/** A text as one field. Daemons that show notices take `<b>` and `<img>` for markup. */
function field(text: string, maxChars: number): string {
  return sanitise(text, { maxChars }).replaceAll(";", ",").replaceAll("<", "‹")
    .replaceAll(">", "›");
}

/** tmux's own DCS, in which each ESC is written twice. */
function throughTmux(sequence: string): string {
  return `\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\`;
}
