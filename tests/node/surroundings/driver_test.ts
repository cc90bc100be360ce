import { assertEquals } from "@std/assert";
import { Surroundings, type SurroundingsInit } from "../../../src/node/surroundings/driver.ts";
import { socketUnder } from "../../../src/transport/mod.ts";
import { makeNetwork, stop } from "../../network_fixture.ts";

/** Two connected nodes; the first looks around on a machine with the given addresses. */
async function onMachine(addresses: string[], options: Partial<SurroundingsInit> = {}) {
  const stack = new AsyncDisposableStack();
  const [near, far] = [await makeNetwork(), await makeNetwork()];
  for (const node of [near, far]) {
    await node.start();
    stack.defer(() => stop(node));
  }
  const connection = await near.dial(far.getMultiaddrs());
  assertEquals(socketUnder(connection)?.localIp, "127.0.0.1");
  const changed = Promise.withResolvers<void>();
  const troubles: string[] = [];
  const surroundings = stack.use(
    new Surroundings({
      libp2p: near,
      interfaces: () => addresses.map((address) => ({ address })),
      now: () => Date.now(),
      monotonic: () => performance.now(),
      onResumed: () => {},
      onChanged: () => changed.resolve(),
      onTrouble: (what) => troubles.push(what),
      ...options,
    }),
  );
  surroundings.start();
  return { stack, connection, changed: changed.promise, troubles };
}

Deno.test("Surroundings ends connections whose own address is gone, and says that things changed", async () => {
  const addresses = ["127.0.0.1", "fe80::1%eth0"];
  const { stack, connection, changed } = await onMachine(addresses);
  await using _stack = stack;
  let endedBy: Error | undefined;
  connection.addEventListener("close", ({ error }) => endedBy = error);
  addresses.splice(0, 1);
  await changed;
  assertEquals(endedBy?.message, "the address 127.0.0.1 is gone");
});

Deno.test("Surroundings keeps connections when another address is gone or the zone is not told", async () => {
  const addresses = ["127.0.0.1", "192.0.2.1", "fe80::1%eth0"];
  const { stack, connection, changed } = await onMachine(addresses);
  await using _stack = stack;
  addresses.splice(1, 2, "fe80::1");
  await changed;
  assertEquals(connection.status, "open");
});

Deno.test("Surroundings says once that it cannot see addresses, and still notices a sleep", async () => {
  let wall = 0;
  const resumed = Promise.withResolvers<void>();
  const { stack, connection, troubles } = await onMachine([], {
    interfaces: () => {
      throw new Error("not for you");
    },
    now: () => wall += 600_000,
    monotonic: () => 0,
    onResumed: () => resumed.resolve(),
  });
  await using _stack = stack;
  await resumed.promise;
  assertEquals(troubles, ["the addresses of this machine are hidden"]);
  assertEquals(connection.status, "open");
});
