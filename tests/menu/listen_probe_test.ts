import { assert, assertEquals } from "@std/assert";
import { nextFreePort, probeListen } from "../../src/menu/listen_probe.ts";

const HOST = "127.0.0.1";

Deno.test("`probeListen()` says that a port is in use, and frees what it tried", () => {
  const listener = Deno.listen({ hostname: HOST, port: 0 });
  const { port } = listener.addr;
  assertEquals(probeListen(HOST, port), `port ${port} is in use by another program`);
  listener.close();
  assertEquals(probeListen(HOST, port), undefined);
  assertEquals(probeListen(HOST, port), undefined);
});

Deno.test("`probeListen()` says that an address is not of this machine", () => {
  // TEST-NET-1 of RFC 5737 is nobody's, save for the last address that no test machine has.
  assertEquals(probeListen("192.0.2.254", 0), "this machine has no address 192.0.2.254");
});

Deno.test("`nextFreePort()` gives the first free port from a given one", () => {
  const taken = new Set([7000, 7001, 7003]);
  const probe = (_: string, port: number) => taken.has(port) ? "taken" : undefined;
  assertEquals(nextFreePort(HOST, 6999, probe), 6999);
  assertEquals(nextFreePort(HOST, 7000, probe), 7002);
  assertEquals(nextFreePort(HOST, 0, probe), 0);
});

Deno.test("`nextFreePort()` gives up at the last port", () => {
  const tried: number[] = [];
  const probe = (_: string, port: number) => {
    tried.push(port);
    return "taken";
  };
  assertEquals(nextFreePort(HOST, 65_530, probe), 65_530);
  assert(tried.every((port) => port <= 65_535));
  assertEquals(tried.length, 6);
});
