import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { drawChat } from "../../src/chat_screen/chat_view.ts";
import { openChat, updateChat } from "../../src/chat_screen/chat.ts";
import type { Question } from "../../src/chat_screen/question.ts";
import { talkKey } from "../../src/chat_screen/talks.ts";
import { qrBlocks } from "../../src/terminal/qr_code.ts";
import { paint } from "../../src/terminal/screen/mod.ts";
import { Emulator } from "../terminal/screen/emulator.ts";
import { hostileText } from "../terminal/screen/hostile_text.ts";
import { ChatHands, facts, talk, WITH_ANN, WITH_BOB } from "./chat_hands.ts";
import { ANN, at, conversation, own, received, SPEAKERS } from "./conversation.ts";

Deno.test("`drawChat()` on 80 x 12: messages, a line about the other side, the field", () => {
  const history = [
    received(1, "are you there?", at(13, 59)),
    own(2, "yes", "read", at(14)),
  ];
  assertEquals(
    new ChatHands({ columns: 80, rows: 8 }, history).press("a new text").screen,
    `


                         beginning of the conversation
─────────────────────────────── Sun 22 Nov 2026 ────────────────────────────────
 13:59    ann  are you there?
 14:00 ✓✓ you  yes
 ann · here for 2 min · not verified · direct · 12 ms      Tab others · F1 help
> a new text
`,
  );
});

Deno.test("`drawChat()` on 40 x 10 says what matters most", () => {
  const { rows } = new ChatHands({ columns: 40, rows: 10 }).tell({
    kind: "facts",
    generation: 1,
    facts: facts({ waiting: 2, link: undefined, lastSeen: at(12), nextAttempt: at(14) + 5_000 }),
  });
  assertEquals(rows[8], " ann · away since 12:00 · 2 waiting");
});

Deno.test("`updateChat()` sends what is written with Enter, and empties the field", () => {
  const chat = new ChatHands().press("hello<enter>");
  assertEquals(chat.take("send"), [{ kind: "send", conversation: WITH_ANN, text: "hello" }]);
  assertEquals(chat.rows.at(-1), ">");
  chat.press("<enter>", "   <enter>");
  assertEquals(chat.take("send"), []);
});

Deno.test("`updateChat()` takes a slash for a command, two for one of the text", () => {
  const chat = new ChatHands().press("/peers<enter>", "//etc/hosts<enter>", "<f1>");
  assertEquals(chat.take("command").map(({ line }) => line), ["/peers", "/help"]);
  assertEquals(chat.take("send").map(({ text }) => text), ["/etc/hosts"]);
});

Deno.test("`updateChat()` lets nothing touch what is being written", () => {
  const chat = new ChatHands().press("half a sent");
  const before = chat.chat.open.editor;
  chat.tell(
    { kind: "message", message: received(31, "news", at(15)), name: "ann" },
    { kind: "facts", generation: 1, facts: facts({ link: undefined }) },
    { kind: "resized", columns: 60, rows: 9 },
    { kind: "printed", line: "a line of the log" },
    { kind: "sheet", title: "peers", lines: ["one"] },
    { kind: "not-sent", key: ANN, text: "something else" },
    { kind: "talks", talks: [talk()] },
  );
  assertEquals(chat.chat.open.editor, before);
  assertStringIncludes(String(chat.grid), "> half a sent");
});

Deno.test("`updateChat()` gives back a text that could not be saved", () => {
  const chat = new ChatHands().press("precious<enter>");
  chat.tell({ kind: "not-sent", key: ANN, text: "precious" });
  assertEquals(chat.rows.at(-1), "> precious");
  chat.press("<ctrl-u>", "other");
  chat.tell({ kind: "not-sent", key: ANN, text: "precious" });
  assertEquals(chat.rows.at(-1), "> other");
});

