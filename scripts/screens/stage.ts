/**
 * People at their machines, each with the real program in a folder of its own, and one clock for all,
 * that is set by hand. Keys and chance are given, so that everything is the same every time.
 */
import { generateKeyPairFromSeed, privateKeyToProtobuf } from "@libp2p/crypto/keys";
import { openOnScreen } from "../../tests/e2e/menu_program.ts";
import { BINARY, freePort, Home, LOOPBACK, type Running } from "../../tests/e2e/program.ts";
import type { TmuxScreen } from "../../tests/terminal/tmux_screen.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const PRELOAD = new URL("clock.ts", import.meta.url).pathname;
const SEED_BYTES = 32;

export class Stage implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  private constructor(
    private readonly clock: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** @param env for the program, e.g. what a terminal can show */
  static async make(env: Readonly<Record<string, string>>): Promise<Stage> {
    if (BINARY !== undefined) throw new TypeError("a binary has its own clock: unset P2P_CHAT_BIN");
    const clock = await Deno.makeTempFile({ prefix: "p2p-chat-screens-" });
    const stage = new Stage(clock, { ...env, TZ: "UTC", SCREENS_CLOCK: clock });
    stage.#stack.defer(() => Deno.remove(clock));
    return stage;
  }

  /** Sets the clock. @param time as ISO 8601 */
  async at(time: string): Promise<void> {
    await Deno.writeTextFile(this.clock, String(Date.parse(time)));
  }

  /** @param seed of the key, 0 to 255 */
  async person(name: string, seed: number): Promise<Person> {
    const home = this.#stack.use(await Home.make());
    const key = await generateKeyPairFromSeed("Ed25519", new Uint8Array(SEED_BYTES).fill(seed));
    await Deno.mkdir(home.profile, { mode: 0o700 });
    await Deno.writeFile(`${home.profile}/identity.key`, privateKeyToProtobuf(key), {
      mode: 0o600,
    });
    return new Person(home, name, this.env);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

export class Person {
  readonly address: string;
  readonly #home: Home;
  readonly #env: Readonly<Record<string, string>>;
  readonly #own: readonly string[];

  constructor(home: Home, name: string, env: Readonly<Record<string, string>>) {
    const port = freePort();
    this.address = `127.0.0.1:${port}`;
    this.#home = home;
    this.#env = env;
    this.#own = ["--name", name, "--port", `${port}`, ...LOOPBACK];
  }

  /** Runs a node that shows what arrives, or with `--quiet` only takes it. */
  async listens(...flags: readonly string[]): Promise<Running> {
    const options = { env: this.#env, preload: PRELOAD };
    const node = this.#home.start(["listen", "--json", ...flags, ...this.#own], options);
    await node.until(() => node.lines.length > 0);
    return node;
  }

  /** Sends a message through the node that runs, and waits until it is there. */
  async sends(to: Person, text: string): Promise<void> {
    const args = ["send", to.address, text, ...LOOPBACK];
    const { code, err } = await this.#home.run(args, { env: this.#env, preload: PRELOAD });
    if (code !== 0) throw new Error(`"${text}" was not sent: ${err.join("\n")}`);
  }

  /** Is at a screen with the program on it. */
  sits(command: readonly string[], size: Size): Promise<TmuxScreen> {
    const options = { ...size, env: this.#env, preload: PRELOAD };
    return openOnScreen(this.#home, [...command, ...this.#own], options);
  }
}

/** Says goodbye and ends. */
export async function leaves(node: Running): Promise<void> {
  node.kill("SIGTERM");
  await node.finished();
}
