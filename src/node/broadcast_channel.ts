/**
 * Import this before anything of libp2p. mortice, the lock behind libp2p's peer store, opens a
 * BroadcastChannel to talk to worker threads and never closes it, which keeps a stopped program
 * alive. There are no worker threads here, so a channel that carries nothing does the same job.
 * (mortice 3.3.1, opened on first use in its node.ts.)
 */
class SilentChannel extends EventTarget {
  constructor(readonly name: string) {
    super();
  }
  postMessage(): void {}
  close(): void {}
}

Object.defineProperty(globalThis, "BroadcastChannel", {
  value: SilentChannel,
  configurable: true,
  writable: true,
});
