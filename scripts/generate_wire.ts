/**
 * Generates `wire.pb.ts` from every `wire.proto`, with protons (what libp2p uses). Run it with
 * `deno task proto` after a change of a `.proto`; the result is committed.
 */
const PROTONS = "npm:protons@9.0.2";
const HEADER = "// @ts-nocheck generated from wire.proto by deno task proto\n";

async function generate(folder: string): Promise<void> {
  const output = await Deno.makeTempDir();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-lock",
      "--allow-all",
      PROTONS,
      "-o",
      output,
      `${folder}/wire.proto`,
    ],
  }).spawn().status;
  if (!success) throw new Error(`protons could not read ${folder}/wire.proto`);
  await Deno.writeTextFile(
    `${folder}/wire.pb.ts`,
    HEADER + await Deno.readTextFile(`${output}/wire.ts`),
  );
  await Deno.remove(output, { recursive: true });
  console.log(`${folder}/wire.pb.ts`);
}

async function* foldersWithProto(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* foldersWithProto(`${folder}/${name}`);
    else if (name === "wire.proto") yield folder;
  }
}

for await (const folder of foldersWithProto("src")) await generate(folder);
