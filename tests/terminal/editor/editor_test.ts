import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  afterSending,
  editKey,
  type Editor,
  layOutEditor,
  newEditor,
  utf8Bytes,
} from "../../../src/terminal/editor/mod.ts";
import { hostileText } from "../screen/hostile_text.ts";
import { ctrl, Field, KEY, keyEvents } from "./field.ts";

Deno.test("`editKey()` moves by graphemes, words and lines", () => {
  const field = new Field();
  field.press("one", " 漢字", " 👩‍👩‍👧!");
  assertEquals(field.shown, "one 漢字 👩‍👩‍👧!|");
  field.press(KEY.left, KEY.left);
  assertEquals(field.shown, "one 漢字 |👩‍👩‍👧!");
  field.press(KEY.altB);
  assertEquals(field.shown, "one |漢字 👩‍👩‍👧!");
  field.press(ctrl("a"), KEY.right, KEY.altF);
  assertEquals(field.shown, "one| 漢字 👩‍👩‍👧!");
  field.press(KEY.ctrlRight, KEY.end, KEY.ctrlLeft, KEY.ctrlLeft, KEY.home);
  assertEquals(field.shown, "|one 漢字 👩‍👩‍👧!");
  field.press(ctrl("e"), KEY.altEnter, "two", KEY.home);
  assertEquals(field.shown, "one 漢字 👩‍👩‍👧!\n|two");
});

Deno.test("`editKey()` moves by rows and keeps the column", () => {
  const field = new Field({ columns: 11, rows: 5 });
  field.paste("0123456789abcdef\nxy\n漢字漢字漢字");
  assertEquals(field.screen, "0123456789\nabcdef\nxy\n漢字漢字漢\n字\n@4,2");
  field.press(KEY.left, KEY.up, KEY.right, KEY.right, KEY.right, KEY.up);
  assertEquals(field.shown, "0123456789abcdef\nxy|\n漢字漢字漢字");
  field.press(KEY.up);
  assertEquals(field.shown, "0123456789abcdef|\nxy\n漢字漢字漢字");
  field.press(KEY.up, KEY.down, KEY.down, KEY.down);
  assertEquals(field.shown, "0123456789abcdef\nxy\n漢字漢|字漢字");
});

Deno.test("`editKey()` deletes, cuts and puts back", () => {
  const field = new Field();
  field.press("one two/three four", ctrl("w"), ctrl("w"));
  assertEquals(field.shown, "one |");
  field.press(ctrl("y"));
  assertEquals(field.shown, "one two/three four|");
  field.press("\x1b\x7f", KEY.home, KEY.delete, KEY.altD);
  assertEquals(field.shown, "| two/three ");
  field.press(ctrl("k"), ctrl("y"), KEY.backspace, ctrl("u"));
  assertEquals(field.shown, "|");
  assertEquals(field.editor.cut, "ne two/three");
  field.paste("a\nb");
  field.press(ctrl("u"), ctrl("u"), ctrl("u"));
  assertEquals([field.shown, field.editor.cut], ["|", "a\nb"]);
});

Deno.test("`editKey()` deletes whole graphemes", () => {
  const field = new Field();
  field.paste("e\u0301👩‍👩‍👧🇩🇪क्षि");
  for (const left of ["e\u0301👩‍👩‍👧🇩🇪", "e\u0301👩‍👩‍👧", "e\u0301", ""]) {
    field.press(KEY.backspace);
    assertEquals(field.editor.text, left);
  }
});

Deno.test("`editKey()` undoes words and larger steps, and does them again", () => {
  const field = new Field();
  field.press("hello world", ctrl("w"), "you");
  field.press(ctrl("_"));
  assertEquals(field.editor.text, "hello ");
  field.press(ctrl("z"));
  assertEquals(field.shown, "hello world|");
  field.press(ctrl("z"));
  assertEquals(field.editor.text, "hello");
  field.press(KEY.altZ, KEY.altZ, KEY.altZ);
  assertEquals(field.editor.text, "hello you");
  field.press(KEY.altZ);
  assertEquals(field.editor.remark, "nothing to redo");
});

Deno.test("`editKey()` recalls what was sent, and comes back to what was being written", () => {
  const field = new Field({ sent: ["first", "second\nlines"] });
  field.press("draft", KEY.up);
  assertEquals(field.shown, "second\nlines|");
  field.press(KEY.up, KEY.up);
  assertEquals(field.shown, "first|");
  field.press(KEY.up);
  assertEquals(field.shown, "first|");
  field.press(KEY.down, KEY.down);
  assertEquals(field.shown, "draft|");
  field.press(KEY.down);
  assertEquals(field.shown, "draft|");
});

Deno.test("`afterSending()` is empty and can recall what was sent", () => {
  const field = new Field();
  field.press("hello");
  field.editor = afterSending(field.editor);
  assertEquals([field.shown, field.editor.undo.length], ["|", 0]);
  field.press(KEY.up);
  assertEquals(field.shown, "hello|");
});