Deno.test("`updateChat()` tells what is on the screen, and not what is covered", () => {
  const chat = new ChatHands();
  assert(chat.take("shown").at(-1)?.messages.some(({ position }) => position === 29));
  chat.press("<ctrl-o>");
  chat.take("shown");
  chat.tell({ kind: "message", message: received(31, "hidden", at(15)), name: "ann" });
  assertEquals(chat.take("shown"), []);
  chat.press("<escape>");
  assertEquals(chat.take("shown").at(-1)?.messages.at(-1)?.position, 31);
});

Deno.test("`updateChat()` says in one line what comes in elsewhere, and rings", () => {
  const chat = new ChatHands();
  const message = { ...received(40, "are\nyou there", at(15)), conversation: WITH_BOB };
  chat.tell({ kind: "message", message, name: "bob" });
  assertEquals(chat.take("ring").length, 1);
  assertStringIncludes(chat.rows.at(-2) ?? "", "bob: are you there".replace(" you", "⏎you"));
  const [expire] = chat.take("expire");
  chat.tell({ kind: "notice-over", id: expire?.id ?? 0 });
  assertStringIncludes(chat.rows.at(-2) ?? "", "ann · here for 2 min");
});

Deno.test("`updateChat()` rings for what comes in while the terminal has not got the keyboard", () => {
  const chat = new ChatHands();
  const tell = (position: number) =>
    chat.tell({ kind: "message", message: received(position, "news", at(15)), name: "ann" });
  tell(31);
  assertEquals(chat.take("ring"), []);
  chat.tell({ kind: "focus", focused: false });
  tell(32);
  chat.tell({ kind: "message", message: own(33, "mine", "sent", at(15)), name: "ann" });
  assertEquals(chat.take("ring").map(({ message, name }) => [message.position, name]), [
    [32, "ann"],
  ]);
  chat.tell({ kind: "focus", focused: true });
  tell(34);
  assertEquals(chat.take("ring"), []);
});

Deno.test("`updateChat()` rings for what comes in out of sight: further down, or behind a list", () => {
  const chat = new ChatHands();
  const tell = (position: number) =>
    chat.tell({ kind: "message", message: received(position, "news", at(15)), name: "ann" });
  chat.press("<page-up>");
  tell(31);
  assertEquals(chat.take("ring").map(({ message }) => message.position), [31]);
  chat.press("<ctrl-end>");
  tell(32);
  assertEquals(chat.take("ring"), []);
  chat.press("<ctrl-o>");
  tell(33);
  assertEquals(chat.take("ring").map(({ message }) => message.position), [33]);
});

Deno.test("`drawChat()` draws a picture beside lines, black on white for every background", async () => {
  const text = "11111 22222 33333 44444";
  const lines = ["you", text];
  for (const onPaper of [true, false]) {
    const code = qrBlocks(text, onPaper ? "dark" : "light");
    const picture = { ...code, onPaper };
    const chat = new ChatHands({ columns: 80, rows: 24 });
    chat.tell({ kind: "sheet", title: "/verify", lines, picture });
    const { columns } = code;
    assertEquals(chat.rows[2]?.slice(1 + columns).trim(), "you");
    const rows = chat.rows.slice(2, 2 + code.lines.length).map((row) =>
      row.padEnd(80).slice(1, 1 + columns)
    );
    assertEquals(rows, code.lines);
    using emulator = new Emulator(80, 24);
    await emulator.feed(paint(undefined, chat.grid, "16"));
    const look = onPaper ? "\x1b[0;30;47m" : "\x1b[m";
    assertEquals([emulator.cell(2, 1).look, emulator.cell(3, columns).look], [look, look]);
    assertEquals(emulator.cell(2, columns + 1).look, "\x1b[m");
    // A screen that has become too small shows the lines alone.
    chat.tell({ kind: "resized", columns: 40, rows: 24 });
    assertEquals(chat.rows.slice(2, 4), [" you", ` ${text}`]);
  }
});

