/**
 * The full-text index of the messages: a SQLite file of its own beside the database, made with FTS5.
 *
 * It only says where a search is worth a look. It covers the messages up to some position, and who
 * searches looks through the others, and for all words in the texts themselves: so an index that is
 * behind, damaged or missing makes a search slower, never wrong.
 *
 * Why a file of its own, and not a table that each message goes into:
 * - the index takes 60 us for a message of 256 B and 5 ms for one of 32 KiB: it is brought up to date
 *   when there is time, and neither what is delivered nor a start waits for it
 * - SQLite's check, which each start runs, would read all of it
 * - damage in it touches no message: it is thrown away and made anew
 *
 * Each text goes in folded (`search_terms.ts`), as the set of its sequences of three characters: with
 * their places it would be three times as large. Nothing is ever taken out: texts do not change.
 */
import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../errors.ts";
import { guard } from "./database.ts";
import { BUSY_TIMEOUT_MS, openToRead } from "./open_to_read.ts";
import { foldText, type SearchTerms } from "./search_terms.ts";
import { isDamage, storageError } from "./storage_error.ts";

/** Raised with every change of the tables, or of what is written into them. */
const VERSION = 1;

const TABLES = `
  CREATE VIRTUAL TABLE message_text USING fts5(text, content = '', columnsize = 0, detail = 'none',
    tokenize = 'trigram case_sensitive 1');
  -- What is written and tidied up at once is up to us, see the constants.
  INSERT INTO message_text (message_text, rank)
    VALUES ('automerge', 0), ('crisismerge', 1000), ('hashsize', 16000000);
  -- One row: the message up to which all are in the index.
  CREATE TABLE covered (position INTEGER NOT NULL, id TEXT NOT NULL) STRICT;
  PRAGMA user_version = ${VERSION};
`;

/** What the trigram tokenizer takes for a word. */
const TRIGRAM_CHARACTERS = 3;
/** Looked up for one search: what these leave is little, and each costs. */
const MAX_TRIGRAMS = 24;

/** Characters taken up at once: 2 ms, more only where one message has more. */
const CHARACTERS_AT_ONCE = 16 * 1024;
const MESSAGES_AT_ONCE = 256;
/** Characters between two commits, of 5 to 15 ms each: with fewer, there is more to tidy up. */
const CHARACTERS_COMMITTED = 256 * 1024;
/**
 * Pages that are joined at once, 2 ms, as often as there were portions. Left to itself, FTS5 does it
 * seldom and for up to 100 ms.
 */
const PAGES_TIDIED = 16;

/** Which positions are meant, both ends excluded. */
export interface Between {
  readonly after: number;
  readonly before: number;
}

/** What an open transaction has taken up. */
interface Uncommitted {
  last: { readonly position: number; readonly id: string } | undefined;
  characters: number;
}

/** The index of the messages of one database. Dispose it before the database is closed. */
export class TextIndex implements Disposable {
  readonly #messages: DatabaseSync;
  readonly #path: string;
  readonly #mayWrite: boolean;
  #db: DatabaseSync | undefined;
  /** Met while reading; whoever may write begins anew. */
  #isDamaged = false;
  /** While a transaction is open. */
  #uncommitted: Uncommitted | undefined;
  /** How many portions of tidying up there are to do. */
  #untidy = 0;

  /**
   * Opens nothing yet.
   * @param messages the database
   * @param path of the index; `:memory:` for one that lives as long as this
   * @param mayWrite only for the one process that owns the profile
   */
  constructor(messages: DatabaseSync, path: string, { mayWrite }: { mayWrite: boolean }) {
    this.#messages = messages;
    this.#path = path;
    this.#mayWrite = mayWrite;
  }

  /** The position up to which all messages are in the index; 0 where there is none to be used. */
  covered(): number {
    return this.#reading((db) => this.#coveredIn(db)) ?? 0;
  }

