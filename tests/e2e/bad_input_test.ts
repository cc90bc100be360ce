/** Mistakes on the command line and in the network, as a person makes or meets them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { multiaddr } from "@multiformats/multiaddr";
import { DIRECT_PROTOCOL } from "../../src/direct/wire.ts";
import { PRESENCE_PROTOCOL } from "../../src/presence/wire.ts";
import { makeNetwork, stop } from "../network_fixture.ts";
import { arrived } from "./lines.ts";
import { demoPeer, freePort, Home, listen, LOOPBACK } from "./program.ts";
import { assertRefusal, type Refusal } from "./refusal.ts";
import { Stranger } from "./stranger.ts";

const SOON = ["--timeout", "400ms", ...LOOPBACK];

const WRONG: readonly (Refusal & {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
})[] = [
  { args: ["lsten"], code: 2, error: /unknown command "lsten"$/, hint: /"listen"/ },
  { args: ["listen", "--prot", "1"], code: 2, error: /unknown option "--prot"/, hint: /"--port"/ },
  { args: ["listen", "--port", "70000"], code: 2, error: /70000.*0 to 65535/, hint: /7000/ },
  { args: ["listen", "--port", "seven"], code: 2, error: /"seven".*0 to 65535/, hint: /7000/ },
  { args: ["listen", "--host", "localhost"], code: 2, error: /"localhost"/, hint: /--host/ },
  {
    args: ["listen", "--mandatory", "127.0.0.1:0"],
    code: 2,
    error: /"127\.0\.0\.1:0"/,
    hint: /1 to 65535|host:port/,
  },
  {
    args: ["listen"],
    env: { P2P_CHAT_PORT: "99999" },
    code: 2,
    error: /P2P_CHAT_PORT.*99999/,
    hint: /environment variable/,
  },
  {
    args: ["send", "127.0.0.1:70000", "hello", ...SOON],
    code: 2,
    error: /"127\.0\.0\.1:70000"/,
    hint: /.+/,
  },
  {
    args: ["send", "nobody", "hello", ...SOON],
    code: 4,
    error: /no peer is known as "nobody"/,
    hint: /host:port/,
  },
  { args: ["send", "127.0.0.1:7000", "", ...SOON], code: 2, error: /message is ""/, hint: /PEER/ },
  {
    args: ["send", "127.0.0.1:7000", "x".repeat(32 * 1024 + 1), ...SOON],
    code: 2,
    error: /32769|32 KiB/,
    hint: /parts/,
  },
  {
    args: ["listen", "--host", "203.0.113.77", "--no-mdns"],
    code: 1,
    error: /203\.0\.113\.77:7000/,
    hint: /--host 0\.0\.0\.0/,
  },
];

Deno.test("a wrong command line gets one line with the value, a hint, and the exit code", async () => {
  await using home = await Home.make();
  await Promise.all(WRONG.map(async ({ args, env = {}, ...refusal }, at) => {
    const profile = ["--profile", `p${at}`];
    const where = args[0] === "lsten" ? [] : profile;
    assertRefusal(await home.run([...args, ...where], { env }), refusal);
  }));
});

Deno.test("a port in use is named, whoever has it", async () => {
  await using home = await Home.make();
  const port = freePort();
  using _taken = Deno.listen({ hostname: "127.0.0.1", port });
  const refusal = { code: 1, error: new RegExp(`port ${port} is in use`), hint: /--port/ };
  assertRefusal(
    await home.run(["listen", "--port", String(port), ...LOOPBACK]),
    refusal,
  );
  const [line] = (await home.run(listen(port))).events;
  assert(line?.event === "error" && line.code === "cannot-listen", JSON.stringify(line));
});

Deno.test("a second process that wants a profile for itself learns who has it", async () => {
  await using home = await Home.make();
  const { node } = await home.listen();
  for (
    const args of [["listen", "--direct"], ["send", "127.0.0.1:7000", "hello", "--direct", ...SOON]]
  ) {
    assertRefusal(await home.run(args), {
      code: 1,
      error: new RegExp(`profile "default" is in use by process ${node.pid} \\(listen, since `),
      hint: /--profile/,
    });
  }
});

Deno.test("`connect` and `send` tell what answers at an address that is no peer's", async () => {
  await using talker = new Stranger("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  await using silent = new Stranger();
  await using home = await Home.make();
  const cases = [
    [talker.address, "something answers there, but it is not p2p-chat"],
    [silent.address, "something answers there, but it is not p2p-chat"],
    [`127.0.0.1:${freePort()}`, "nobody listens there (connection refused)"],
    ["nosuch.invalid:7000", "the name does not resolve"],
  ] as const;
  const connected = await home.run(["connect", ...cases.map(([address]) => address), ...LOOPBACK]);
  assertEquals(connected.code, 1);
  for (const [address, reason] of cases) {
    const row = connected.out.find((line) => line.startsWith(`${address} `));
    assertEquals(row?.replace(/ {2,}/g, "  "), `${address}  failed  ${reason}`);
  }
  assert(connected.err.some((line) => line.startsWith("hint: check the address")));

  await Promise.all(cases.map(async ([address, reason], at) => {
    if (address === silent.address) return; // It takes 5 s to be sure of that.
    const sent = await home.run(
      ["send", address, "hello", "--profile", `p${at}`, ...SOON],
    );
    assertEquals(sent.code, 3);
    assertEquals(
      sent.err.at(-2),
      `error: not delivered to ${address} within 400 ms: ${reason}; ` +
        "the message waits in the outbox",
    );
    assertMatch(sent.err.at(-1) ?? "", /^hint: it goes out the next time/);
  }));
});

Deno.test("a listener survives garbage, and serves others meanwhile", async () => {
  await using homeOfRed = await Home.make();
  await using homeOfGreen = await Home.make();
  const { node, port } = await homeOfRed.listen();
  const sender = homeOfGreen.start(demoPeer());
  const garbage = [
    new Uint8Array(100_000).fill(0xff),
    crypto.getRandomValues(new Uint8Array(60_000)),
    new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    // The beginning of the negotiation of libp2p, then a frame of 4 GiB.
    new TextEncoder().encode("\x13/multistream/1.0.0\n\x07/noise\n\xff\xff\xff\xff\x0f"),
    new Uint8Array(0),
  ];
  for (const [round, bytes] of garbage.entries()) {
    using stranger = await Deno.connect({ hostname: "127.0.0.1", port });
    // The listener may hang up in the middle of it.
    await stranger.write(bytes).catch(() => {});
    const text = `after garbage ${round}`;
    await sender.write(
      `${JSON.stringify({ order: "send", to: `127.0.0.1:${port}`, text })}\n`,
    );
    await node.find(arrived(text));
  }
});

Deno.test("a listener resets a stream with a frame that is too long, and lives on", async () => {
  await using homeOfRed = await Home.make();
  await using homeOfGreen = await Home.make();
  const { node, port } = await homeOfRed.listen(["--log-level", "info"]);
  const hostile = await makeNetwork();
  // It passes for one of ours: it takes a Hello, and owes its own for a while.
  await hostile.handle(PRESENCE_PROTOCOL, () => {});
  await hostile.start();
  try {
    const connection = await hostile.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}`));
    const stream = await connection.newStream(DIRECT_PROTOCOL);
    const closed = Promise.withResolvers<void>();
    stream.addEventListener("close", () => closed.resolve());
    stream.send(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00]));
    await closed.promise;
    await node.said(/a peer broke the protocol/);
  } finally {
    await stop(hostile);
  }
  const sent = await homeOfGreen.run(["send", `127.0.0.1:${port}`, "hello", ...LOOPBACK]);
  assertEquals(sent.code, 0, sent.err.join("\n"));
  await node.find(arrived("hello"));
});
