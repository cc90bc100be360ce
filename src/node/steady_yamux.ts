/**
 * Yamux that survives a connection which ends at a bad moment. Yamux 8.0.3 sends a window update
 * in a microtask after it opened a stream; if the connection has ended by then, or is about to,
 * sending throws where nobody can catch it and the process dies (its muxer.ts, `onCreateStream`).
 * The layer below aborts when it cannot send, and that ends all streams: nothing else is to be done.
 *
 * It does not ping by itself: `liveness/` does, with `pingOver()`.
 */
import type { Connection, StreamMuxerFactory } from "@libp2p/interface";
import { yamux } from "@libp2p/yamux";

/** @param maxStreams how many streams each side may have open on one connection */
export function steadyYamux(maxStreams: number): () => StreamMuxerFactory {
  return () => {
    const factory = yamux({
      maxInboundStreams: maxStreams,
      maxOutboundStreams: maxStreams,
      enableKeepAlive: false,
    })();
    const create = factory.createStreamMuxer.bind(factory);
    factory.createStreamMuxer = (connection) => {
      const muxer = create(connection);
      const send = muxer.send.bind(muxer);
      muxer.send = (data) => {
        try {
          return connection.status === "open" && send(data);
        } catch {
          return false;
        }
      };
      return muxer;
    };
    return factory;
  };
}

/**
 * Pings over one connection with Yamux's own ping: one small frame each way, no stream. Only one ping
 * a connection at a time. There is no way to give it up: Yamux 8.0.3 takes the answer to a ping that
 * it has forgotten for an offence, and ends the connection (its muxer.ts, `handlePingResponse`).
 * @returns a promise that resolves with the answer, and may stay pending when the connection ends;
 * undefined where the connection is not on Yamux
 */
export function pingOver(connection: Connection): Promise<void> | undefined {
  const muxer: unknown = Reflect.get(connection, "muxer");
  return canPing(muxer) ? muxer.ping().then(() => {}) : undefined;
}

function canPing(muxer: unknown): muxer is { ping(): Promise<number> } {
  return typeof muxer === "object" && muxer !== null &&
    typeof Reflect.get(muxer, "ping") === "function";
}
