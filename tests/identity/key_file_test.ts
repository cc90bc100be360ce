import { assert, assertEquals, assertRejects } from "@std/assert";
import { generateKeyPair, privateKeyToProtobuf } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";

import { ChatError, type ErrorCode } from "../../src/errors.ts";
import { loadIdentity, loadOrCreateIdentity } from "../../src/identity/key_file.ts";
import { runModule } from "../config/run_module.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";

const WINDOWS = Deno.build.os === "windows";
const MODULE = JSON.stringify(import.meta.resolve("../../src/identity/key_file.ts"));

/** Both ways to load must say the same, and neither may change what is there. */
async function fails(path: string, code: ErrorCode): Promise<ChatError> {
  const [error, other] = await Promise.all(
    [loadIdentity, loadOrCreateIdentity].map((load) => assertRejects(() => load(path), ChatError)),
  ) as [ChatError, ChatError];
  assertEquals(error.code, code);
  assertEquals([other.code, other.message, other.hint], [error.code, error.message, error.hint]);
  return error;
}

async function writeKey(path: string, content: Uint8Array): Promise<void> {
  await Deno.writeFile(path, content, { mode: 0o600 });
  if (!WINDOWS) await Deno.chmod(path, 0o600);
}

function names(folder: TemporaryFolder): string[] {
  return [...Deno.readDirSync(folder.path)].map((entry) => entry.name).sort();
}

Deno.test("loadOrCreateIdentity() makes a key once and finds it again", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/identity.key`;
  assertEquals(await loadIdentity(path), undefined);
  assertEquals(names(folder), []);

  const made = await loadOrCreateIdentity(path);
  assertEquals(made.peerId, peerIdFromPrivateKey(made.privateKey).toString());
  assertEquals(await Deno.readFile(path), privateKeyToProtobuf(made.privateKey));
  assertEquals(names(folder), ["identity.key"]);

  assertEquals((await loadOrCreateIdentity(path)).peerId, made.peerId);
  const found = await loadIdentity(path);
  assert(found?.privateKey.equals(made.privateKey));
});

Deno.test("loadOrCreateIdentity() makes another key for every profile", async () => {
  await using folder = await TemporaryFolder.make();
  const red = await loadOrCreateIdentity(`${folder.path}/red.key`);
  const blue = await loadOrCreateIdentity(`${folder.path}/blue.key`);
  assert(red.peerId !== blue.peerId);
});

Deno.test("loadOrCreateIdentity() gives all that start together one key", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/identity.key`;
  const identities = await Promise.all(
    Array.from({ length: 10 }, () => loadOrCreateIdentity(path)),
  );
  assertEquals(new Set(identities.map((identity) => identity.peerId)).size, 1);
  assertEquals(names(folder), ["identity.key"]);
});

Deno.test("loadOrCreateIdentity() gives processes that start together one key", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/identity.key`;
  const source = `
    import { loadOrCreateIdentity } from ${MODULE};
    console.log((await loadOrCreateIdentity(${JSON.stringify(path)})).peerId);
  `;
  const runs = await Promise.all(Array.from({ length: 4 }, () => runModule(source)));
  for (const { success, stderr } of runs) assert(success, stderr);
  const expected = `${(await loadIdentity(path))?.peerId}\n`;
  assertEquals(runs.map(({ stdout }) => stdout), Array(4).fill(expected));
});

Deno.test({
  name: "loadOrCreateIdentity() writes 0600 whatever the umask",
  ignore: WINDOWS,
  async fn() {
    for (const umask of [0o000, 0o777]) {
      await using folder = await TemporaryFolder.make();
      const path = `${folder.path}/identity.key`;
      const { success, stderr } = await runModule(`
        import { loadOrCreateIdentity } from ${MODULE};
        Deno.umask(${umask});
        await loadOrCreateIdentity(${JSON.stringify(path)});
      `);
      assert(success, stderr);
      assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    }
  },
});

Deno.test("loadIdentity() refuses a damaged key and leaves it as it is", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/identity.key`;
  const key = privateKeyToProtobuf(await generateKeyPair("Ed25519"));
  const other = privateKeyToProtobuf(await generateKeyPair("Ed25519"));
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(), "has 0 bytes, expected 68"],
    [key.slice(0, 40), "has 40 bytes, expected 68"],
    [new Uint8Array([...key, 10]), "has 69 bytes, expected 68"],
    [new Uint8Array(68), "holds no private key"],
    [new TextEncoder().encode("x".repeat(68)), "holds no private key"],
    [
      new Uint8Array([...key.slice(0, 36), ...other.slice(36)]),
      "holds a private and a public key that do not belong together",
    ],
    [key.with(4, key[4]! ^ 1), "holds a private and a public key that do not belong together"],
  ];
  for (const [content, problem] of cases) {
    await writeKey(path, content);
    const error = await fails(path, "key-damaged");
    assertEquals(error.message, `identity key ${JSON.stringify(path)} ${problem}`);
    assertEquals(
      error.hint,
      "restore it from a backup, or move it away to begin with a new identity",
    );
    assertEquals(await Deno.readFile(path), content);
  }
  assertEquals(names(folder), ["identity.key"]);
});

