import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { noticeBytes, NoticeLimit, type NoticeWay, noticeWay } from "../../src/terminal/notify.ts";
import { hostileText } from "./screen/hostile_text.ts";

const RXVT: NoticeWay = { sequence: "OSC 777", tmux: false };
const ITERM: NoticeWay = { sequence: "OSC 9", tmux: false };
const HELLO = { title: "ann", text: "hello" };

const TERMINALS: readonly (readonly [Readonly<Record<string, string>>, NoticeWay])[] = [
  [{ TERM: "xterm-256color" }, RXVT],
  [{ TERM: "rxvt-unicode" }, RXVT],
  [{ TERM: "xterm-kitty" }, RXVT],
  [{ TERM: "xterm-ghostty", TERM_PROGRAM: "ghostty" }, RXVT],
  [{ TERM: "xterm-256color", TERM_PROGRAM: "iTerm.app" }, ITERM],
  [{ TERM: "xterm-256color", LC_TERMINAL: "iTerm2" }, ITERM],
  [{ TERM: "xterm-256color", TERM_PROGRAM: "Apple_Terminal" }, { sequence: "none", tmux: false }],
  [{ TERM: "xterm-256color", TERM_PROGRAM: "vscode" }, { sequence: "none", tmux: false }],
  [{ TERM: "xterm-256color", WT_SESSION: "1" }, { sequence: "none", tmux: false }],
  [{ TERM: "alacritty" }, { sequence: "none", tmux: false }],
  [{ TERM: "linux" }, { sequence: "none", tmux: false }],
  [{ TERM: "screen", STY: "1.pts-0" }, { sequence: "none", tmux: false }],
  [{ TERM: "screen-256color", TMUX: "/tmp/tmux" }, { sequence: "OSC 777", tmux: true }],
  [{ TERM: "tmux-256color", TMUX: "/tmp/tmux", LC_TERMINAL: "iTerm2" }, {
    sequence: "OSC 9",
    tmux: true,
  }],
  [{}, RXVT],
];

Deno.test("`noticeWay()` chooses what the terminal takes", () => {
  for (const [env, way] of TERMINALS) {
    assertEquals([env, noticeWay((name) => env[name])], [env, way]);
  }
});

Deno.test("`noticeBytes()` writes the bell, or what the terminal makes a notice of", () => {
  assertEquals(noticeBytes(HELLO, "bell", RXVT), "\x07");
  assertEquals(noticeBytes(HELLO, "desktop", { sequence: "none", tmux: false }), "\x07");
  assertEquals(noticeBytes(HELLO, "desktop", RXVT), "\x1b]777;notify;ann;hello\x07");
  assertEquals(noticeBytes(HELLO, "desktop", ITERM), "\x1b]9;ann: hello\x07");
  assertEquals(
    noticeBytes(HELLO, "desktop", { sequence: "OSC 777", tmux: true }),
    "\x1bPtmux;\x1b\x1b]777;notify;ann;hello\x07\x1b\\\x07",
  );
  assertEquals(
    noticeBytes({ title: "a;b", text: "<b>1;2\n\x1b]0;x\x07" }, "desktop", RXVT),
    "\x1b]777;notify;a,b;‹b›1,2⏎\\u{1B}]0,x\\u{7}\x07",
  );
});

Deno.test("`noticeBytes()` is one sequence of three fields, whatever a peer wrote", () => {
  // deno-lint-ignore no-control-regex -- what must not be inside
  const whole = /^\x1b\]777;notify;([^;\x00-\x1f\x7f-\x9f<>]*);([^;\x00-\x1f\x7f-\x9f<>]*)\x07$/;
  const words = fc.array(fc.oneof(hostileText, fc.constantFrom(";", "<img>", "\x1b\\", "\u009c")))
    .map((parts) => parts.join(""));
  fc.assert(fc.property(words, words, (title, text) => {
    const bytes = noticeBytes({ title, text }, "desktop", RXVT);
    assertMatch(bytes, whole);
    const [, one = "", other = ""] = whole.exec(bytes) ?? [];
    assert([...one, ...other].length <= 200);
    const iTerm = noticeBytes({ title, text }, "desktop", ITERM);
    assertEquals(iTerm, `\x1b]9;${one}: ${other}\x07`);
  }));
  const long = noticeBytes({ title: "n".repeat(300), text: "t".repeat(300) }, "desktop", RXVT);
  assertEquals(long, `\x1b]777;notify;${"n".repeat(63)}…;${"t".repeat(135)}…\x07`);
});

Deno.test("`NoticeLimit` gives one notice in 2 s for a conversation", () => {
  const limit = new NoticeLimit();
  const taken = [0, 1, 1_999, 2_000, 3_999, 4_000].filter((now) => limit.take("ann", now));
  assertEquals(taken, [0, 2_000, 4_000]);
  assertEquals([limit.take("bob", 4_001), limit.take("bob", 4_002)], [true, false]);
});

Deno.test("`NoticeLimit` gives five notices in 2 s to any number of conversations", () => {
  const limit = new NoticeLimit();
  const taken = Array.from({ length: 3_000 }, (_, now) => limit.take(`peer ${now}`, now));
  assertEquals(taken.filter(Boolean).length, 10);
});

Deno.test("`NoticeLimit` does not mind a clock that is set back", () => {
  const limit = new NoticeLimit();
  assertEquals([limit.take("ann", 3_600_000), limit.take("ann", 0)], [true, true]);
});
