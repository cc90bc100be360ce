import { assertEquals, assertStringIncludes } from "@std/assert";
import { TransportError } from "../../src/transport/errors.ts";

Deno.test("`TransportError.from()` gives what sockets throw a code", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  free.close();

  assertEquals(await codeOf(() => Deno.listen({ hostname: "127.0.0.1", port })), "address-in-use");
  assertEquals(
    await codeOf(() => Deno.listen({ hostname: "203.0.113.1", port: 0 })),
    "address-not-available",
  );
  assertEquals(
    await codeOf(() => Deno.connect({ hostname: "127.0.0.1", port: free.addr.port })),
    "connection-refused",
  );
});

Deno.test("`TransportError.from()` maps the codes that are hard to provoke", () => {
  const codes = [
    ["ECONNRESET", "connection-reset"],
    ["EPIPE", "connection-reset"],
    ["ETIMEDOUT", "timed-out"],
    ["EHOSTUNREACH", "host-unreachable"],
    ["ENETUNREACH", "host-unreachable"],
    ["EACCES", "permission-denied"],
    ["ENOTFOUND", "name-not-found"],
    ["EAI_AGAIN", "name-not-found"],
    ["EMFILE", "too-many-open-files"],
    ["EWHATEVER", "other"],
  ] as const;
  for (const [code, expected] of codes) {
    const cause = Object.assign(new Error("text"), { code });
    assertEquals(TransportError.from(cause, "cannot x").code, expected, code);
  }
  assertEquals(TransportError.from("a string", "cannot x").message, "cannot x: a string");
});

Deno.test({
  name: "`TransportError.from()` tells a missing permission",
  permissions: { net: false },
  fn: async () => {
    const code = await codeOf(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
    assertEquals(code, "permission-denied");
  },
});

Deno.test("`TransportError.from()` keeps the cause, names the address, and wraps only once", () => {
  const cause = new Error("no");
  const error = TransportError.from(cause, "cannot listen on /ip4/1.2.3.4/tcp/5");
  assertEquals(error.cause, cause);
  assertEquals(error.message, "cannot listen on /ip4/1.2.3.4/tcp/5: no");
  assertEquals(TransportError.from(error, "something else"), error);
});

Deno.test("`TransportError.aborted()` tells a time-out from an abort", () => {
  const timeOut = AbortSignal.abort(new DOMException("late", "TimeoutError"));
  assertEquals(TransportError.aborted(timeOut, "cannot x").code, "timed-out");
  const error = TransportError.aborted(AbortSignal.abort("why"), "cannot x");
  assertEquals([error.code, error.cause], ["aborted", "why"]);
  assertStringIncludes(error.message, "cannot x");
});

async function codeOf(operation: () => unknown): Promise<string> {
  try {
    await operation();
  } catch (error) {
    return TransportError.from(error, "it").code;
  }
  return "no error";
}
