import { assertEquals, assertThrows } from "@std/assert";
import { formatOrder, type Order, parseOrder } from "../../../src/commands/demo/orders.ts";
import { ChatError } from "../../../src/errors.ts";

Deno.test("`parseOrder()` understands what `formatOrder()` writes", () => {
  const orders: readonly Order[] = [
    { order: "send", to: "red", text: "two\nlines" },
    { order: "peers" },
    { order: "quit" },
  ];
  for (const order of orders) {
    const line = formatOrder(order);
    assertEquals(line.indexOf("\n"), line.length - 1);
    assertEquals(parseOrder(line.trimEnd()), order);
  }
});

Deno.test("`parseOrder()` quotes what is no order", () => {
  for (const line of ["", "hello", "null", `{"order":"stop"}`, `{"order":"send","to":"red"}`]) {
    const error = assertThrows(() => parseOrder(line), ChatError, "is not an order");
    assertEquals(error.code, "bad-usage");
  }
});