Deno.test("`editKey()` leaves the keys of others alone", () => {
  const field = new Field();
  assertEquals(field.press("\r", "\t", "\x1b[5~", ctrl("d"), ctrl("c"), ctrl("l")), [
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});

Deno.test("`editKey()` refuses what would be longer than a message, and says so", () => {
  const field = new Field({ limitBytes: 8 });
  field.press("漢字ab", "c");
  assertEquals(field.editor.text, "漢字ab");
  assertEquals(field.editor.remark, "a message has at most 8 B");
  field.press(KEY.left);
  assertEquals(field.editor.remark, undefined);
  field.paste("xyz");
  assertEquals(field.editor.text, "漢字ab");
  assertEquals(
    field.editor.remark,
    "not inserted: that is 3 B more, and a message has at most 8 B",
  );
});

Deno.test("`drawEditor()` shows the rows around the cursor, and that there are more", () => {
  const field = new Field({ columns: 8, rows: 3 });
  field.paste("one\ntwo\nthree\nfour");
  assertEquals(field.screen, "two    ↑\nthree\nfour\n@2,4");
  field.press(KEY.up, KEY.up);
  assertEquals(field.screen, "two    ↑\nthree\nfour\n@0,3");
  field.press(KEY.up);
  assertEquals(field.screen, "one\ntwo\nthree  ↓\n@0,3");
});

Deno.test("`drawEditor()` places wide, combined and right-to-left text, and the cursor", () => {
  const field = new Field({ columns: 12, rows: 2 });
  field.press("漢e\u0301👩‍👩‍👧 שלום");
  assertEquals(field.screen, "漢e\u0301👩‍👩‍👧 שלום\n\n@0,10");
  field.press(KEY.left, KEY.left, KEY.left, KEY.left, KEY.left, KEY.left);
  assertEquals(field.screen, "漢e\u0301👩‍👩‍👧 שלום\n\n@0,3");
});

Deno.test("`drawEditor()` keeps the cursor on the screen behind a full row", () => {
  const field = new Field({ columns: 6, rows: 2 });
  field.press("hello");
  assertEquals(field.screen, "hello\n\n@0,5");
  field.press(" ");
  assertEquals(field.screen, "hello\n\n@1,0");
});

const keys = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<string>(...Object.values(KEY)) },
  { weight: 3, arbitrary: fc.constantFrom(..."AEBFDHUKWYZPNJ").map(ctrl) },
  { weight: 2, arbitrary: fc.constantFrom("\x1f", "\x1b\x7f", "\x1b[122;6u", "\x1b[1;3D") },
  { weight: 2, arbitrary: hostileText.map((text) => `\x1b[200~${text}\x1b[201~`) },
  { weight: 4, arbitrary: fc.constantFrom(..."ab 漢é\u0301\u200d👩🇩🇪ש", "क", "\u094d", "ष") },
);
const size = fc.record({
  columns: fc.integer({ min: 2, max: 20 }),
  rows: fc.integer({ min: 1, max: 5 }),
});

function afterKeys(
  editor: Editor,
  list: readonly string[],
  field: { columns: number; rows: number },
) {
  const editors = [editor];
  for (const event of list.flatMap((each) => keyEvents(each))) {
    const after = editKey(editors.at(-1) ?? editor, event, field);
    if (after !== undefined) editors.push(after);
  }
  return editors;
}

Deno.test("an `Editor` has its cursor between graphemes and on the screen, and keeps its limit", () => {
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 40 }), size, (list, field) => {
      const start = newEditor({ limitBytes: 60, sent: ["e\u0301 x", "漢字\n🇩🇪"] });
      for (const editor of afterKeys(start, list, field)) {
        const boundaries = [...new Intl.Segmenter().segment(editor.text)].map(({ index }) => index);
        assert([...boundaries, editor.text.length].includes(editor.cursor), editor.text);
        assert(utf8Bytes(editor.text) <= 60);
        const { rows, cursor } = layOutEditor(editor, field.columns);
        assert(cursor.column < field.columns);
        assert(editor.top <= cursor.row && cursor.row < editor.top + field.rows);
        assertEquals(
          rows.map(({ start, end }) => editor.text.slice(start, end)).join("").length,
          editor.text.replaceAll("\n", "").length,
        );
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("undoing everything gives the beginning back, redoing everything the end", () => {
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 60 }), size, (list, field) => {
      const start = newEditor({ limitBytes: 1_000, draft: "to begin with" });
      const end = afterKeys(start, list, field).at(-1) ?? start;
      const undone = afterKeys(end, end.undo.map(() => ctrl("z")), field).at(-1) ?? end;
      assertEquals([undone.text, undone.undo.length], [start.text, 0]);
      const steps = undone.redo.map(() => KEY.altZ);
      const redone = afterKeys(undone, steps, field).at(-1) ?? undone;
      assertEquals(redone.redo.length, 0);
      if (end.redo.length === 0) assertEquals(redone.text, end.text);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a paste is kept as one piece, whatever is in it", () => {
  fc.assert(fc.property(hostileText, (text) => {
    const field = new Field();
    const [event] = keyEvents(`\x1b[200~${text}\x1b[201~`);
    if (event?.kind !== "paste") return;
    field.event(event);
    assertEquals(field.editor.text, event.text);
    assertEquals(field.editor.undo.length, event.text === "" ? 0 : 1);
  }));
});
