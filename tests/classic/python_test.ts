/** The driver and the small programs in Python that the description of the dialects gave. */
import { assertEquals } from "@std/assert";
import { startTestNode } from "./classic_fixture.ts";
import { HAS_PYTHON, PythonPeer } from "./python_peer.ts";

const ignore = !HAS_PYTHON;
if (ignore) console.log("python3 is not on this machine: tests with the old programs are skipped");

for (const dialect of ["a", "b"] as const) {
  Deno.test({
    name: `a program of dialect ${dialect} is heard, listed and answered in its dialect`,
    ignore,
    async fn() {
      await using node = startTestNode();
      await using python = await PythonPeer.start(dialect);
      const to = `127.0.0.1:${node.port}`;
      await python.do({ do: "send", to, text: "grüße 👋" });
      await node.watch.until(() => node.texts.length === 1);
      assertEquals(node.store.received, [{ peerId: python.peerId, text: "grüße 👋" }]);
      assertEquals(
        node.driver.peers().map(({ peerId, dialect, name }) => [peerId, dialect, name]),
        [
          [python.peerId, dialect, dialect === "a" ? "Old_Team" : ""],
        ],
      );

      const draft = node.send(python.peerId, "und zurück 👋");
      const { text, from } = await python.until(({ event }) => event === "message");
      assertEquals([from, text], [to, "und zurück 👋"]);
      const known = dialect === "a" ? "sent" : "delivered";
      await node.watch.until(() => draft.state === known);

      await python.do(
        dialect === "a" ? { do: "send", to, text: "exit" } : { do: "leave", to },
      );
      await node.watch.until(() => node.downs.length === 1);
      assertEquals(node.downs, [{ peerId: python.peerId, departure: "left" }]);
      assertEquals(node.driver.peers(), []);
    },
  });

  Deno.test({
    name: `a mandatory program of dialect ${dialect} is greeted at the start and told of the end`,
    ignore,
    async fn() {
      await using python = await PythonPeer.start(dialect);
      const node = startTestNode({ defaultDialect: dialect, mandatory: () => [python.peerId] });
      const peer = `127.0.0.1:${node.port}`;
      await python.until(({ event }) => event === "joined");
      assertEquals(node.ups.map(({ peerId }) => peerId), [python.peerId]);
      await node[Symbol.asyncDispose]();
      await python.until((each) => each.event === "left" && each.peer === peer);
      assertEquals(node.downs, []);
    },
  });

  Deno.test({
    name: `many messages reach a program of dialect ${dialect} in their order`,
    ignore,
    async fn() {
      await using python = await PythonPeer.start(dialect);
      await using node = startTestNode({ defaultDialect: dialect });
      const texts = Array.from({ length: 150 }, (_, index) => `number ${index}`);
      const drafts = texts.map((text) => node.store.enqueue(python.peerId, text));
      node.driver.queued(python.peerId);
      await node.watch.until(() => drafts.every(({ state }) => state !== "queued"));
      await python.until(({ text }) => text === texts.at(-1));
      assertEquals(python.texts, texts);
    },
  });
}
