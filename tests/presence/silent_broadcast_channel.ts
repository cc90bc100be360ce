/**
 * Takes the place of BroadcastChannel in tests: mortice, which libp2p's peer store uses, opens one
 * and never closes it, so a test would leave a resource behind. Import it before libp2p.
 */
class SilentBroadcastChannel extends EventTarget {
  constructor(readonly name: string) {
    super();
  }
  postMessage(): void {}
  close(): void {}
}

Object.defineProperty(globalThis, "BroadcastChannel", { value: SilentBroadcastChannel });