Deno.test("`updateChat()` keeps a draft for each conversation", () => {
  const chat = new ChatHands().press("for ann");
  const opening = { facts: facts({ name: "bob" }), speakers: SPEAKERS };
  chat.histories.set(talkKey(WITH_BOB), [received(1, "I am bob")]);
  chat.tell({ kind: "opened", conversation: WITH_BOB, ...opening }).press("for bob");
  assertStringIncludes(String(chat.grid), "I am bob");
  assertEquals(chat.rows.at(-1), "> for bob");
  chat.tell({ kind: "opened", conversation: WITH_ANN, ...opening });
  assertEquals(chat.rows.at(-1), "> for ann");
  chat.tell({ kind: "opened", conversation: WITH_BOB, ...opening });
  assertEquals(chat.rows.at(-1), "> for bob");
});

Deno.test("`updateChat()` ignores answers for a conversation that is not shown any more", () => {
  const chat = new ChatHands();
  const opening = { facts: facts({ name: "bob" }), speakers: SPEAKERS };
  chat.tell({ kind: "opened", conversation: WITH_BOB, ...opening });
  const before = chat.chat;
  chat.tell({ kind: "page", generation: 1, id: 1, messages: conversation(5) });
  chat.tell({ kind: "facts", generation: 1, facts: facts() });
  assertEquals(chat.chat, before);
});

Deno.test("The list of conversations is found in, chosen from, and left", () => {
  const chat = new ChatHands({ columns: 80, rows: 6 });
  chat.tell({
    kind: "talks",
    talks: [
      talk({ unread: 2, last: { text: "news\nof today", own: false, time: at(13) } }),
      talk({ conversation: WITH_ANN, name: "ann", waiting: 1 }),
    ],
  });
  chat.press("<tab>");
  assertEquals(chat.rows.slice(2), [
    "▌bob  news⏎of today                                                2 new  13:00",
    " ann  see you                                                  1 waiting  13:00",
    " ann · here for 2 min · not verified · direct · 12 ms                  Esc back",
    "Open:",
  ]);
  chat.press("<down><enter>");
  assertEquals(chat.take("open").map(({ conversation }) => conversation), [WITH_ANN]);
  chat.press("bo<enter>");
  assertEquals(chat.take("open").map(({ conversation }) => conversation), [WITH_BOB]);
  chat.press("x<enter>");
  assertEquals(chat.take("find").map(({ text }) => text), ["box"]);
  chat.press("<escape>");
  assertEquals(chat.chat.over, undefined);
  chat.press("<alt-1>");
  assertEquals(chat.take("open").map(({ conversation }) => conversation), [WITH_BOB]);
});

Deno.test("Esc goes back step by step, Ctrl-C and Ctrl-D leave", () => {
  const chat = new ChatHands().press("<alt-up>", "<page-up>");
  chat.press("<escape>");
  assertEquals(chat.chat.open.pane.selected, undefined);
  chat.press("<escape>");
  assertEquals([chat.chat.open.pane.place.kind, chat.chat.end], ["bottom", undefined]);
  chat.press("<escape>");
  assertEquals(chat.chat.end, "back");
  assertEquals(new ChatHands().press("<ctrl-c>").chat.end, "interrupted");
  assertEquals(new ChatHands().press("<ctrl-d>").chat.end, "quit");
  assertEquals(new ChatHands().press("x<ctrl-d>").chat.end, undefined);
});

Deno.test("A sheet is scrolled, closed, and typed over", () => {
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);
  const chat = new ChatHands({ columns: 40, rows: 10 }).tell({ kind: "sheet", title: "t", lines });
  assertEquals(chat.rows.slice(0, 4), [
    " t                   34 more: Page-Down",
    "",
    " line 1",
    " line 2",
  ]);
  chat.press("<page-down>");
  assertEquals(chat.rows[2], " line 7");
  chat.press("x");
  assertEquals([chat.chat.over, chat.rows.at(-1)], [undefined, "> x"]);
});

