/**
 * The terminal as a screen of cells, for views that take all of it: a grid to draw into, and a
 * painter that brings the terminal from one grid to the next with few bytes.
 *
 * Guarantees: whatever is put into a grid is harmless; nothing but the painter's own sequences
 * reaches the terminal; the terminal is given back on every way out.
 *
 * Does not know what is shown. Colours and looks: `look.ts`. Right-to-left text: `grid.ts`.
 */
export { type Cluster, clusterColumns, clusters, isSure } from "./clusters.ts";
export { type Cell, Grid, type Place } from "./grid.ts";
export {
  type ColorDepth,
  colorDepth,
  type Look,
  lookSequence,
  type Meaning,
  PLAIN,
  sameLook,
  SENDER_COLORS,
  SENDER_RGB,
  senderColor,
} from "./look.ts";
export { paint } from "./painter.ts";
export {
  type RunOptions,
  runScreen,
  type Size,
  type TerminalEvent,
  type View,
} from "./run_screen.ts";
export { Screen } from "./screen.ts";
export { type Row, shownColumns, wrap } from "./wrap.ts";
