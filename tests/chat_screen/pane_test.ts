import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  openPane,
  PAGE_MESSAGES,
  type PaneEvent,
  shownMessages,
  updatePane,
} from "../../src/chat_screen/mod.ts";
import { conversation, own, PaneDriver, received, SPEAKERS } from "./conversation.ts";

const UP: PaneEvent = { kind: "scroll", by: -1, unit: "row" };
const DOWN: PaneEvent = { kind: "scroll", by: 1, unit: "row" };
const PAGE_UP: PaneEvent = { kind: "scroll", by: -1, unit: "page" };
const PAGE_DOWN: PaneEvent = { kind: "scroll", by: 1, unit: "page" };
const HOME: PaneEvent = { kind: "jump", to: "first" };
const END: PaneEvent = { kind: "jump", to: "last" };

/** Numbers of the messages on the screen, top first. */
function numbers({ rows }: PaneDriver): number[] {
  return rows.flatMap((row) => /message (\d+)$/.exec(row)?.[1] ?? []).map(Number);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

Deno.test("`openPane()` asks for the newest page and shows the end of it", () => {
  const { requests } = openPane({ columns: 80, rows: 10, speakers: SPEAKERS });
  assertEquals(requests.map(({ range }) => range), [{ from: "last" }]);
  assertEquals(numbers(new PaneDriver(conversation(500))), range(491, 500));
});

Deno.test("`updatePane()` scrolls by rows and pages, and says that there is more below", () => {
  const driver = new PaneDriver(conversation(500));
  driver.send(UP);
  assertEquals(numbers(driver), range(490, 498));
  assertEquals(driver.rows.at(-1)?.trim(), "↓ more below");
  driver.send(PAGE_UP);
  assertEquals(numbers(driver), range(483, 491));
  driver.send(PAGE_DOWN, PAGE_DOWN);
  assertEquals(numbers(driver), range(491, 500));
});

Deno.test("`updatePane()` goes to the beginning of a long history and back, in little memory", () => {
  const driver = new PaneDriver(conversation(20_000));
  driver.send(HOME);
  assertEquals(numbers(driver), range(1, 7));
  assertEquals(driver.rows[0]?.trim(), "beginning of the conversation");
  assertEquals(driver.pane.window.messages.length, PAGE_MESSAGES);
  driver.send(END);
  assertEquals(numbers(driver), range(19_991, 20_000));
  assertEquals(driver.pane.place, { kind: "bottom" });
});

Deno.test("`updatePane()` loads pages before they are needed, and drops those far away", () => {
  const driver = new PaneDriver(conversation(2_000));
  for (let page = 0; page < 180; page++) {
    const [top = 0] = numbers(driver);
    driver.send(PAGE_UP);
    // Pages overlap, also where the separator of a day takes a row.
    const seen = numbers(driver);
    assert(page === 0 || [top, top + 1, top + 2].some((each) => seen.at(-1) === each), `${page}`);
    assertEquals(seen, range(seen[0] ?? 0, seen.at(-1) ?? 0));
    assert(driver.pane.window.messages.length <= 400);
  }
  assert((numbers(driver)[0] ?? 0) < 800);
  for (let page = 0; page < 190; page++) driver.send(PAGE_DOWN);
  assertEquals(numbers(driver), range(1_991, 2_000));
});

Deno.test("`updatePane()` follows what comes in at the bottom", () => {
  const driver = new PaneDriver(conversation(50));
  driver.add(received(51, "message 51")).add(own(52, "own message 52", "queued"));
  assertEquals(numbers(driver).slice(-3), [50, 51, 52]);
  driver.send({ kind: "message", message: own(52, "own message 52", "read") });
  assert(driver.rows.at(-1)?.includes("✓✓ you  own message 52"));
});

Deno.test("`updatePane()` moves nothing where somebody reads further up, and counts what is new", () => {
  const driver = new PaneDriver(conversation(50)).send(PAGE_UP);
  const { rows } = driver;
  driver.add(received(51, "message 51")).add(received(52, "message 52"));
  assertEquals(driver.rows.slice(0, -1), rows.slice(0, -1));
  assertEquals(driver.rows.at(-1)?.trim(), "↓ 2 new below");
  driver.send(PAGE_DOWN, PAGE_DOWN);
  assertEquals(numbers(driver).slice(-2), [51, 52]);
  driver.send(UP);
  assertEquals(driver.rows.at(-1)?.trim(), "↓ more below");
});

Deno.test("`updatePane()` shows an own message at once, also to somebody further up", () => {
  const driver = new PaneDriver(conversation(5_000)).send(HOME, PAGE_DOWN);
  driver.add(own(5_001, "own message 5001", "queued"));
  assertEquals(numbers(driver).at(-1), 5_001);
  assertEquals(driver.pane.place, { kind: "bottom" });
});

Deno.test("`updatePane()` keeps what is read in memory, however much comes in", () => {
  const driver = new PaneDriver(conversation(50)).send(PAGE_UP, PAGE_UP);
  const { rows } = driver;
  driver.answersAtOnce = false;
  for (const number of range(51, 1_000)) driver.add(received(number, `message ${number}`));
  assertEquals(driver.rows.slice(0, -1), rows.slice(0, -1));
  assert(driver.pane.window.messages.length <= 400);
  driver.answer().send(END).answer();
  assertEquals(numbers(driver), range(991, 1_000));
});

Deno.test("`updatePane()` misses nothing that comes in while a page is on its way", () => {
  const history = range(1, 303).map((number) => received(number, `message ${number}`));
  const early = history.slice(0, 301);
  for (const open of [true, false]) {
    const driver = new PaneDriver(early);
    if (open) driver.pane = openPane({ columns: 80, rows: 10, speakers: SPEAKERS }).pane;
    else driver.send(HOME);
    driver.answersAtOnce = false;
    if (!open) driver.send(END);
    const id = driver.pane.window.waiting.jump?.id ?? 0;
    for (const message of history.slice(301)) driver.send({ kind: "message", message });
    if (open) assertEquals(numbers(driver), []);
    // The page was read before the last two were written.
    driver.send({ kind: "page", id, messages: early.slice(-PAGE_MESSAGES) });
    driver.history = history;
    driver.answer();
    assertEquals(numbers(driver), range(294, 303));
  }
});

Deno.test("`updatePane()` shows nothing twice where pages overlap", () => {
  const history = conversation(400);
  for (const [direction, first] of [["before", END], ["after", HOME]] as const) {
    const driver = new PaneDriver(history);
    driver.answersAtOnce = false;
    driver.send(first).answer();
    while (driver.waiting[0]?.range.from !== direction) {
      driver.send(direction === "before" ? PAGE_UP : PAGE_DOWN);
    }
    const { id } = driver.waiting[0];
    const [from, to] = direction === "before" ? [200, 350] : [50, 200];
    driver.send({ kind: "page", id, messages: history.slice(from, to) });
    const positions = driver.pane.window.messages.map(({ position }) => position);
    assertEquals(positions, range(positions[0] ?? 0, positions.at(-1) ?? 0));
    assert(positions.length > PAGE_MESSAGES);
  }
});

Deno.test("`updatePane()` keeps the row whose text was at the top there, when the width changes", () => {
  const words = range(1, 200).map((number) => `w${number}`).join(" ");
  const driver = new PaneDriver([received(1, words), ...conversation(20).slice(1)]);
  for (let step = 0; step < 16; step++) driver.send(UP);
  const [word] = driver.rows[0]?.trim().split(" ") ?? [];
  assert(word?.startsWith("w"));
  for (const columns of [100, 61, 45, 80]) {
    driver.send({ kind: "resize", columns, rows: 10 });
    assert(driver.rows[0]?.split(" ").includes(word ?? ""), `${columns}: ${driver.screen}`);
  }
});

Deno.test("`updatePane()` ignores a page that was asked for before a jump", () => {
  const driver = new PaneDriver(conversation(1_000));
  driver.answersAtOnce = false;
  for (let step = 0; step < 9; step++) driver.send(PAGE_UP);
  const [older] = driver.waiting;
  driver.send(HOME);
  const before = driver.pane.window.messages;
  driver.send({ kind: "page", id: older?.id ?? 0, messages: conversation(800) });
  assertEquals(driver.pane.window.messages, before);
  driver.answer();
  assertEquals(numbers(driver)[0], 1);
});

Deno.test("`updatePane()` asks again for a page that could not be had, when somebody scrolls", () => {
  const driver = new PaneDriver(conversation(1_000));
  driver.answersAtOnce = false;
  for (let step = 0; step < 8; step++) driver.send(PAGE_UP);
  const [request] = driver.waiting;
  driver.send({ kind: "page-failed", id: request?.id ?? 0 });
  assertEquals(driver.waiting.length, 1);
  driver.send(UP);
  assertEquals(driver.waiting.map(({ range }) => range), [request?.range, request?.range]);
});

Deno.test("`updatePane()` selects messages and scrolls to them", () => {
  const driver = new PaneDriver(conversation(500));
  for (let step = 0; step < 30; step++) driver.send({ kind: "select", by: -1 });
  assertEquals(driver.pane.selected, 471);
  const selected = driver.rows.filter((row) => row.startsWith("▌"));
  assertEquals(selected.length, 2);
  assert(selected[0]?.endsWith("message 471"));
  for (let step = 0; step < 30; step++) {
    driver.send({ kind: "select", by: 1 });
    if (step < 29) assertEquals(driver.rows.filter((row) => row.startsWith("▌")).length, 2);
  }
  assertEquals(driver.pane.selected, undefined);
  assertEquals(numbers(driver), range(491, 500));
});

Deno.test("`updatePane()` shows the beginning of a selected message that is too long for the screen", () => {
  const driver = new PaneDriver([...conversation(20), received(21, "long\n".repeat(30) + "end")]);
  driver.send({ kind: "select", by: -1 });
  assert(driver.rows[0]?.includes("ann  long"), driver.screen);
});

Deno.test("`shownMessages()` gives those of which a row is on the screen", () => {
  const driver = new PaneDriver(conversation(50));
  assertEquals(shownMessages(driver.pane).map(({ position }) => position), range(41, 50));
  driver.send(PAGE_UP);
  assertEquals(shownMessages(driver.pane).map(({ position }) => position), range(33, 41));
});

const texts = fc.array(fc.string({ maxLength: 200 }), { minLength: 1, maxLength: 60 });
const size = fc.record({
  columns: fc.integer({ min: 12, max: 130 }),
  rows: fc.integer({ min: 1, max: 40 }),
});

Deno.test("another size keeps the text at the top in its place, and the old size brings it back", () => {
  fc.assert(
    fc.property(texts, size, size, fc.nat(80), (texts, first, second, up) => {
      const history = texts.map((text, index) => received(index + 1, text || "-"));
      const driver = new PaneDriver(history, first);
      for (let step = 0; step < up; step++) driver.send(UP);
      const { screen, pane } = driver;
      driver.send({ kind: "resize", ...second });
      if (pane.place.kind === "bottom") assertEquals(driver.pane.place.kind, "bottom");
      const stayed = driver.pane.place === pane.place;
      driver.send({ kind: "resize", ...first });
      if (stayed) assertEquals(driver.screen, screen);
    }),
    { numRuns: 300 },
  );
});

Deno.test("scrolling up and down again ends where it began", () => {
  fc.assert(
    fc.property(texts, size, fc.nat(60), (texts, size, steps) => {
      const history = texts.map((text, index) => received(index + 1, text || "-"));
      const driver = new PaneDriver(history, size);
      const { screen } = driver;
      for (let step = 0; step < steps; step++) driver.send(UP);
      for (let step = 0; step < steps; step++) driver.send(DOWN);
      assertEquals(driver.screen, screen);
    }),
    { numRuns: 300 },
  );
});

const event = fc.oneof<fc.Arbitrary<PaneEvent>[]>(
  fc.constantFrom(UP, DOWN, PAGE_UP, PAGE_DOWN, HOME, END),
  fc.constantFrom<PaneEvent>({ kind: "select", by: -1 }, { kind: "select", by: 1 }, {
    kind: "deselect",
  }),
  size.map((size) => ({ kind: "resize", ...size })),
  fc.constant({ kind: "message", message: received(0, "comes in") }),
  fc.constant({ kind: "message", message: own(0, "goes out") }),
);

Deno.test("a pane is whole after whatever happens, and shows everything in the end", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(event, fc.boolean()), { maxLength: 60 }),
      fc.integer({ min: 0, max: 700 }),
      size,
      (events, count, size) => {
        const driver = new PaneDriver(conversation(count), size);
        for (const [event, answers] of events) {
          driver.answersAtOnce = answers;
          if (event.kind === "message") {
            driver.add({ ...event.message, position: driver.history.length + 1 });
          } else driver.send(event);
          if (answers) driver.answer();
          assertWhole(driver);
        }
        driver.answersAtOnce = true;
        driver.answer().send(END);
        assertEquals(driver.pane.place, { kind: "bottom" });
        assertEquals(shownMessages(driver.pane).at(-1), driver.history.at(-1));
      },
    ),
    { numRuns: 300 },
  );
});

function assertWhole({ pane, history, rows }: PaneDriver): void {
  const { messages, hasOlder, hasNewer } = pane.window;
  assert(messages.length <= 400);
  const first = messages[0]?.position ?? 1;
  assertEquals(messages, history.slice(first - 1, first - 1 + messages.length));
  if (messages.length > 0 && !hasOlder) assertEquals(first, 1);
  if (messages.length > 0 && !hasNewer) assertEquals(messages.at(-1), history.at(-1));
  assertEquals(rows.length, pane.rows);
  if (messages.length > 0) assert(rows.some((row) => row !== ""));
}

Deno.test("`updatePane()` does not change the pane that it was given", () => {
  const { pane } = new PaneDriver(conversation(50));
  const before = { ...pane };
  updatePane(pane, PAGE_UP);
  updatePane(pane, { kind: "message", message: received(51, "x") });
  assertEquals({ ...pane }, before);
});
