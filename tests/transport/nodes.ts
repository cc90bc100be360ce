/** Whole libp2p nodes (Noise, Yamux) on either transport, for the tests of interoperability. */
import "../../src/node/broadcast_channel.ts";
import { getCiphers } from "node:crypto";
import { noise, pureJsCrypto } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import type { Libp2p, Stream } from "@libp2p/interface";
import { createLibp2p } from "libp2p";
import { denoTcp } from "../../src/transport/mod.ts";
import { next } from "./sockets.ts";

export const PROTOCOL = "/test/1.0.0";

export type TransportName = "ours" | "@libp2p/tcp";

/** Deno 2.4.2 lacks the cipher that Noise takes from `node:crypto` for messages of 1,200 B or more. */
const CRYPTO = getCiphers().includes("chacha20-poly1305") ? {} : { crypto: pureJsCrypto };

/** A node that listens on the loopback interface; stop it with its `stop()`. */
export async function startNode(transport: TransportName): Promise<Libp2p> {
  return await createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [transport === "ours" ? denoTcp() : tcp()],
    connectionEncrypters: [noise(CRYPTO)],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    // The default is for strangers: 5 connections a second from one host.
    connectionManager: { inboundConnectionThreshold: 1_000 },
  });
}

/** Sends `bytes` in pieces of 60 kB, waiting where libp2p says so. */
export async function sendAll(stream: Stream, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.byteLength; start += 60_000) {
    // `stream.onDrain()` of @libp2p/utils 7.4.1 waits only the first time.
    if (!stream.send(bytes.subarray(start, start + 60_000))) await next(stream, "drain");
  }
}

/** Receives until the other end has sent everything. */
export async function receiveAll(stream: Stream): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part.subarray());
  return parts;
}
