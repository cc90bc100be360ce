import { assertEquals, assertExists } from "@std/assert";
import { InboundQuota } from "../../src/transport/inbound_quota.ts";

Deno.test("`InboundQuota.admit()` refuses while too many are pending", () => {
  const quota = new InboundQuota({ maxPendingInbound: 1, maxOpenInbound: 5 });
  const first = quota.admit();
  assertExists(first);
  assertEquals(quota.admit(), undefined);
  first?.settle();
  assertExists(quota.admit());
});

Deno.test("`InboundQuota.admit()` refuses while too many are open", () => {
  const quota = new InboundQuota({ maxPendingInbound: 5, maxOpenInbound: 1 });
  const first = quota.admit();
  assertExists(first);
  first?.settle();
  assertEquals(quota.admit(), undefined);
  first?.leave();
  assertExists(quota.admit());
});

Deno.test("`InboundSeat` counts once, however often and in which order it is given up", () => {
  const quota = new InboundQuota({ maxPendingInbound: 5, maxOpenInbound: 5 });
  const seat = quota.admit();
  quota.admit();
  seat?.leave();
  seat?.settle();
  seat?.leave();
  assertEquals([quota.pending, quota.open], [1, 1]);
});
