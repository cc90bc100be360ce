/**
 * A short conversation between real programs, and the screens that one of the people has before her:
 * what they say is the same every time, but for what is measured and for ports, which are masked.
 */
import type { TmuxScreen } from "../../tests/terminal/tmux_screen.ts";
import { type Picture, readPicture } from "./picture.ts";
import { leaves, type Person, type Size, Stage } from "./stage.ts";

/** What the person sees, in the order in which it is photographed. */
export type Scene = "chat" | "small" | "list" | "menu";

export type Pictures = { readonly [Each in Scene]: Picture };

/**
 * @param env for the program on the screens, e.g. `COLORTERM`
 * @throws Error where a process does not do what it has to
 */
export async function play(
  sizes: { readonly [Each in Scene]: Size },
  env: Readonly<Record<string, string>>,
): Promise<Pictures> {
  await using stage = await Stage.make(env);
  const mia = await stage.person("mia", 1);
  const anna = await stage.person("anna", 2);
  const bob = await stage.person("bob", 3);
  const chen = await stage.person("chen", 4);
  await before(stage, { mia, anna, bob, chen });

  await stage.at("2026-11-22T14:55:10Z");
  let annaHere = await anna.listens();
  const bobHere = await bob.listens();
  const sought = [anna, bob, chen].flatMap(({ address }) => ["--mandatory", address]);
  await using screen = await mia.sits(["chat", "anna", ...sought], sizes.chat);
  await screen.untilText("here for");
  await say(screen, "/verify yes");
  await screen.untilText("· verified");
  await screen.press("Escape");
  await stage.at("2026-11-22T14:57:00Z");
  await anna.sends(mia, "The train is late. Start without me, and keep some soup!");
  await stage.at("2026-11-22T14:58:00Z");
  await say(screen, "We wait for you, the soup can wait too");
  await untilMark(screen, "✓✓", "the soup can wait too");
  await leaves(annaHere);
  annaHere = await anna.listens("--quiet");
  await screen.untilText("here for");
  await stage.at("2026-11-22T15:00:00Z");
  await say(screen, "Which platform do you arrive at?");
  await untilMark(screen, "✓ ", "Which platform");
  await stage.at("2026-11-22T15:01:00Z");
  await screen.type("Then I come to the st");
  await anna.sends(mia, "Platform 4, in twenty minutes if all goes well");
  await screen.untilText("Platform 4");
  await stage.at("2026-11-22T15:02:00Z");
  await leaves(annaHere);
  await screen.untilText("away since");
  await screen.type("ation and pick you up");
  await screen.press("Enter");
  await screen.untilText("… ");
  await screen.type("I am the one with the red umb");
  await screen.untilText("next try in");
  const chat = await photograph(screen, sizes.chat);

  await screen.resize(sizes.small.columns, sizes.small.rows);
  await screen.until(({ rows }) => rows.at(-2)?.endsWith("· 1 waiting") === true);
  const small = await photograph(screen, sizes.small);

  await screen.resize(sizes.list.columns, sizes.list.rows);
  await stage.at("2026-11-22T15:03:00Z");
  await bob.sends(mia, "I have the tent");
  await bob.sends(mia, "Is there room for one more in your car?");
  await screen.untilText("bob: Is there room");
  await screen.press("C-o");
  await screen.until(({ rows }) =>
    rows[0]?.includes("2 new") === true && rows[3]?.includes("next try in") === true
  );
  const list = await photograph(screen, sizes.list);
  await screen.press("C-c");
  await screen.untilText("code 130");

  await leaves(bobHere);
  await using menuScreen = await mia.sits(["menu"], sizes.menu);
  await menuScreen.untilText("> Send message");
  await bob.listens("--mandatory", mia.address);
  await menuScreen.until(({ rows }) =>
    rows.some((row) => row.includes("bob is here")) && rows.at(-1)?.startsWith("arrows") === true
  );
  const menu = await photograph(menuScreen, sizes.menu);
  await menuScreen.press("C-c");
  await menuScreen.untilText("code 130");
  return { chat, small, list, menu };
}

/** What is in the history already. */
async function before(
  stage: Stage,
  { mia, anna, bob, chen }: { readonly [Each in "mia" | "anna" | "bob" | "chen"]: Person },
): Promise<void> {
  await stage.at("2026-11-20T09:12:00Z");
  const everybody = await Promise.all([mia, anna, bob, chen].map((person) => person.listens()));
  await mia.sends(chen, "Happy birthday!");
  await stage.at("2026-11-20T09:30:00Z");
  await chen.sends(mia, "Thank you! See you all at the lake");
  await stage.at("2026-11-21T18:40:00Z");
  await anna.sends(mia, "Is it still the lake tomorrow?");
  await stage.at("2026-11-21T18:42:00Z");
  await mia.sends(anna, "Yes, at three. Bob brings the tent");
  for (const node of everybody) await leaves(node);
}

async function say(screen: TmuxScreen, text: string): Promise<void> {
  await screen.type(text);
  await screen.press("Enter");
}

async function untilMark(screen: TmuxScreen, mark: string, text: string): Promise<void> {
  await screen.until(({ rows }) => rows.some((row) => row.includes(mark) && row.includes(text)));
}

async function photograph(screen: TmuxScreen, { columns }: Size): Promise<Picture> {
  const { cursor } = await screen.capture();
  const lines = (await screen.painted()).map(masked);
  return await readPicture(lines, columns, cursor.visible ? cursor : undefined);
}

/**
 * What no two runs have in common: figures that were measured, and ports. What stands behind them on
 * the line moves along, up to the next gap.
 */
const VARYING: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/next try in [\d.]+ m?s(.*?)( {2,}|$)/g, "next try in 4 s"],
  [/direct · [\d.]+ ms(.*?)( {2,}|$)/g, "direct · 2 ms"],
  // Both dial, and either may be the first.
  [/bob is here \(.*?\)()( {2,}|$)/g, "bob is here (127.0.0.1:7000, came by itself)"],
  [/127\.0\.0\.1:\d+(.*?)( {2,}|$)/g, "127.0.0.1:7000"],
];

function masked(line: string): string {
  return VARYING.reduce(
    (text, [pattern, instead]) =>
      text.replace(pattern, (found, behind: string) => (instead + behind).padEnd(found.length)),
    line,
  );
}
