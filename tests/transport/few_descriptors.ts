/**
 * A program for `limits_test.ts`, to be run with few descriptors: listens and echoes. Prints its
 * port, `starved` when it could not accept for the first time, and ends when stdin does.
 */
import { multiaddr } from "@multiformats/multiaddr";
import { denoTcp } from "../../src/transport/mod.ts";
import { RawUpgrader, SILENT_LOGGER } from "./raw_upgrader.ts";

const upgrader = new RawUpgrader();
const listener = denoTcp()({ logger: SILENT_LOGGER }).createListener({ upgrader });
listener.addEventListener("error", ({ detail }) => {
  if ("code" in detail && detail.code === "too-many-open-files") console.log("starved");
}, { once: true });
await listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0"));
console.log(listener.getAddrs()[0]?.toString().split("/").at(-1));

const echoing = new AbortController();
(async () => {
  while (!echoing.signal.aborted) {
    const connection = await upgrader.inbound();
    connection.addEventListener("message", ({ data }) => connection.send(data));
  }
})();
await Array.fromAsync(Deno.stdin.readable);
await listener.close();
