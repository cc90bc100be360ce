import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { checkAddresses, checkMulticast } from "../../../src/commands/doctor/addresses_check.ts";
import { checkClock } from "../../../src/commands/doctor/clock_check.ts";
import { checkDatabase } from "../../../src/commands/doctor/database_check.ts";
import { checkIdentity } from "../../../src/commands/doctor/identity_check.ts";
import { checkMandatory } from "../../../src/commands/doctor/mandatory_check.ts";
import { checkClassicPort, checkPort } from "../../../src/commands/doctor/port_check.ts";
import { locateProfile, type Profile } from "../../../src/config/paths.ts";
import { acquireProfileLock } from "../../../src/config/profile_lock.ts";
import { openHistory } from "../../../src/history/mod.ts";
import { loadOrCreateIdentity } from "../../../src/identity/key_file.ts";
import { TemporaryFolder } from "../../config/temporary_folder.ts";
import { freePort } from "../../e2e/program.ts";
import { contents, overwrite, pageOf } from "../../history/damaged_fixture.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const HOUR_MS = 3_600_000;
const SIGNAL = new AbortController().signal;

async function makeProfile(folder: TemporaryFolder): Promise<Profile> {
  const home = folder.path;
  const profile = locateProfile({ os: Deno.build.os, env: () => undefined }, { home });
  await Deno.mkdir(profile.folder, { mode: 0o700 });
  return profile;
}

/** A history with one message in and two that wait. */
function writeHistory(path: string, now = NOW): void {
  using history = openHistory(path, "self", now);
  const conversation = { kind: "peer", peerId: "red" } as const;
  const draft = { conversation, text: "hello", sentAt: now, replyTo: undefined };
  history.messages.enqueue([{ ...draft, id: "a" }, { ...draft, id: "b" }], now);
  history.messages.accept("red", [{ ...draft, id: "c" }], now);
}

Deno.test("checkIdentity() shows who a key is, what is wrong with it, or that none is there", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await makeProfile(folder);
  assertEquals((await checkIdentity({ profile })).status, "skipped");
  assertEquals(contents(profile.folder).size, 0);

  const { peerId } = await loadOrCreateIdentity(profile.keyFile);
  const { status, message } = await checkIdentity({ profile });
  assertEquals(status, "ok");
  assertMatch(message, new RegExp(`^${peerId}, fingerprint (\\d{5} ?){12}$`));

  await Deno.writeTextFile(profile.keyFile, "damaged");
  const damaged = await checkIdentity({ profile });
  assertEquals(damaged.status, "bad");
  assertMatch(damaged.hint ?? "", /restore it from a backup/);
});

Deno.test("checkIdentity() warns of a new identity beside an old history", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await makeProfile(folder);
  writeHistory(profile.databaseFile);
  const { status, hint } = await checkIdentity({ profile });
  assertEquals(status, "bad");
  assertMatch(hint ?? "", /identity\.key$/);
});

Deno.test("checkDatabase() counts what is in it, and finds the newest time", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await makeProfile(folder);
  const none = checkDatabase({ profile });
  assertEquals([none.outcome.status, none.inspection], ["skipped", undefined]);
  assertEquals(contents(profile.folder).size, 0);

  writeHistory(profile.databaseFile);
  const { outcome, inspection } = checkDatabase({ profile });
  assertEquals(outcome.status, "ok");
  assertMatch(outcome.message, /^sound, schema \d+, 3 messages, 2 waiting to be delivered$/);
  assertEquals(inspection?.newest, NOW);
});

Deno.test("checkDatabase() names damage and moves nothing, and works beside a node", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await makeProfile(folder);
  const path = profile.databaseFile;
  writeHistory(path);
  {
    using history = openHistory(path, "self", NOW);
    assertEquals(checkDatabase({ profile }).outcome.status, "ok");
    assert(history.list({ limit: 1 }).length === 1);
  }
  overwrite(path, pageOf(path, "message"));
  const before = [...contents(profile.folder).keys()].sort();
  const { outcome, inspection } = checkDatabase({ profile });
  assertEquals([outcome.status, outcome.message, inspection], [
    "bad",
    `${path} is damaged`,
    undefined,
  ]);
  assertMatch(outcome.hint ?? "", /puts it aside/);
  assertEquals([...contents(profile.folder).keys()].sort(), before);
});

Deno.test("checkClock() compares the clock with what the profile noted, and with 2026", () => {
  assertEquals(checkClock(NOW, undefined).status, "ok");
  assertEquals(checkClock(NOW, NOW + 59_000).status, "ok");
  assertMatch(checkClock(NOW, NOW).message, /^Sun 22 Nov 2026 \d\d:\d\d, \S+/);
  const behind = checkClock(NOW, NOW + HOUR_MS);
  assertEquals(behind.status, "warning");
  assertMatch(behind.message, /but this profile was in use at .* already$/);
  const unset = checkClock(0, NOW);
  assertEquals(unset.status, "bad");
  assertMatch(unset.message, /cannot be right: it is before 2026$/);
});

