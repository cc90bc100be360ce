/** A thread of `simulate.ts`: runs the seeds that it is given and answers with their tally. */
import type { Mutant } from "./mutant.ts";
import { run } from "./run.ts";
import { count, emptyTally, type Tally } from "./tally.ts";

/** Seeds `from` to `until - 1`. */
export interface Batch {
  readonly from: number;
  readonly until: number;
  readonly mutant: Mutant | undefined;
}

/** Declared here because the library of worker types changes others for the whole program. */
declare const self: {
  onmessage: (event: MessageEvent<Batch>) => void;
  postMessage(tally: Tally): void;
};

self.onmessage = ({ data: { from, until, mutant } }) => {
  const tally = emptyTally();
  for (let seed = from; seed < until; seed++) count(tally, run(seed, { mutant }));
  self.postMessage(tally);
};
