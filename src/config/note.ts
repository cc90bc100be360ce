/** What a person writes down about a contact. It is kept as it is, and made harmless where it is shown. */
import { ChatError } from "../errors.ts";

/** In code points: a few sentences. */
const MAX_NOTE_CHARACTERS = 500;

/** @throws ChatError `bad-usage` for one that is too long */
export function checkNote(note: string): void {
  const { length } = [...note];
  if (length <= MAX_NOTE_CHARACTERS) return;
  throw new ChatError(
    "bad-usage",
    `a note is at most ${MAX_NOTE_CHARACTERS} characters long, this one ${length}`,
    { hint: "keep what matters" },
  );
}
