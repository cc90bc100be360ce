/**
 * Makes the program into self-contained binaries.
 *
 *     deno task compile         build/p2p-chat for this machine
 *     deno task compile:all     build/p2p-chat-OS-CPU for every platform in `TARGETS`
 *     deno task compile:exec    build/p2p-chat-exec for this machine, which may run programs
 *
 * First `deno bundle` joins the program and its packages into a few minified files, split at its
 * dynamic imports, so that `--version` does not have to read libp2p. Then `deno compile` puts them
 * behind a base runtime, which it downloads once per target. Where that download is out of reach,
 * `DENORT_BIN` names a base runtime for this machine; it must fit the Deno that compiles, and
 * `DENO242` names that Deno when it is not the one that runs this script.
 *
 * A binary gets its final name only when it is whole, and the one for this machine only when it has
 * answered `--version`. One target that fails does not keep the others from being made. Exit status:
 * 0; 1 when something failed; `EXIT_UNAVAILABLE` when nothing failed but downloads. This script
 * neither checks types nor runs tests.
 */
import manifest from "../deno.json" with { type: "json" };

/** What the files are called, and what Deno calls the platform. */
const TARGETS: ReadonlyMap<string, string> = new Map([
  ["linux-x64", "x86_64-unknown-linux-gnu"],
  ["linux-arm64", "aarch64-unknown-linux-gnu"],
  ["macos-x64", "x86_64-apple-darwin"],
  ["macos-arm64", "aarch64-apple-darwin"],
  ["windows-x64", "x86_64-pc-windows-msvc"],
]);

/** `EX_UNAVAILABLE` of sysexits.h. */
const EXIT_UNAVAILABLE = 69;

/**
 * A small young generation, MB: with V8's own choice a node that sends 40,000 messages holds 212 MB,
 * most of it garbage that waits; with this 140 MB.
 */
const V8_FLAGS = "--v8-flags=--max-semi-space-size=4";

/** What the binary may do; whatever is not listed fails without a question. */
const PERMISSIONS: readonly string[] = [
  "--no-prompt",
  // Peers are anywhere, and so are the folders that people choose with --home and --log-file.
  "--allow-net",
  "--allow-read",
  "--allow-write",
  // libp2p lists the whole environment when it loads.
  "--allow-env",
  // The addresses to announce; on Windows, whether the console knows colours.
  "--allow-sys=networkInterfaces,osRelease,uid",
];

/**
 * For `listen --exec`, which names the program at run time. Whoever may run any program may do anything,
 * so it is in a binary of its own.
 */
const RUN_PERMISSION = "--allow-run";

/** Deno's errors begin with what is wrong and go on with lists and stack traces. */
const MAX_ERROR_LINES = 8;

/** The base runtime for a target could not be fetched; the fault is not in the program. */
class DownloadFailed extends Error {}

/** One binary to make. */
interface Job {
  /** For messages, e.g. `linux-x64`. */
  readonly name: string;
  readonly triple: string;
  /** Where the binary goes. */
  readonly output: string;
  readonly permissions: readonly string[];
}

/** @returns undefined for an argument that nobody knows */
function jobs(args: string): Job[] | undefined {
  const [name, triple, permissions] = ["this machine", Deno.build.target, PERMISSIONS];
  switch (args) {
    case "":
      return [{ name, triple, output: "build/p2p-chat", permissions }];
    case "--exec":
      return [{
        name,
        triple,
        output: "build/p2p-chat-exec",
        permissions: [...permissions, RUN_PERMISSION],
      }];
    case "--all":
      return [...TARGETS].map(([name, triple]) => ({
        name,
        triple,
        output: `build/p2p-chat-${name}`,
        permissions,
      }));
    default:
      return undefined;
  }
}

/** Runs a command quietly. @returns its stdout @throws Error with the beginning of its stderr */
async function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    stdin: "null",
    ...options,
    ...(options.env === undefined ? {} : { clearEnv: true }),
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    const lines = decoder.decode(stderr).replace(/^error: /, "").trim().split("\n");
    throw new Error(lines.slice(0, MAX_ERROR_LINES).join("\n"));
  }
  return decoder.decode(stdout);
}

