/**
 * The keyboard of a terminal in raw mode: from its bytes to what a person did. Pure; who reads the
 * bytes and keeps the clock is `run_screen.ts`.
 */
export {
  type Decoded,
  decodeKeys,
  decodePause,
  ESCAPE_PAUSE_MS,
  KEYS_AT_REST,
  type KeyState,
  pauseMs,
} from "./decode.ts";
export { type KeyEvent, keyEvent, type KeyName, keyName, type Modifiers } from "./key_event.ts";
