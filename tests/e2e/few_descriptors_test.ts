/** A node that may open few files: it survives those who open connections until none is left. */
import { assertEquals } from "@std/assert";
import { orderMessages } from "./ledger.ts";
import { arrived, ready } from "./lines.ts";
import { demoPeer, Home, listen, LOOPBACK, type Running } from "./program.ts";

const DESCRIPTORS = 64;
const ATTEMPTS = 200;

Deno.test({
  name: `\`listen\` with ${DESCRIPTORS} descriptors survives ${ATTEMPTS} connection attempts`,
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using home = await Home.make();
    await using friend = await Home.make();
    const through = ["sh", "-c", `ulimit -n ${DESCRIPTORS}; exec "$@"`, "sh"];
    const listener = home.start(listen(), { through });
    const { port, peerId } = await listener.find(ready);
    const acquainted = friend.start([...demoPeer(), "--profile", "acquainted"]);
    await orderMessages(acquainted, `127.0.0.1:${port}`, "before", 1);
    await listener.find(arrived("before, 1 of 1"));

    const sockets: Deno.TcpConn[] = [];
    const attempts = new AbortController();
    const knocking = Array.from({ length: ATTEMPTS }, async () => {
      try {
        const { signal } = attempts;
        sockets.push(await Deno.connect({ hostname: "127.0.0.1", port, signal }));
      } catch {
        // The system turned it away, or it was told to stop.
      }
    });
    await untilStarved(listener);
    await orderMessages(acquainted, peerId, "meanwhile", 1);
    await listener.find(arrived("meanwhile, 1 of 1"));
    attempts.abort();
    await Promise.all(knocking);
    for (const socket of sockets) socket.close();

    const sent = await friend.run(["send", `127.0.0.1:${port}`, "still there?", ...LOOPBACK]);
    assertEquals(sent.code, 0, sent.err.join("\n"));
    await listener.find(arrived("still there?"));
  },
});

/**
 * Nothing tells when a process has used up its descriptors: it has to be asked.
 * @throws Error when it does not do so
 */
async function untilStarved({ pid }: Running): Promise<void> {
  for (let asked = 0; asked < 1_000; asked++) {
    const { length } = await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`));
    if (length >= DESCRIPTORS) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`fewer than ${DESCRIPTORS} descriptors are in use`);
}
