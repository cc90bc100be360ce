/**
 * Where the owner of a profile can be spoken to, and who may do so.
 *
 * - A Unix domain socket in the profile's folder. Both belong to this user alone (0700, 0600).
 * - Where there can be none (Windows, or a path longer than a socket's address holds): a port on the
 *   loopback interface. Everybody on the machine can connect there, so a client shows a token, which
 *   stands with the port in a file that this user alone can read.
 *
 * Whoever listens holds the lock of the profile; so what a killed process left behind is replaced.
 * What is no socket is never replaced, and no symbolic link is followed.
 */
import { replaceFile } from "../config/atomic_file.ts";
import type { Profile } from "../config/paths.ts";
import { quote } from "../config/quote.ts";
import { systemReason } from "../config/system_reason.ts";
import { ChatError } from "../errors.ts";
import { type Check, integer, record, ShapeError, text } from "./check.ts";

const OWNER_ONLY = 0o600;
const LOOPBACK = "127.0.0.1";
const TOKEN_BYTES = 32;
/** Of `sun_path`, less the NUL at its end. */
const MAX_PATH_BYTES = 107;
const MAX_PATH_BYTES_DARWIN = 103;

export type Place =
  | { readonly kind: "socket"; readonly path: string }
  /** `note` is the file that says which port. */
  | { readonly kind: "loopback"; readonly note: string };

/** A listener, and what a client has to show. Dispose it to stop listening. */
export interface Listening extends Disposable {
  readonly listener: Deno.Listener;
  readonly token: string | undefined;
}

/** A connection to the owner. */
export interface Dialled {
  readonly connection: Deno.Conn;
  readonly token: string | undefined;
}

/** The place for a profile on a platform. */
export function controlPlace(profile: Profile, os: typeof Deno.build.os): Place {
  const { controlSocket: path, controlNote: note } = profile;
  const limit = os === "darwin" ? MAX_PATH_BYTES_DARWIN : MAX_PATH_BYTES;
  const fits = new TextEncoder().encode(path).byteLength <= limit;
  return os !== "windows" && fits ? { kind: "socket", path } : { kind: "loopback", note };
}

/** @throws ChatError `profile-unusable`: something else is in its place, or the system refuses */
export async function listenAt(place: Place): Promise<Listening> {
  try {
    return place.kind === "socket"
      ? await listenOnSocket(place.path)
      : await listenOnLoopback(place.note);
  } catch (error) {
    throw error instanceof ChatError ? error : unusable(pathOf(place), systemReason(error), error);
  }
}

/**
 * @returns undefined where nobody listens: there is nothing, or what a killed process left behind
 * @throws ChatError `profile-unusable`
 */
export async function dial(place: Place): Promise<Dialled | undefined> {
  try {
    if (!await isThere(place)) return undefined;
    if (place.kind === "socket") {
      const connection = await Deno.connect({ transport: "unix", path: place.path });
      return { connection, token: undefined };
    }
    const { port, token } = await readNote(place.note);
    return { connection: await Deno.connect({ hostname: LOOPBACK, port }), token };
  } catch (error) {
    // Between two looks it may go.
    const isGone = error instanceof Deno.errors.ConnectionRefused ||
      error instanceof Deno.errors.NotFound;
    if (isGone) return undefined;
    throw error instanceof ChatError ? error : unusable(pathOf(place), systemReason(error), error);
  }
}

async function listenOnSocket(path: string): Promise<Listening> {
  // Who holds the lock of the profile knows that nobody listens there.
  if (await isThere({ kind: "socket", path })) await Deno.remove(path);
  using resources = new DisposableStack();
  const listener = resources.adopt(Deno.listen({ transport: "unix", path }), closeListener);
  // The folder keeps others out until this is done.
  await Deno.chmod(path, OWNER_ONLY);
  resources.defer(() => removeQuietly(path));
  return listening(listener, undefined, resources.move());
}

async function listenOnLoopback(note: string): Promise<Listening> {
  await isThere({ kind: "loopback", note });
  using resources = new DisposableStack();
  const listener = resources.adopt(Deno.listen({ hostname: LOOPBACK, port: 0 }), closeListener);
  const token = newToken();
  const { port } = listener.addr;
  await replaceFile(note, new TextEncoder().encode(JSON.stringify({ port, token })));
  resources.defer(() => removeQuietly(note));
  return listening(listener, token, resources.move());
}

/** 256 random bits, in hexadecimal digits. */
function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function listening(
  listener: Deno.Listener,
  token: string | undefined,
  owned: DisposableStack,
): Listening {
  return { listener, token, [Symbol.dispose]: () => owned.dispose() };
}

/**
 * Whether there is what belongs there.
 * @throws ChatError `profile-unusable`, where it is something else, or a symbolic link
 */
async function isThere(place: Place): Promise<boolean> {
  const path = pathOf(place);
  let info: Deno.FileInfo;
  try {
    info = await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  if (info.isSymlink) throw unusable(path, "a symbolic link is in its place");
  const belongs = place.kind === "socket" ? info.isSocket === true : info.isFile;
  if (!belongs) throw unusable(path, "something else is in its place");
  return true;
}

const NOTE: Check<{ port: number; token: string }> = record<{ port: number; token: string }>({
  port: integer(1, 65_535),
  token: text(1_024),
});

async function readNote(path: string): Promise<{ port: number; token: string }> {
  try {
    return NOTE(JSON.parse(await Deno.readTextFile(path)), "the note");
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof ShapeError)) throw cause;
    throw unusable(path, "it makes no sense", cause);
  }
}

function pathOf(place: Place): string {
  return place.kind === "socket" ? place.path : place.note;
}

function closeListener(listener: Deno.Listener): void {
  try {
    listener.close();
  } catch (error) {
    // An accept that failed may have closed it.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** Deno 2.9 takes the socket away by itself, 2.4 does not. */
function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Gone, or left behind: the next owner replaces it.
  }
}

function unusable(path: string, reason: string, cause?: unknown): ChatError {
  return new ChatError(
    "profile-unusable",
    `${quote(path)} cannot be used to work through the node that runs: ${reason}`,
    { hint: "remove it, or use --direct", ...(cause === undefined ? {} : { cause }) },
  );
}
