/**
 * To be imported before libp2p: mortice, which the peer store uses, opens a `BroadcastChannel` that
 * it never closes. A node in one thread has nobody to broadcast to, so here it gets one that does
 * nothing and needs no closing.
 */
class SilentBroadcastChannel extends EventTarget {
  onmessage = null;
  onmessageerror = null;

  constructor(readonly name: string) {
    super();
  }

  postMessage(_message: unknown): void {}

  close(): void {}
}

globalThis.BroadcastChannel = SilentBroadcastChannel;
