import { assertEquals, assertRejects } from "@std/assert";
import { lookAround } from "../../src/commands/look_around.ts";
import type { NodeEvent } from "../../src/node/chat_node.ts";
import { activePeer, NOW } from "./twin_node.ts";

/** A node of which only the looking around is there. */
function surroundings(settle: (signal: AbortSignal) => Promise<void>) {
  const listeners = new Set<(event: NodeEvent) => void>();
  return {
    listeners,
    settleConnections: ({ signal }: { signal: AbortSignal }) => settle(signal),
    subscribe(listener: (event: NodeEvent) => void) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    peerUp: () =>
      listeners.forEach((tell) => tell({ event: "peer-up", at: NOW, peer: activePeer() })),
  };
}

const never = new AbortController().signal;
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

Deno.test("`lookAround()` ends when everybody was tried and nobody new comes", async () => {
  const node = surroundings(() => Promise.resolve());
  const looking = lookAround(node, 60_000, never);
  node.peerUp();
  await looking;
  assertEquals(node.listeners.size, 0);
});

Deno.test("`lookAround()` ends at its limit while peers are still being tried", async () => {
  const node = surroundings(untilAborted);
  await lookAround(node, 1, never);
  assertEquals(node.listeners.size, 0);
});

Deno.test("`lookAround()` ends at its limit while new peers still come", async () => {
  const node = surroundings(() => Promise.resolve());
  const coming = setInterval(node.peerUp, 1);
  await lookAround(node, 20, never);
  clearInterval(coming);
});

Deno.test("`lookAround()` rejects with the reason of the signal", async () => {
  const stop = new AbortController();
  const node = surroundings(untilAborted);
  const looking = lookAround(node, 60_000, stop.signal);
  stop.abort(new Error("enough"));
  await assertRejects(() => looking, Error, "enough");

  const quiet = surroundings(() => Promise.resolve());
  const later = new AbortController();
  const waiting = lookAround(quiet, 60_000, later.signal);
  later.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
});

Deno.test("`lookAround()` does not swallow what goes wrong", async () => {
  const node = surroundings(() => Promise.reject(new Error("defect")));
  await assertRejects(() => lookAround(node, 60_000, never), Error, "defect");
});