/** Bundles the program into `folder`. @returns the names of the files, the entry first */
async function bundle(folder: string): Promise<string[]> {
  const flags = ["--quiet", "--frozen", "--minify", "--platform=deno", "--code-splitting"];
  await run(Deno.execPath(), ["bundle", ...flags, "--outdir", folder, "main.ts"]);
  const chunks = [...Deno.readDirSync(folder)].map((entry) => entry.name);
  return ["main.js", ...chunks.filter((name) => name !== "main.js").sort()];
}

/**
 * Compiles the bundle in `folder` into a binary in the same folder.
 * @returns the path of the binary
 * @throws DownloadFailed, or Error with Deno's own words
 */
async function compile(
  folder: string,
  files: string[],
  { triple, permissions }: Job,
): Promise<string> {
  const [entry = "", ...chunks] = files;
  const env = Deno.env.toObject();
  let deno = Deno.execPath();
  // A given base runtime is for this machine only: Deno would put it under any target.
  if (triple !== Deno.build.target) delete env.DENORT_BIN;
  else if (env.DENORT_BIN && env.DENO242) deno = env.DENO242;
  const binary = triple.includes("windows") ? "p2p-chat.exe" : "p2p-chat";
  const flags = [
    ...["--quiet", "--no-config", "--no-lock", "--no-check", "--no-npm", "--no-remote"],
    // The code cache lies under a guessable name in the shared temporary folder, and Deno trusts
    // whatever it finds there: another user of the machine could plant code in it.
    "--no-code-cache",
    V8_FLAGS,
    ...permissions,
    ...chunks.flatMap((chunk) => ["--include", chunk]),
  ];
  try {
    await run(deno, ["compile", ...flags, "--target", triple, "--output", binary, entry], {
      cwd: folder,
      env,
    });
  } catch (error) {
    const [, url, reason = ""] = /url \((\S+?)\):? ?(.*)/.exec(String(error)) ?? [];
    if (url !== undefined) throw new DownloadFailed(`cannot download ${url} ${reason}`.trim());
    throw error;
  }
  return `${folder}/${binary}`;
}

/** Starts the binary once. @throws Error when it does not report this version */
async function checkStarts(binary: string): Promise<void> {
  const said = await run(binary, ["--version"]).catch((error: Error) => error.message);
  if (said.includes(manifest.version)) return;
  throw new Error(
    `the binary does not start: ${
      said.split("\n")[0]
    } (DENORT_BIN must fit the Deno that compiles)`,
  );
}

/** Makes one binary from the bundle in `folder`. @throws as `compile` and `checkStarts` do */
async function make(job: Job, folder: string, files: string[]): Promise<void> {
  const binary = await compile(folder, files, job);
  if (job.triple === Deno.build.target) await checkStarts(binary);
  const output = binary.endsWith(".exe") ? `${job.output}.exe` : job.output;
  await Deno.rename(binary, output);
  console.log(`${output}  ${((await Deno.stat(output)).size / 1e6).toFixed(1)} MB`);
}

/** @returns the errors of the jobs that failed; the others are done */
async function makeAll(todo: Job[]): Promise<Error[]> {
  await Deno.mkdir("build", { recursive: true });
  const folder = await Deno.makeTempDir({ dir: "build", prefix: ".compile-" });
  try {
    const files = await bundle(folder);
    const errors: Error[] = [];
    for (const job of todo) {
      await make(job, folder, files).catch((error: Error) => {
        errors.push(error);
        report(job.name, error);
      });
    }
    return errors;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    report("bundle", error);
    return [error];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function report(what: string, error: Error): void {
  console.error(`error: ${what}: ${error.message}`);
  if (error instanceof DownloadFailed) {
    console.error("hint: try again where that address can be reached, or set DENORT_BIN");
  }
}

const args = Deno.args.join(" ");
const todo = jobs(args);
if (todo === undefined) {
  console.error(`error: unknown argument "${args}"\nhint: --all or --exec, or nothing`);
  Deno.exitCode = 2;
} else {
  Deno.chdir(new URL("..", import.meta.url));
  const errors = await makeAll(todo);
  if (errors.length > 0) {
    const downloadsOnly = errors.every((error) => error instanceof DownloadFailed);
    Deno.exitCode = downloadsOnly ? EXIT_UNAVAILABLE : 1;
  }
}
