/**
 * Yamux that survives a connection which ends at a bad moment. Yamux 8.0.3 sends a window update
 * in a microtask after it opened a stream; if the connection has ended by then, sending throws where
 * nobody can catch it and the process dies (its muxer.ts, `onCreateStream`).
 */
import type { StreamMuxerFactory } from "@libp2p/interface";
import { yamux } from "@libp2p/yamux";

/** @param maxStreams how many streams each side may have open on one connection */
export function steadyYamux(maxStreams: number): () => StreamMuxerFactory {
  return () => {
    const factory = yamux({ maxInboundStreams: maxStreams, maxOutboundStreams: maxStreams })();
    const create = factory.createStreamMuxer.bind(factory);
    factory.createStreamMuxer = (connection) => {
      const muxer = create(connection);
      const send = muxer.send.bind(muxer);
      muxer.send = (data) => connection.status === "open" && send(data);
      return muxer;
    };
    return factory;
  };
}
