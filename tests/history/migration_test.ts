/**
 * Databases of earlier versions, made by frozen copies of their SQL (`schemas/N.sql`), opened by the
 * program as it is. All of them hold the same rows, as far as their tables go.
 */
import { assert, assertEquals, assertThrows, equal } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../src/errors.ts";
import { type History, openHistory, readHistory } from "../../src/history/mod.ts";
import { SCHEMA_VERSION } from "../../src/history/schema.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";
import { contents } from "./damaged_fixture.ts";

const SELF = "self";
const NOW = 9000;
const RED = { kind: "peer", peerId: "red" } as const;
const ADDRESS = "/ip4/127.0.0.1/tcp/7009";

const EARLIER_VERSIONS = Array.from({ length: SCHEMA_VERSION - 1 }, (_, index) => index + 1);

/** A database as an earlier version of the program left it. */
function writeEarlier(path: string, version: number): void {
  const file = new URL(`schemas/${version}.sql`, import.meta.url);
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec(Deno.readTextFileSync(file));
  db.close();
}

/** Every table, index and trigger. */
function schemaOf(path: string): string[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").all();
  db.close();
  return rows.map(({ sql }) => String(sql).replace(/--.*/g, "").replace(/\s+/g, " ")).sort();
}

function shape(history: History): unknown[] {
  return history.list({ limit: 100 }).map((message) => [
    message.id,
    message.text,
    message.conversation.kind === "peer"
      ? message.conversation.peerId
      : message.conversation.address,
    message.sentAt,
    message.replyTo,
    ...(message.direction === "in"
      ? [message.receivedAt]
      : [message.stateAt, message.state, message.reason]),
  ]);
}

Deno.test("every earlier schema has a frozen copy", () => {
  for (const version of EARLIER_VERSIONS) {
    const file = new URL(`schemas/${version}.sql`, import.meta.url);
    assert(Deno.statSync(file).isFile, `write what made schema ${version}, and rows, to ${file}`);
  }
});

