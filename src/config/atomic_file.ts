/**
 * Writes a whole file so that whoever looks, also after a power cut, sees either what was there
 * before or all of the new content: a temporary file in the same folder, flushed to the disk, is
 * moved into place. The file is readable and writable by its owner alone (0600), whatever the umask.
 * Temporary files are removed after an error, but not after a `kill -9` in between.
 */

const OWNER_ONLY = 0o600;

/**
 * Replaces the file at `path`, or makes it.
 * @throws the system's error, with the old content still in place
 */
export async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const temporary = await writeTemporary(path, content);
  try {
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary);
    throw error;
  }
  await flushFolder(path);
}

/**
 * Makes the file at `path` and never replaces one, not even one that appears at the same moment.
 * @throws Deno.errors.AlreadyExists; the system's error, with no file made
 */
export async function createFile(path: string, content: Uint8Array): Promise<void> {
  const temporary = await writeTemporary(path, content);
  try {
    // Unlike a rename, a link fails where something exists already.
    await Deno.link(temporary, path);
  } finally {
    await Deno.remove(temporary);
  }
  await flushFolder(path);
}

/** @returns the path of the temporary file */
async function writeTemporary(path: string, content: Uint8Array): Promise<string> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  const file = await Deno.open(temporary, { createNew: true, write: true, mode: OWNER_ONLY });
  try {
    // A umask can only narrow the mode, but might narrow it to nothing.
    if (Deno.build.os !== "windows") await Deno.chmod(temporary, OWNER_ONLY);
    let written = 0;
    while (written < content.length) written += await file.write(content.subarray(written));
    await file.sync();
  } catch (error) {
    file.close();
    await Deno.remove(temporary);
    throw error;
  }
  file.close();
  return temporary;
}

/** A new name is on the disk only when its folder is. */
async function flushFolder(path: string): Promise<void> {
  // Windows cannot open a folder like a file, and NTFS keeps a journal of names.
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path.slice(0, path.lastIndexOf("/")) || "/", { read: true });
  await folder.sync();
}
