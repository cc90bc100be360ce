/**
 * A program for `nodes_test.ts`, to be killed: a node on the transport that its argument names. It
 * prints its address, and sends without end on every stream that is opened.
 */
import { PROTOCOL, startNode } from "./nodes.ts";
import { next } from "./sockets.ts";

const node = await startNode(Deno.args[0] === "ours" ? "ours" : "@libp2p/tcp");
await node.handle(PROTOCOL, async (stream) => {
  const piece = new Uint8Array(60_000);
  for (;;) {
    if (!stream.send(piece)) await next(stream, "drain");
  }
});
console.log(node.getMultiaddrs()[0]?.toString());