Deno.test("Whatever anybody writes, the screen is harmless and whole", () => {
  fc.assert(
    fc.property(
      fc.array(hostileText, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 40, max: 90 }),
      fc.integer({ min: 10, max: 24 }),
      (texts, columns, rows) => {
        const [first = ""] = texts;
        const chat = new ChatHands(
          { columns, rows },
          texts.map((text, at) => received(at + 1, text)),
        );
        chat.tell(
          { kind: "talks", talks: [talk({ last: { text: first, own: true, time: at(1) } })] },
          { kind: "notice", text: first, tone: "news" },
          { kind: "sheet", title: "t", lines: [first.replaceAll("\n", " ")] },
        );
        for (const press of ["", "<escape>", "<tab>"]) {
          const { grid } = chat.press(press);
          assertEquals([grid.columns, grid.rows], [columns, rows]);
          assertEquals(
            /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(String(grid).replaceAll("\n", "")),
            false,
          );
        }
      },
    ),
  );
});

Deno.test("`updateChat()` goes on with the peer that answered at the address", () => {
  const address = { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" } as const;
  const opening = { facts: facts({ name: "127.0.0.1:7000" }), speakers: SPEAKERS };
  const chat = new ChatHands();
  chat.tell({ kind: "opened", conversation: address, ...opening }).press("half a sent");
  chat.histories.set(talkKey(WITH_BOB), [own(1, "to whom it may concern", "delivered")]);
  const { generation } = chat.chat.open;
  const bob = { facts: facts({ name: "bob" }), speakers: SPEAKERS };
  chat.tell({ kind: "answered", generation, conversation: WITH_BOB, ...bob });
  assertEquals(chat.rows.at(-1), "> half a sent");
  assertStringIncludes(String(chat.grid), "✓  you  to whom it may concern");
  assertEquals([...chat.chat.drafts.keys()].includes(talkKey(address)), false);
});

Deno.test("A command that is none stays, to be put right; one that is being typed is explained", () => {
  const chat = new ChatHands().press("/pers<enter>");
  assertEquals([chat.take("command"), chat.rows.at(-1)], [[], "> /pers"]);
  assertStringIncludes(chat.rows.at(-2) ?? "", "/peers");
  chat.press("<ctrl-u>", "/search");
  assertStringIncludes(chat.rows.at(-2) ?? "", "/search TEXT");
});

Deno.test("Tab completes a command, if it is still what is written", () => {
  const chat = new ChatHands().press("/pe<tab>");
  const [asked] = chat.take("complete");
  assertEquals([asked?.text, asked?.cursor], ["/pe", 3]);
  const completion = {
    candidates: [{ text: "/peers", about: "" }],
    from: 0,
    to: 3,
    insert: "/peers ",
  };
  chat.tell({ kind: "completed", text: "/p", cursor: 2, completion });
  assertEquals(chat.rows.at(-1), "> /pe");
  chat.tell({ kind: "completed", text: "/pe", cursor: 3, completion });
  assertEquals(chat.rows.at(-1), "> /peers");
});

Deno.test("A search lists what it found, goes there, and leads back step by step", () => {
  const chat = new ChatHands({ columns: 60, rows: 10 }, conversation(600));
  const { generation } = chat.chat.open;
  const history = conversation(600);
  const messages = [3, 40, 45].map((position) => history[position - 1] ?? received(0, ""));
  chat.tell({ kind: "found", generation, search: "OWN message", messages });
  assertEquals(chat.rows, [
    " 3 with OWN message",
    "",
    "",
    "",
    "",
    " 08:02  you  own message 3",
    " 08:39  ann  message 40",
    "▌08:44  you  own message 45",
    " ann · here for 2 min · direct    Enter shows it · Esc back",
    ">",
  ]);
  chat.press("<up><up><enter>");
  assertEquals(chat.chat.open.pane.selected, 3);
  const row = chat.rows.findIndex((each) => each.endsWith("you  own message 3"));
  assert(row >= 0, chat.screen);
  const column = (chat.rows[row] ?? "").indexOf("own message");
  assertEquals(chat.grid.lookAt(row, column).inverse, true);
  assertEquals(chat.grid.lookAt(row, column + "own message ".length).inverse, undefined);
  chat.press("<escape>");
  assertStringIncludes(chat.rows[7] ?? "", "own message 45");
  chat.press("<escape>");
  assertEquals(chat.chat.over, undefined);
  assertStringIncludes(String(chat.grid), "own message 600");
  assertEquals([chat.chat.open.pane.selected, chat.chat.open.pane.search], [undefined, undefined]);
});

Deno.test("Whoever writes ends the search; what was found elsewhere is not shown", () => {
  const chat = new ChatHands({ columns: 60, rows: 10 }, conversation(600));
  const { generation } = chat.chat.open;
  const messages = conversation(3);
  chat.tell({ kind: "found", generation: generation - 1, search: "x", messages });
  assertEquals(chat.chat.over, undefined);
  chat.tell({ kind: "found", generation, search: "message", messages }).press("<enter>");
  chat.press("here<enter>");
  assertEquals(chat.take("send").map(({ text }) => text), ["here"]);
  assertEquals([chat.chat.open.found, chat.chat.open.pane.search], [undefined, undefined]);
  chat.tell({ kind: "found", generation, search: "message", messages }).press("new");
  assertEquals([chat.chat.over, chat.rows.at(-1)], [undefined, "> new"]);
  assertStringIncludes(String(chat.grid), "own message 600");
});

Deno.test("A conversation that is opened for one message shows it, and goes back from it", () => {
  const chat = new ChatHands({ columns: 60, rows: 10 }, conversation(600));
  const goal = { position: 300, search: "300" };
  const opening = { conversation: WITH_ANN, facts: facts(), speakers: SPEAKERS, goal };
  chat.tell({ kind: "opened", ...opening });
  assertStringIncludes(String(chat.grid), "▌12:59 ✓  you  own message 300");
  chat.tell({ kind: "resized", columns: 44, rows: 12 });
  assertStringIncludes(String(chat.grid), "own message 300");
  chat.press("<escape>");
  assertEquals(chat.chat.end, "back");
});

const QUESTION: Question = {
  lines: ["bob (12D3Ko) is not the one you know by this name."],
  ask: "Write to it all the same?",
  yes: { kind: "stay", accepted: "12D3KooWBob" },
  no: { kind: "open", conversation: WITH_ANN },
};

Deno.test("A question stops everything until it is answered, and keeps the draft", () => {
  const chat = new ChatHands({ columns: 60, rows: 8 }).press("half a sent");
  const { generation } = chat.chat.open;
  chat.tell({ kind: "question", generation, question: QUESTION });
  assertEquals(chat.rows.slice(3), [
    " bob (12D3Ko) is not the one you know by this name.",
    "",
    " Write to it all the same? (y/N)",
    " ann · here for 2 min · not verified          y or n, Enter",
    "> half a sent",
  ]);
  assertEquals(chat.grid.cursor, { row: 5, column: 33 });
  // Whoever was in the middle of a text has not answered with it.
  chat.press("ence: why not<enter><tab><ctrl-o><f1><page-up>");
  chat.tell({ kind: "sheet", title: "t", lines: ["late"] });
  assertEquals([chat.chat.over?.kind, chat.rows.at(-1)], ["question", "> half a sent"]);
  assertEquals(chat.effects.filter(({ kind }) => kind === "command" || kind === "send"), []);
  chat.press("Y");
  assertEquals(chat.rows[5], " Write to it all the same? (y/N) Y");
  chat.press("<enter>");
  assertEquals(chat.take("accepted"), [{ kind: "accepted", peerId: "12D3KooWBob" }]);
  chat.press("ence<enter>");
  assertEquals(chat.take("send").map(({ text }) => text), ["half a sentence"]);
});

Deno.test("No to a question is Enter, Esc or n, and leads where it says", () => {
  for (const no of ["<enter>", "<escape>", "n<enter>", "No<enter>"]) {
    const chat = new ChatHands();
    const { generation } = chat.chat.open;
    chat.tell({ kind: "question", generation, question: QUESTION }).press(no);
    assertEquals(chat.take("open").map(({ conversation }) => conversation), [WITH_ANN], no);
    assertEquals(chat.take("accepted"), []);
    const leaving: Question = { ...QUESTION, no: { kind: "leave" } };
    chat.tell({ kind: "question", generation, question: leaving }).press(no);
    assertEquals(chat.chat.end, "back");
  }
});

Deno.test("A question that comes with a conversation is there before its first size", () => {
  const opening = { conversation: WITH_ANN, facts: facts(), speakers: SPEAKERS };
  const first = openChat({ ...opening, question: QUESTION });
  const { model } = updateChat(first, { kind: "resized", columns: 60, rows: 8 });
  assertEquals(model.over?.kind, "question");
});

Deno.test("A sheet can be read to its end after the screen became narrow", () => {
  const lines = Array.from({ length: 10 }, (_, index) => `a line that gets two rows ${index + 1}`);
  const chat = new ChatHands({ columns: 80, rows: 10 }).tell({ kind: "sheet", title: "t", lines });
  chat.tell({ kind: "resized", columns: 22, rows: 10 });
  assertEquals(chat.rows[0], " t 14 more: Page-Down");
  for (let page = 0; page < 5; page++) chat.press("<page-down>");
  assertEquals(chat.rows.slice(6, 8), [" a line that gets two", " rows 10"]);
  chat.tell({ kind: "resized", columns: 80, rows: 10 });
  assertEquals(chat.rows[7], " a line that gets two rows 10");
  chat.press("<up>");
  assertEquals(chat.rows[7], " a line that gets two rows 9");
});

Deno.test("Who answers at the address leaves a question about it as it is", () => {
  const address = { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" } as const;
  const opening = { facts: facts(), speakers: SPEAKERS, question: QUESTION };
  const chat = new ChatHands({ columns: 60, rows: 8 });
  chat.tell({ kind: "opened", conversation: address, ...opening }).press("y");
  const { generation } = chat.chat.open;
  chat.tell({ kind: "answered", generation, conversation: WITH_BOB, ...opening });
  assertEquals(chat.rows[5], " Write to it all the same? (y/N) y");
  chat.press("<enter>");
  assertEquals(chat.chat.over, undefined);
});

Deno.test("What was found stays where somebody answers at the address", () => {
  const address = { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" } as const;
  const opening = { facts: facts(), speakers: SPEAKERS };
  const chat = new ChatHands({ columns: 60, rows: 10 });
  chat.tell({ kind: "opened", conversation: address, ...opening });
  const { generation } = chat.chat.open;
  chat.tell({ kind: "found", generation, search: "message", messages: conversation(3) });
  chat.tell({ kind: "answered", generation, conversation: WITH_ANN, ...opening });
  assertStringIncludes(String(chat.grid), "own message 3");
});

Deno.test("What was written to an address stays in sight while somebody answers there", () => {
  const address = { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" } as const;
  const opening = { facts: facts(), speakers: SPEAKERS };
  const chat = new ChatHands({ columns: 60, rows: 10 });
  chat.tell({ kind: "opened", conversation: address, ...opening });
  const { generation } = chat.chat.open;
  const written = { ...own(1, "who is there?", "queued"), conversation: address };
  chat.tell({ kind: "message", message: written, name: "127.0.0.1:7000" });
  const answered = { kind: "answered", generation, conversation: WITH_BOB, ...opening } as const;
  const { model, effects } = updateChat(chat.chat, answered);
  assertStringIncludes(String(drawChat(model, model.size)), "who is there?");
  assert(effects.some(({ kind }) => kind === "read"));
  // The page is asked for all the same, and is what counts.
  chat.histories.set(talkKey(WITH_BOB), [own(1, "as it is now", "delivered")]);
  chat.tell(answered);
  assertEquals(String(chat.grid).includes("who is there?"), false);
  assertStringIncludes(String(chat.grid), "as it is now");
});
