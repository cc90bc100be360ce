/** What a person does at the keyboard, as views understand it. */

/** Keys that type nothing. */
export type KeyName =
  | "up"
  | "down"
  | "left"
  | "right"
  | "home"
  | "end"
  | "page-up"
  | "page-down"
  | "insert"
  | "delete"
  | "backspace"
  | "enter"
  | "tab"
  | "escape"
  | `f${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12}`;

export interface Modifiers {
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

export type KeyEvent =
  /** Characters typed without Ctrl and Alt: at least one, none of them a control character. */
  | { readonly kind: "text"; readonly text: string }
  /**
   * A key that types nothing, by its `KeyName`; or one that would, with Ctrl or Alt: `key` is then
   * its character, a letter in lower case, e.g. `a` for Ctrl-A.
   */
  | ({ readonly kind: "key"; readonly key: string } & Modifiers)
  /**
   * A piece from the clipboard, as one: lines end in `\n`, control characters other than that and
   * tabs are gone. `truncated`: there was more, which was dropped.
   */
  | { readonly kind: "paste"; readonly text: string; readonly truncated: boolean };

const NONE: Modifiers = { ctrl: false, alt: false, shift: false };

/** The event of a key with these modifiers held. */
export function keyEvent(key: string, modifiers: Partial<Modifiers> = {}): KeyEvent {
  return { kind: "key", key, ...NONE, ...modifiers };
}

/** A name for help and tests, e.g. `ctrl-a`, `alt-left`; undefined for text and pastes. */
export function keyName(event: KeyEvent): string | undefined {
  if (event.kind !== "key") return undefined;
  const { ctrl, alt, shift, key } = event;
  return (ctrl ? "ctrl-" : "") + (alt ? "alt-" : "") + (shift ? "shift-" : "") + key;
}
