/** Databases in a folder, and the ways in which they are damaged. */
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../src/history/database.ts";

/** 2026-11-22T12:00:00Z */
export const NOON = Date.UTC(2026, 10, 22, 12);

const PAGE_BYTES = 4096;
/** First byte of such a page (sqlite.org/fileformat2.html, section 1.6). */
const INDEX_LEAF = 0x0a;
const PEERS = 300;

/** A database of several dozen pages, closed in order. */
export function writeDatabase(path: string): void {
  const { db } = openDatabase(path, NOON);
  const insert = db.prepare("INSERT INTO peer (peer_id, source, last_seen) VALUES (?, 'mdns', 1)");
  db.exec("BEGIN");
  for (let index = 0; index < PEERS; index++) insert.run(`peer ${index}, ${"x".repeat(200)}`);
  db.exec("COMMIT");
  db.close();
}

/** Writes one more peer and leaves the log beside the database, as `kill -9` does. */
export function leaveLog(path: string): void {
  const { db } = openDatabase(path, NOON);
  db.exec("INSERT INTO peer (peer_id, source, last_seen) VALUES ('only in the log', 'mdns', 1)");
  for (const suffix of ["", "-wal"]) Deno.copyFileSync(path + suffix, `${path}.copy${suffix}`);
  db.close();
  for (const suffix of ["", "-wal"]) Deno.renameSync(`${path}.copy${suffix}`, path + suffix);
}

/** By what it is called, in the words of a test's name. */
export const DAMAGES: ReadonlyMap<string, (path: string) => void> = new Map([
  ["a page of a table that was overwritten", (path) => overwrite(path, pageOf(path, "peer"))],
  ["a page of an index that was overwritten", (path) => {
    overwrite(path, pageOf(path, "sqlite_autoindex_peer_1"));
  }],
  ["a page full of zeros", (path) => overwrite(path, pageOf(path, "peer"), 0)],
  ["the first page gone", (path) => overwrite(path, 1)],
  ["a file that was cut off", (path) => Deno.truncateSync(path, 10 * PAGE_BYTES + 7)],
  ["a file that is no database", (path) => {
    Deno.writeTextFileSync(path, "this is no database, ".repeat(500));
  }],
  ["a damaged page beside a log", (path) => {
    leaveLog(path);
    overwrite(path, pageOf(path, "conversation"));
  }],
]);

/** Writes over one page of the file. @param page from 1, as SQLite counts */
export function overwrite(path: string, page: number, byte = 0x5a): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync((page - 1) * PAGE_BYTES, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(PAGE_BYTES).fill(byte));
}

/** The root page of a table or an index. */
export function pageOf(path: string, name: string): number {
  const db = new DatabaseSync(path, { readOnly: true });
  const row = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(name);
  db.close();
  return Number(row?.rootpage);
}

/** Changes a peer's id in the index alone: damage that only `integrity_check` finds. */
export function spoilIndex(path: string): void {
  const bytes = Deno.readFileSync(path);
  const id = new TextEncoder().encode("peer 7, ");
  for (let page = 0; page < bytes.length; page += PAGE_BYTES) {
    if (bytes[page] !== INDEX_LEAF) continue;
    const found = new TextDecoder("latin1").decode(bytes.subarray(page, page + PAGE_BYTES))
      .indexOf("peer 7, ");
    if (found < 0) continue;
    bytes.set(id.with(5, "8".charCodeAt(0)), page + found);
    Deno.writeFileSync(path, bytes);
    return;
  }
  throw new Error("the index has no such peer");
}

/** All files of a folder: the name and the bytes. */
export function contents(folder: string): Map<string, Uint8Array> {
  return new Map(
    [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile)
      .map(({ name }) => [name, Deno.readFileSync(`${folder}/${name}`)]),
  );
}
