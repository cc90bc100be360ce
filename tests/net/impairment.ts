/**
 * What a bad link does to frames, after the model of `tc netem` (which many kernels lack): loss,
 * delay, reordering and duplication, each frame by itself. Pure: randomness is passed in.
 */

/** How bad a link is. Shares are from 0 to 1. */
export interface Impairment {
  /** How long every frame is on its way, ms. */
  readonly delayMs?: number;
  /** Share of frames that never arrive. */
  readonly loss?: number;
  /** Share of frames that arrive at once and overtake the delayed ones; needs a delay. */
  readonly reorder?: number;
  /** Share of frames that arrive twice. */
  readonly duplicate?: number;
}

/**
 * What becomes of one frame: after how many ms each of its copies arrives; none if it is lost.
 * @param random uniform in [0, 1)
 */
export function arrivals(impairment: Impairment, random: () => number): number[] {
  const { delayMs = 0, loss = 0, reorder = 0, duplicate = 0 } = impairment;
  if (random() < loss) return [];
  const delay = random() < reorder ? 0 : delayMs;
  return random() < duplicate ? [delay, delay] : [delay];
}
