/**
 * A field for a text of several lines: what is in it, what keys do to it, how it is drawn. Pure.
 *
 * Does not send anything, and leaves Enter, Esc, Tab and Page-Up to whoever has the field.
 */
export { editKey, type FieldSize } from "./edit_key.ts";
export {
  afterSending,
  type Editor,
  type EditorOptions,
  erase,
  insert,
  newEditor,
  utf8Bytes,
} from "./editor.ts";
export { type Area, drawEditor, type EditorLayout, layOutEditor } from "./layout.ts";