for (const version of EARLIER_VERSIONS) {
  Deno.test(`openHistory() brings schema ${version} to what a new database has`, async () => {
    await using folder = await TemporaryFolder.make();
    const [old, fresh] = [`${folder.path}/old.db`, `${folder.path}/fresh.db`];
    writeEarlier(old, version);
    for (const path of [old, fresh]) openHistory(path, SELF, NOW)[Symbol.dispose]();
    assertEquals(schemaOf(old), schemaOf(fresh));
    const db = new DatabaseSync(old);
    assertEquals(db.prepare("PRAGMA integrity_check").all().length, 1);
    assertEquals(db.prepare("PRAGMA foreign_key_check").all(), []);
    db.close();
  });

  Deno.test(`openHistory() keeps every row of schema ${version}`, async () => {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/chat.db`;
    writeEarlier(path, version);
    const keep = () => {
      using history = openHistory(path, SELF, NOW);
      assertEquals(shape(history), [
        ["own-1", "delivered to red", "red", 2000, undefined, 2100, "delivered", undefined],
        ["red-1", "an answer of red", "red", 2200, "own-1", 2300],
        ["own-2", "refused by red", "red", 2400, undefined, 2400, "refused", "too much"],
        ["own-3", "taken back", "red", 2500, undefined, 2500, "cancelled", undefined],
        ["own-4", "sent to red", "red", 2600, "red-1", 2700, "sent", undefined],
        ["own-5", "queued for red", "red", 2800, undefined, 2800, "queued", undefined],
        ["blue-1", "from blue", "blue", 2900, undefined, 3000],
        ["own-6", "queued for an address", ADDRESS, 3100, undefined, 3100, "queued", undefined],
      ]);
      assertEquals(history.outbox.conversations(), [RED, { kind: "address", address: ADDRESS }]);
      assertEquals(history.messages.waiting("red", 0, 9).map(({ id }) => id), ["own-4", "own-5"]);
      assertEquals(history.peers.list(SELF, 9), [
        {
          peerId: "red",
          name: "Red",
          source: "mdns",
          lastSeen: 5000,
          addresses: ["/ip4/192.168.1.20/tcp/7000", "/ip4/10.0.0.2/tcp/7000"],
        },
        { peerId: "blue", name: "", source: "inbound", lastSeen: 4000, addresses: [] },
      ]);
      assertEquals(history.peers.atAddress("/ip4/192.168.1.20/tcp/7000"), "red");
      assertEquals(history.readMarks.countUnread(), 0, "what was there was shown");
    };
    keep();
    keep();
  });

  Deno.test(`a database of schema ${version} sends, receives and binds like a new one`, async () => {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/chat.db`;
    writeEarlier(path, version);
    using history = openHistory(path, SELF, NOW);
    const { messages, outbox } = history;
    const draft = { conversation: RED, id: "own-7", text: "new", sentAt: NOW, replyTo: undefined };
    assertEquals(messages.enqueue([draft], NOW).map((own) => own?.state), ["queued"]);
    const incoming = { id: "red-2", text: "new", sentAt: NOW, replyTo: undefined };
    const known = { ...incoming, id: "red-1", text: "an answer of red" };
    assertEquals(messages.accept("red", [known, incoming], NOW).fresh.map(({ id }) => id), [
      "red-2",
    ]);
    assertEquals(history.readMarks.unread(9).map(({ id }) => id), ["red-2"]);
    assertEquals(messages.bind(ADDRESS, "red", NOW), true);
    const waiting = () => messages.waiting("red", 0, 9).map(({ id, sequence }) => [id, sequence]);
    assertEquals(waiting(), [["own-4", 4], ["own-5", 5], ["own-7", 6], ["own-6", 7]]);
    assertEquals(messages.record("red", ["own-4"], "delivered", NOW).length, 1);
    assertEquals(outbox.cancel("own-5", NOW)?.id, "own-5");
    assertEquals(waiting(), [["own-7", 6], ["own-6", 7]]);
    outbox.tried(RED, { lastTried: NOW, failure: "nobody there", nextAttempt: undefined });
    assertEquals(outbox.searchFor(RED)?.attempts, 1);
    assertEquals(
      messages.recordUnanswerable("red", ["own-7"], NOW).map(({ id, unanswerable }) => [
        id,
        unanswerable,
      ]),
      [["own-7", true]],
    );
    assertEquals(waiting(), [["own-6", 7]]);
    assertEquals(
      history.list({ limit: 100 }).filter((one) => one.direction === "out" && one.unanswerable).map(
        ({ id }) => id,
      ),
      ["own-7"],
    );
    assertEquals(history.peers.dialectOf("red"), undefined);
    history.peers.noteDialect("red", "b");
    assertEquals([history.peers.dialectOf("red"), history.peers.dialectOf("none")], [
      "b",
      undefined,
    ]);
    history.peers.remember({ peerId: "green", source: "asked", seenAt: NOW, reachedAt: "/x" });
    assertEquals(history.peers.atAddress("/x"), "green");
  });

  Deno.test(`openHistory() searches the messages of schema ${version}, and lists its conversations`, async () => {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/chat.db`;
    writeEarlier(path, version);
    using history = openHistory(path, SELF, NOW);
    for (let step = 0; step < 2; step++) {
      const found = history.list({ search: "SENT red", limit: 9 }).map(({ id }) => id);
      assertEquals(found, ["own-4"]);
      assertEquals(history.list({ search: "queued", limit: 9 }).length, 2);
      while (history.textIndex.takeUp());
    }
    const open = history.conversations().map((
      { last, unread, waiting },
    ) => [last.id, unread, waiting]);
    assertEquals(open, [["own-6", 0, 1], ["blue-1", 0, 0], ["own-5", 0, 2]]);
  });

  Deno.test(`readHistory() asks for a start of the program to bring schema ${version} up to date`, async () => {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/chat.db`;
    writeEarlier(path, version);
    const before = contents(folder.path).get("chat.db");
    const error = assertThrows(() => readHistory(path, SELF), ChatError);
    assertEquals(error.code, "storage-failed");
    assert(error.message.includes(`schema ${version} of an older p2p-chat`), error.message);
    assert(error.hint?.includes("p2p-chat listen"), error.hint);
    assertEquals(contents(folder.path).get("chat.db"), before);
  });
}

Deno.test("a schema of a newer program is refused, with a hint, and its file not touched", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  const newer = SCHEMA_VERSION + 1;
  openHistory(path, SELF, NOW)[Symbol.dispose]();
  const db = new DatabaseSync(path);
  db.exec(`INSERT INTO migration VALUES (${newer}, 0)`);
  db.exec("ALTER TABLE message ADD COLUMN mood TEXT");
  db.exec("DROP TABLE peer_address");
  // A log that is left must not be copied into the file either.
  db.exec("PRAGMA wal_autocheckpoint = 0");
  db.exec("INSERT INTO peer (peer_id, source, last_seen) VALUES ('late', 'mdns', 1)");
  const left = ["chat.db", "chat.db-wal"].map((name) =>
    Deno.readFileSync(`${folder.path}/${name}`)
  );
  db.close();
  for (const [index, suffix] of ["", "-wal"].entries()) {
    Deno.writeFileSync(path + suffix, left[index] ?? new Uint8Array());
  }
  for (const open of [() => openHistory(path, SELF, NOW), () => readHistory(path, SELF)]) {
    const error = assertThrows(open, ChatError);
    assertEquals(error.code, "storage-failed");
    assert(error.message.includes(`schema ${newer}`), error.message);
    assert(error.hint?.includes("use the newer p2p-chat"), error.hint);
  }
  const files = contents(folder.path);
  assertEquals([...files.keys()].filter((name) => !/^chat\.db(-wal|-shm)?$/.test(name)), []);
  for (const [index, name] of ["chat.db", "chat.db-wal"].entries()) {
    // assertEquals would draw the difference of two files.
    assert(equal(files.get(name), left[index]), `${name} was changed`);
  }
});