  /**
   * Where messages are that may fit: every one that does, and few others.
   * @param between not beyond `covered()`
   * @param limit how many; the first ones where `ascending`, else the last ones, the last one first
   * @returns undefined where the index cannot tell: no word is long enough, or it is damaged
   */
  positions(
    terms: SearchTerms,
    { after, before }: Between,
    { ascending, limit }: { ascending: boolean; limit: number },
  ): number[] | undefined {
    const trigrams = trigramsOf(terms.words);
    if (trigrams.length === 0) return undefined;
    const match = trigrams.map((each) => `"${each.replaceAll('"', '""')}"`).join(" AND ");
    return this.#reading((db) =>
      db.prepare(`
        SELECT rowid FROM message_text WHERE message_text MATCH ? AND rowid > ? AND rowid < ?
        ORDER BY rowid ${ascending ? "ASC" : "DESC"} LIMIT ?`)
        .all(match, after, before, limit).map(({ rowid }) => Number(rowid))
    );
  }

  /** The position of the newest message; 0 where there is none. */
  lastMessage(): number {
    const [row] = this.#readMessages("SELECT max(position) AS last FROM message");
    return Number(row?.last ?? 0);
  }

  /**
   * Does a portion of what is to be done until all messages are in the index: some 3 ms, seldom up to
   * 30. What it has taken up counts after the last portion, and now and then before. Begins the index
   * anew where it is missing, damaged, or of another database.
   * @returns whether there is more to do
   * @throws ChatError `storage-busy`, `storage-failed`; the messages are as they were
   */
  takeUp(): boolean {
    try {
      if (this.#isDamaged) this.#discard();
      if (this.#untidy > 0 && this.#db !== undefined) return this.#tidyUp(this.#db);
      const last = this.lastMessage();
      if (last === 0) return false;
      const db = this.#openToWrite();
      if (this.#uncommitted === undefined) {
        if (this.#coveredIn(db) >= last) return false;
        db.exec("BEGIN IMMEDIATE");
        this.#uncommitted = { last: lastCovered(db), characters: 0 };
      }
      this.#takeUpInto(db, this.#uncommitted);
      return true;
    } catch (error) {
      this.#rollBack();
      // A ChatError is about the messages.
      if (error instanceof ChatError || !isDamage(error)) {
        throw storageError(`the index ${this.#path}`, error);
      }
      this.#isDamaged = true;
      return true;
    }
  }

  [Symbol.dispose](): void {
    this.#db?.close();
    this.#db = undefined;
    this.#uncommitted = undefined;
    this.#untidy = 0;
  }

  #takeUpInto(db: DatabaseSync, uncommitted: Uncommitted): void {
    const rows = this.#readMessages(
      "SELECT position, id, text FROM message WHERE position > ? ORDER BY position LIMIT ?",
      uncommitted.last?.position ?? 0,
      MESSAGES_AT_ONCE,
    );
    const insert = db.prepare("INSERT INTO message_text (rowid, text) VALUES (?, ?)");
    let characters = 0;
    for (const row of rows) {
      if (characters >= CHARACTERS_AT_ONCE) break;
      const [position, text] = [Number(row.position), foldText(String(row.text))];
      insert.run(position, text);
      characters += text.length;
      uncommitted.last = { position, id: String(row.id) };
    }
    uncommitted.characters += characters;
    if (rows.length === 0 || uncommitted.characters >= CHARACTERS_COMMITTED) {
      this.#commit(db, uncommitted);
    }
  }

  #commit(db: DatabaseSync, { last, characters }: Uncommitted): void {
    db.exec("DELETE FROM covered");
    if (last !== undefined) {
      db.prepare("INSERT INTO covered VALUES (?, ?)").run(last.position, last.id);
    }
    db.exec("COMMIT");
    this.#uncommitted = undefined;
    this.#untidy = Math.ceil(characters / CHARACTERS_AT_ONCE);
  }

  #tidyUp(db: DatabaseSync): true {
    db.prepare("INSERT INTO message_text (message_text, rank) VALUES ('merge', ?)")
      .run(PAGES_TIDIED);
    this.#untidy--;
    return true;
  }

  #rollBack(): void {
    if (this.#uncommitted === undefined) return;
    this.#uncommitted = undefined;
    try {
      this.#db?.exec("ROLLBACK");
    } catch {
      // SQLite rolled back by itself (disk full): the first error says all.
    }
  }

  /** What cannot be read does not count: the texts themselves are there. */
  #reading<T>(work: (db: DatabaseSync) => T): T | undefined {
    if (this.#isDamaged) return undefined;
    try {
      const db = this.#openToRead();
      return db === undefined ? undefined : work(db);
    } catch (error) {
      if (error instanceof ChatError) throw error; // about the messages
      // Whatever else it is may pass.
      this.#isDamaged = isDamage(error);
      return undefined;
    }
  }

  #openToRead(): DatabaseSync | undefined {
    if (this.#db !== undefined) return this.#db;
    if (!isFile(this.#path)) return undefined;
    const db = this.#mayWrite ? openForOwner(this.#path) : openToRead(this.#path);
    if (versionOf(db) === VERSION) return this.#db = db;
    db.close();
    return undefined;
  }

  #openToWrite(): DatabaseSync {
    if (this.#db !== undefined && this.#isOfThisDatabase(this.#db)) return this.#db;
    this[Symbol.dispose]();
    const found = openForOwner(this.#path);
    if (versionOf(found) === VERSION && this.#isOfThisDatabase(found)) return this.#db = found;
    found.close();
    this.#discard();
    const made = openForOwner(this.#path);
    try {
      made.exec(`BEGIN; ${TABLES} COMMIT`);
      return this.#db = made;
    } catch (error) {
      made.close();
      throw error;
    }
  }

  /** Not after the database was put aside, or came back from a copy. */
  #isOfThisDatabase(db: DatabaseSync): boolean {
    return lastCovered(db) === undefined || this.#coveredIn(db) > 0;
  }

  #coveredIn(db: DatabaseSync): number {
    const last = lastCovered(db);
    if (last === undefined) return 0;
    const [row] = this.#readMessages("SELECT id FROM message WHERE position = ?", last.position);
    return row?.id === last.id ? last.position : 0;
  }

  #readMessages(sql: string, ...values: readonly number[]): Record<string, unknown>[] {
    return guard(this.#messages, () => this.#messages.prepare(sql).all(...values));
  }

  #discard(): void {
    this[Symbol.dispose]();
    this.#isDamaged = false;
    if (this.#path === ":memory:") return;
    for (const suffix of ["", "-wal", "-shm"]) {
      try {
        Deno.removeSync(this.#path + suffix);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
}

/** The sequences of three characters that are in every text with these words; some of them, if many. */
function trigramsOf(words: readonly string[]): string[] {
  const found = new Set<string>();
  for (const word of words) {
    const characters = [...word];
    for (let at = 0; at + TRIGRAM_CHARACTERS <= characters.length; at++) {
      found.add(characters.slice(at, at + TRIGRAM_CHARACTERS).join(""));
    }
  }
  const all = [...found];
  const step = Math.max(1, all.length / MAX_TRIGRAMS);
  return Array.from(
    { length: Math.min(all.length, MAX_TRIGRAMS) },
    (_, index) => all[Math.floor(index * step)] ?? "",
  );
}

function lastCovered(db: DatabaseSync): { position: number; id: string } | undefined {
  const row = db.prepare("SELECT position, id FROM covered").get();
  return row === undefined ? undefined : { position: Number(row.position), id: String(row.id) };
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.user_version);
}

function openForOwner(path: string): DatabaseSync {
  if (path !== ":memory:") {
    // SQLite gives its side files the permissions of the main file.
    Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  }
  const db = new DatabaseSync(path);
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    db.exec("PRAGMA journal_mode = WAL");
    // A power cut may take the last part of it: `covered` goes with it.
    db.exec("PRAGMA synchronous = NORMAL");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
