/** How the end of a process comes about in the middle of what it does. */

/** The manner in which a process ends. */
export type Death =
  /** As by `kill -9`: the system closes its connections, and keeps what was written. */
  | "killed"
  /** The machine lost its power: nobody is told, and what was not flushed may be gone. */
  | "power cut";

/** Thrown out of whatever the process was doing. Nothing may catch it but the peer. */
export class Killed extends Error {
  override readonly name = "Killed";

  constructor(readonly death: Death, readonly where: string) {
    super(`${death} ${where}`);
  }
}

/** Counts the steps of a peer and ends its process at one of them. */
export class Fuse {
  #left = Infinity;
  #death: Death = "killed";

  /** The process dies at the step after `steps` others. */
  light(steps: number, death: Death): void {
    this.#left = steps;
    this.#death = death;
  }

  putOut(): void {
    this.#left = Infinity;
  }

  /** @throws Killed */
  step(where: string): void {
    if (this.#left-- > 0) return;
    this.putOut();
    throw new Killed(this.#death, where);
  }
}