Deno.test("checkClassicPort() tells a port that is free, and one that peers use already", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await makeProfile(folder);
  const ports = { host: "0.0.0.0", port: 7000, classicHost: "127.0.0.1" };
  assertEquals(await checkClassicPort({ ...ports, classicPort: undefined }, profile), undefined);
  const classicPort = freePort();
  const free = await checkClassicPort({ ...ports, classicPort }, profile);
  assertEquals(free, { status: "ok", message: `${classicPort} is free; plain text, not verified` });
  const same = await checkClassicPort({ ...ports, port: classicPort, classicPort }, profile);
  assertEquals(same?.status, "bad");
  assertEquals(same?.message, `port ${classicPort} is the one on which peers reach this program`);
  const apart = { ...ports, host: "127.0.0.2", port: classicPort, classicPort };
  assertEquals((await checkClassicPort(apart, profile))?.status, "ok");
});

Deno.test("checkPort() tells a free port, the own node's, and somebody else's", async () => {
  await using folder = await TemporaryFolder.make();
  const profile = await makeProfile(folder);
  const host = "127.0.0.1";
  const listener = Deno.listen({ hostname: host, port: 0 });
  const { port } = listener.addr;
  const taken = await checkPort({ host, port }, profile);
  assertEquals(taken.status, "bad");
  assertEquals(taken.message, `port ${port} is in use by another program`);
  assertMatch(taken.hint ?? "", /--port/);
  {
    const owner = { command: "listen", pid: 4711, now: () => NOW };
    using _lock = await acquireProfileLock(profile, owner);
    assertEquals(await checkPort({ host, port }, profile), {
      status: "ok",
      message: `${port} is in use by this profile's own listen (process 4711)`,
    });
  }
  assertEquals((await checkPort({ host, port }, profile)).status, "bad", "the owner is gone");
  listener.close();
  assertEquals((await checkPort({ host, port }, profile)).message, `${port} is free`);
  assertEquals((await checkPort({ host, port: 0 }, profile)).status, "ok");
  assertEquals((await checkPort({ host: "192.0.2.1", port }, profile)).status, "bad");
});

Deno.test({
  name: "checkPort() does not believe the remark of an owner that was killed",
  ignore: !("tryLock" in Deno.FsFile.prototype),
  async fn() {
    await using folder = await TemporaryFolder.make();
    const profile = await makeProfile(folder);
    const remark = { pid: 4711, command: "listen", since: NOW };
    await Deno.writeTextFile(profile.lockFile, "");
    await Deno.writeTextFile(profile.holderFile, JSON.stringify(remark));
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    assertEquals((await checkPort({ host: "127.0.0.1", port }, profile)).status, "bad");
  },
});

Deno.test("checkAddresses() lists what others can use", () => {
  const interfaces = [
    { family: "IPv4", address: "127.0.0.1" },
    { family: "IPv4", address: "192.168.1.20" },
    { family: "IPv6", address: "fe80::1" },
    { family: "IPv6", address: "2001:db8::7" },
  ] as const;
  const message = (host: string, port = 7000) => checkAddresses({ host, port }, interfaces).message;
  assertEquals(message("0.0.0.0"), "192.168.1.20, port 7000");
  assertEquals(message("::"), "192.168.1.20, 2001:db8::7, port 7000");
  assertEquals(message("192.168.1.20", 0), "192.168.1.20, any free port");
  const loopback = checkAddresses({ host: "127.0.0.1", port: 7000 }, interfaces);
  assertEquals([loopback.status, loopback.hint], [
    "warning",
    "for others: p2p-chat config set host 0.0.0.0",
  ]);
  const alone = checkAddresses({ host: "0.0.0.0", port: 7000 }, interfaces.slice(0, 1));
  assertEquals(alone.status, "warning");
  assertEquals(alone.message, "this machine has no address that others can reach");
});

Deno.test("checkMulticast() says why it does not work", async () => {
  const fault = (reason?: string) => () => Promise.resolve(reason);
  assertEquals((await checkMulticast({ mdns: false }, fault("never asked"))).status, "skipped");
  assertEquals((await checkMulticast({ mdns: true }, fault())).status, "ok");
  const broken = await checkMulticast({ mdns: true }, fault("No such device"));
  assertEquals(broken.status, "warning");
  assertMatch(broken.message, /^no multicast here \(No such device\): /);
});

Deno.test("checkMandatory() tells who answers, who does not and why", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const target = `127.0.0.1:${listener.addr.port}`;
  const accepting = listener.accept();
  const answer = await checkMandatory(target, SIGNAL);
  assertEquals(answer.status, "ok");
  assertMatch(answer.message, /^127\.0\.0\.1:\d+ answers after \d/);
  using socket = await accepting;
  assertEquals(await socket.read(new Uint8Array(1)), null, "the connection is closed again");
  listener.close();
  const nobody = await checkMandatory(target, SIGNAL);
  assertEquals(nobody.status, "bad");
  assertEquals(nobody.message, `${target}: nobody listens there (connection refused)`);
  assertMatch(nobody.hint ?? "", /other side is running/);
});

Deno.test("checkMandatory() leaves classic peers alone", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const target = `classic:127.0.0.1:${listener.addr.port}`;
  const { status, message } = await checkMandatory(target, SIGNAL);
  assertEquals(status, "skipped");
  assertMatch(message, /^classic:127\.0\.0\.1:\d+ is not called/);
});

Deno.test("checkMandatory() ends with its signal", async () => {
  const reason = new Error("enough");
  const thrown = await assertRejects(() =>
    checkMandatory("127.0.0.1:9", AbortSignal.abort(reason))
  );
  assertEquals(thrown, reason);
});
