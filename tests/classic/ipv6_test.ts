import { assertEquals } from "@std/assert";
import { classicId } from "../../src/config/classic_id.ts";
import { HAS_IPV6 } from "../transport/sockets.ts";
import { startTestNode } from "./classic_fixture.ts";

const listen = { host: "::1", port: 0 };

for (const dialect of ["a", "b"] as const) {
  Deno.test(
    `ClassicDriver speaks dialect ${dialect} over IPv6, both ways`,
    { ignore: !HAS_IPV6 },
    async () => {
      await using red = startTestNode({ listen, defaultDialect: dialect });
      await using blue = startTestNode({ listen });
      const [toRed, toBlue] = [red, blue].map(({ port }) => classicId("::1", port));
      const there = red.send(toBlue ?? "", "hello");
      await blue.watch.until(() => blue.texts.length === 1);
      assertEquals(blue.store.received, [{ peerId: toRed, text: "hello" }]);
      await red.watch.until(() => there.state === (dialect === "a" ? "sent" : "delivered"));
      const back = blue.send(toRed ?? "", "hello yourself");
      await red.watch.until(() => red.texts.length === 1);
      assertEquals(red.store.received, [{ peerId: toBlue, text: "hello yourself" }]);
      // In the dialect that was used by the other side.
      await blue.watch.until(() => back.state === (dialect === "a" ? "sent" : "delivered"));
    },
  );
}
