import { assert, assertEquals } from "@std/assert";
import { CandidateDialer } from "../../../src/discovery/candidates/driver.ts";

const ADDRESS = "/ip4/192.0.2.7/tcp/7000";

/** A dialer whose dials end when the test says so. */
function dialer(options: { dialTimeoutMs?: number } = {}) {
  const dials: { peerId: string; signal: AbortSignal; end: (error?: Error) => void }[] = [];
  const troubles: unknown[] = [];
  const candidates = new CandidateDialer({
    self: "self",
    dial: (peerId, _addresses, { signal }) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      dials.push({
        peerId,
        signal,
        end: (error) => error === undefined ? resolve() : reject(error),
      });
      return promise;
    },
    monotonic: () => performance.now(),
    onTrouble: (_what, { error }) => troubles.push(error),
    ...options,
  });
  return { candidates, dials, troubles };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("CandidateDialer dials discovered peers, and others when those have failed", async () => {
  const { candidates, dials, troubles } = dialer();
  await using _ = candidates;
  for (let n = 0; n < 10; n++) candidates.discovered(`peer ${n}`, [ADDRESS], { loopback: false });
  assertEquals(dials.length, 8);
  const refused = new Error("refused");
  dials[0]?.end(refused);
  dials[1]?.end();
  while (dials.length < 10) await turn();
  assertEquals(dials.at(-1)?.peerId, "peer 9");
  assertEquals(troubles, [refused]);
});

Deno.test("CandidateDialer does not dial who is connected, until it is lost", async () => {
  const { candidates, dials } = dialer();
  await using _ = candidates;
  candidates.peerConnected("p");
  candidates.discovered("p", [ADDRESS], { loopback: false });
  assertEquals(dials.length, 0);
  candidates.peerLost("p");
  candidates.discovered("p", [ADDRESS], { loopback: false });
  assertEquals(dials.length, 1);
});

Deno.test("CandidateDialer gives up a dial that hangs and ignores its signal", async () => {
  const { candidates, dials, troubles } = dialer({ dialTimeoutMs: 10 });
  await using _ = candidates;
  candidates.discovered("p", [ADDRESS], { loopback: false });
  while (troubles.length === 0) await turn();
  assert(dials[0]?.signal.aborted);
});

Deno.test("CandidateDialer ends its dials when it is disposed of", async () => {
  const { candidates, dials, troubles } = dialer();
  candidates.discovered("p", [ADDRESS], { loopback: false });
  await candidates[Symbol.asyncDispose]();
  assert(dials[0]?.signal.aborted);
  candidates.discovered("q", [ADDRESS], { loopback: false });
  assertEquals(dials.length, 1);
  assertEquals(troubles, []);
});