Deno.test("loadIdentity() notices every flipped bit of a key", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/identity.key`;
  const key = privateKeyToProtobuf(await generateKeyPair("Ed25519"));
  for (let bit = 0; bit < key.length * 8; bit += 7) {
    const index = bit >> 3;
    await writeKey(path, key.with(index, key[index]! ^ (1 << (bit & 7))));
    const error = await assertRejects(() => loadIdentity(path), ChatError, undefined, `bit ${bit}`);
    assertEquals((error as ChatError).code, "key-damaged");
  }
});

Deno.test("loadIdentity() refuses a key of another type", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/identity.key`;
  // A secp256k1 key, padded with an unknown field to the length of an Ed25519 one.
  const key = privateKeyToProtobuf(await generateKeyPair("secp256k1"));
  const padding = new Uint8Array(68 - key.length);
  padding.set([0x1a, padding.length - 2]);
  await writeKey(path, new Uint8Array([...key, ...padding]));
  const error = await fails(path, "key-damaged");
  assert(error.message.endsWith("holds a key of type secp256k1, expected Ed25519"), error.message);
});

Deno.test("loadIdentity() refuses a folder in the key's place", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/identity.key`;
  await Deno.mkdir(path);
  const error = await fails(path, "key-damaged");
  assertEquals(error.message, `identity key ${JSON.stringify(path)} is a folder`);
});

Deno.test({
  name: "loadIdentity() refuses a device in the key's place without reading it",
  ignore: WINDOWS,
  async fn() {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/identity.key`;
    await Deno.symlink("/dev/zero", path);
    const error = await fails(path, "key-damaged");
    assertEquals(error.message, `identity key ${JSON.stringify(path)} is not a file`);
  },
});

Deno.test({
  name: "loadIdentity() follows a link, and never replaces one that leads nowhere",
  ignore: WINDOWS,
  async fn() {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/identity.key`;
    const elsewhere = `${folder.path}/elsewhere.key`;
    await Deno.symlink(elsewhere, path);
    const error = await fails(path, "key-damaged");
    assertEquals(
      error.message,
      `identity key ${JSON.stringify(path)} is a link that leads nowhere`,
    );
    assertEquals(names(folder), ["identity.key"]);

    const { peerId } = await loadOrCreateIdentity(elsewhere);
    assertEquals((await loadOrCreateIdentity(path)).peerId, peerId);
    assert((await Deno.lstat(path)).isSymlink);
  },
});

Deno.test({
  name: "loadIdentity() refuses a key that others can read, and says how to lock it",
  ignore: WINDOWS,
  async fn() {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/it's mine.key`;
    await loadOrCreateIdentity(path);
    for (const mode of [0o644, 0o640, 0o604, 0o620, 0o601, 0o777]) {
      await Deno.chmod(path, mode);
      const error = await fails(path, "key-exposed");
      assertEquals(
        error.message,
        `identity key ${JSON.stringify(path)} can be read by other users (mode ${
          mode.toString(8)
        })`,
      );
      assertEquals(error.hint, `chmod 600 '${folder.path}/it'\\''s mine.key'`);
    }
    for (const mode of [0o600, 0o400, 0o700]) {
      await Deno.chmod(path, mode);
      assert(await loadIdentity(path) !== undefined);
    }
  },
});

Deno.test("loadOrCreateIdentity() says that the folder is not there", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/nowhere/identity.key`;
  const error = await assertRejects(() => loadOrCreateIdentity(path), ChatError) as ChatError;
  assertEquals(error.code, "profile-unusable");
  assertEquals(
    error.message,
    `identity key ${JSON.stringify(path)} cannot be written: No such file or directory`,
  );
});
