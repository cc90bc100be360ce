/** What a connection that ends at a bad moment may do: fail. Not: throw where nobody can catch it. */
import { assertEquals } from "@std/assert";
import { socketUnder } from "../../src/transport/mod.ts";
import { makeNetwork, stop } from "../network_fixture.ts";

/** How many steps of the event loop's innermost queue there may be between opening and closing. */
const MOMENTS = 8;

Deno.test("A socket that closes while a stream is opened ends the stream, not the program", async () => {
  const [near, far] = [await makeNetwork(), await makeNetwork()];
  await near.start();
  await far.start();
  const [address] = far.getMultiaddrs();
  if (address === undefined) throw new Error("the node does not listen");

  // An error that nobody caught fails the test.
  const outcomes = [];
  for (let moment = 0; moment < MOMENTS; moment++) {
    const connection = await near.dial(address, { force: true });
    const opened = connection.newStream("/test/1.0.0").then(() => "opened", () => "failed");
    for (let step = 0; step < moment; step++) await undefined;
    // As when the peer's end of stream has come: no byte goes out any more, and nobody was told yet.
    await socketUnder(connection)?.close();
    outcomes.push(await opened);
  }
  assertEquals(outcomes, Array(MOMENTS).fill("failed"));

  await stop(near);
  await stop(far);
});
