/**
 * The key that makes this peer this peer: one Ed25519 key in a file of its own, made at the first
 * start. The file holds the protobuf bytes that libp2p uses for private keys (libp2p specification,
 * "Peer Ids and Keys"), so other libp2p programs can read it.
 *
 * It guarantees
 * - a new identity is made only where nothing at all is at the path: whatever else is there, a
 *   damaged file or a link that leads nowhere (a disk that is not mounted), is an error
 * - a key is on the disk, readable by its owner alone, before anybody learns its peer id
 * - processes that start together end up with one and the same key
 * - a key that others on this machine can read is not used
 *
 * Links are followed, so that a key can live on a disk of its own. The key is not encrypted: who can
 * read the file, or the disk, is this peer.
 */
import type { Ed25519PrivateKey } from "@libp2p/interface";

import { createFile } from "../config/atomic_file.ts";
import { quote } from "../config/quote.ts";
import { systemReason } from "../config/system_reason.ts";
import { ChatError } from "../errors.ts";

/** Who this peer is. */
export interface Identity {
  /** Base58 of the multihash of the public key, `12D3KooW…`: the address that never changes. */
  readonly peerId: string;
  readonly privateKey: Ed25519PrivateKey;
}

/** Key type and length fields, 32 bytes of seed, 32 bytes of public key. */
const KEY_FILE_BYTES = 68;
const ANYBODY_ELSE = 0o077;
/** What is signed to see that the two halves of a key belong together. */
const PROBE = new TextEncoder().encode("p2p-chat key check");

/**
 * @param path where the key is, or will be; its folder must exist
 * @throws ChatError `key-damaged`, `key-exposed`, `profile-unusable` (cannot be read or written)
 */
export async function loadOrCreateIdentity(path: string): Promise<Identity> {
  const existing = await loadIdentity(path);
  if (existing !== undefined) return existing;

  const { generateKeyPair, privateKeyToProtobuf } = await import("@libp2p/crypto/keys");
  const content = privateKeyToProtobuf(await generateKeyPair("Ed25519"));
  try {
    await createFile(path, content);
  } catch (cause) {
    // Somebody else was faster: theirs is the key.
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw unusable(path, "written", cause);
  }
  const identity = await loadIdentity(path);
  if (identity === undefined) throw unusable(path, "read", new Deno.errors.NotFound("it vanished"));
  return identity;
}

/**
 * Reads the key and never makes one.
 * @returns undefined where nothing is at `path`
 * @throws ChatError as `loadOrCreateIdentity`
 */
export async function loadIdentity(path: string): Promise<Identity | undefined> {
  const content = await readKeyFile(path);
  if (content === undefined) return undefined;
  const { privateKeyFromProtobuf, privateKeyToProtobuf } = await import("@libp2p/crypto/keys");
  let privateKey;
  try {
    privateKey = privateKeyFromProtobuf(content);
  } catch (cause) {
    throw damaged(path, "holds no private key", cause);
  }
  if (privateKey.type !== "Ed25519") {
    throw damaged(path, `holds a key of type ${privateKey.type}, expected Ed25519`);
  }
  // The decoder forgives wrong tags and lengths, which are damage as well.
  if (!equalBytes(privateKeyToProtobuf(privateKey), content)) {
    throw damaged(path, "holds more or less than a private key");
  }
  if (!await matches(privateKey)) {
    throw damaged(path, "holds a private and a public key that do not belong together");
  }
  return { peerId: privateKey.publicKey.toString(), privateKey };
}

async function readKeyFile(path: string): Promise<Uint8Array | undefined> {
  try {
    const { isFile, isDirectory, size, mode } = await Deno.stat(path);
    if (isDirectory) throw damaged(path, "is a folder");
    // Before it is opened: opening a named pipe would wait for a writer.
    if (!isFile) throw damaged(path, "is not a file");
    if (Deno.build.os !== "windows" && ((mode ?? 0) & ANYBODY_ELSE) !== 0) {
      throw exposed(path, mode ?? 0);
    }
    if (size !== KEY_FILE_BYTES) {
      throw damaged(path, `has ${size} bytes, expected ${KEY_FILE_BYTES}`);
    }
    return await Deno.readFile(path);
  } catch (cause) {
    if (cause instanceof ChatError) throw cause;
    if (!(cause instanceof Deno.errors.NotFound)) throw unusable(path, "read", cause);
    if (await isLink(path)) throw damaged(path, "is a link that leads nowhere", cause);
    return undefined;
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isSymlink;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw unusable(path, "read", cause);
  }
}

async function matches(privateKey: Ed25519PrivateKey): Promise<boolean> {
  try {
    const signature = await privateKey.sign(PROBE);
    return await privateKey.publicKey.verify(PROBE, signature);
  } catch {
    // A public key that is not even a point of the curve: nothing belongs to it.
    return false;
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function damaged(path: string, problem: string, cause?: unknown): ChatError {
  return new ChatError("key-damaged", `identity key ${quote(path)} ${problem}`, {
    hint: "restore it from a backup, or move it away to begin with a new identity",
    cause,
  });
}

function exposed(path: string, mode: number): ChatError {
  const octal = (mode & 0o777).toString(8).padStart(3, "0");
  return new ChatError(
    "key-exposed",
    `identity key ${quote(path)} can be read by other users (mode ${octal})`,
    { hint: `chmod 600 ${shellWord(path)}` },
  );
}

function unusable(path: string, action: "read" | "written", cause: unknown): ChatError {
  return new ChatError(
    "profile-unusable",
    `identity key ${quote(path)} cannot be ${action}: ${systemReason(cause)}`,
    { hint: "see that the disk has room and that the profile's folder is yours", cause },
  );
}

/** A path as a POSIX shell takes it. */
function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
