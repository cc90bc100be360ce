/** The arrows between the rooms point one way, and some packages stay in their rooms. */
import { assert, assertEquals } from "@std/assert";

/** Rooms by layer; a room may import the layers below it, and itself. */
const LAYERS: readonly (readonly string[])[] = [
  ["main.ts"],
  ["commands", "menu"],
  ["chat_screen", "control"],
  ["node"],
  ["transport", "discovery", "direct", "rooms", "presence", "transfer", "history", "classic"],
  ["config", "logging", "identity", "terminal", "framing", "errors.ts", "deadline.ts"],
  ["deno.json"],
];

/** Types that say what crosses a border, and may be imported wherever their room is shown. */
const SHARED_SHAPES = new Set(["history/message_record.ts", "presence/active_peer.ts"]);

/** Base rooms that other base rooms may import. */
const GROUND = new Set(["errors.ts", "deadline.ts", "terminal", "config"]);

interface Import {
  readonly file: string;
  readonly specifier: string;
}

async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sourceFiles(`${folder}/${name}`);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

async function imports(): Promise<Import[]> {
  const found: Import[] = [];
  for await (const file of sourceFiles("src")) {
    const text = await Deno.readTextFile(file);
    const pattern = /(?:from|import|import\()\s*"([^"]+)"/g;
    for (const match of text.matchAll(pattern)) found.push({ file, specifier: match[1] ?? "" });
  }
  return found;
}

/** `src/node/mod.ts` -> `node`; `src/errors.ts` -> `errors.ts` */
function roomOf(path: string): string {
  return path.replace(/^src\//, "").split("/")[0] ?? "";
}

function layerOf(room: string): number {
  const layer = LAYERS.findIndex((rooms) => rooms.includes(room));
  assert(layer >= 0, `room "${room}" has no layer: add it to LAYERS`);
  return layer;
}

function target({ file, specifier }: Import): string {
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
}

Deno.test("imports between rooms point from the top layer down", async () => {
  const wrong: string[] = [];
  let crossing = 0;
  for (const line of await imports()) {
    if (!line.specifier.startsWith(".")) continue;
    const [from, to] = [roomOf(line.file), roomOf(target(line))];
    if (from === to) continue;
    crossing++;
    if (SHARED_SHAPES.has(target(line).replace(/^src\//, "")) && layerOf(from) < layerOf(to)) {
      continue;
    }
    const down = layerOf(from) < layerOf(to);
    const beside = layerOf(from) === layerOf(to) && GROUND.has(to);
    // The menu calls what the commands call; the command `menu` opens it.
    const menu = from === "menu" && to === "commands" || line.file === "src/commands/menu.ts";
    if (!down && !beside && !menu) wrong.push(`${line.file} imports ${line.specifier}`);
  }
  assert(crossing > 20, `only ${crossing} imports found: the pattern is broken`);
  assertEquals(wrong, []);
});

Deno.test("node:sqlite is imported only in history/", async () => {
  const files = (await imports()).filter(({ specifier }) => specifier === "node:sqlite");
  assert(files.length > 0);
  assertEquals(files.filter(({ file }) => roomOf(file) !== "history"), []);
});

Deno.test("libp2p is imported only in transport/, node/, identity/ and drivers", async () => {
  const isLibp2p = (specifier: string) => /^(libp2p|@libp2p\/)/.test(specifier);
  const found = (await imports()).filter(({ specifier }) => isLibp2p(specifier));
  assert(found.length > 0);
  const allowed = ({ file, specifier }: Import) =>
    ["transport", "node"].includes(roomOf(file)) || file.endsWith("/driver.ts") ||
    roomOf(file) === "identity" && /@libp2p\/(crypto|peer-id|interface)/.test(specifier) ||
    roomOf(file) === "logging" && specifier === "@libp2p/interface";
  assertEquals(found.filter((line) => !allowed(line)), []);
});

Deno.test("only main.ts ends the process and only terminal/ touches the standard streams", async () => {
  const offenders: string[] = [];
  for await (const file of sourceFiles("src")) {
    const text = (await Deno.readTextFile(file)).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    if (/\bDeno\.exit\(/.test(text)) offenders.push(`${file} calls Deno.exit`);
    const streams = /\bconsole\.|\bDeno\.(stdin|stdout|stderr)\b/;
    if (roomOf(file) !== "terminal" && streams.test(text)) offenders.push(`${file} uses a stream`);
  }
  assertEquals(offenders, []);
});

/** What a module loads when it is loaded itself, its own imports included. */
async function loadedBy(file: string, seen = new Map<string, string[]>()) {
  if (seen.has(file)) return seen;
  const text = await Deno.readTextFile(file);
  const specifiers = [...text.matchAll(/^(?:import|export)(?! type)[^;]*?from\s*"([^"]+)"/gm)]
    .map((match) => match[1] ?? "");
  seen.set(file, specifiers);
  for (const specifier of specifiers) {
    const next = target({ file, specifier });
    if (specifier.startsWith(".") && next.endsWith(".ts")) await loadedBy(next, seen);
  }
  return seen;
}

Deno.test("a command that works through a node that runs loads neither libp2p nor the history", async () => {
  const seen = await loadedBy("src/commands/process.ts");
  const names = [
    "send",
    "pipe",
    "peers",
    "peers/watch",
    "connect",
    "events",
    "history/follow",
    "chat",
  ];
  for (const name of names) await loadedBy(`src/commands/${name}.ts`, seen);
  await loadedBy("src/chat_screen/plain/run.ts", seen);
  await loadedBy("src/control/client.ts", seen);
  assert(seen.size > 30, `only ${seen.size} modules found: the pattern is broken`);
  const heavy = /^(@?libp2p|@multiformats|node:sqlite|uuid)|inquirer/;
  const wrong = [...seen].filter(([, specifiers]) => specifiers.some((each) => heavy.test(each)));
  assertEquals(wrong.map(([file]) => file), []);
});
