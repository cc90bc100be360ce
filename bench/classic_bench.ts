/**
 * How fast classic messages are taken and given: the program's side is a process with the real driver
 * and a real database (`synchronous=FULL`), the other side one that speaks plain sockets, both on this
 * machine, over loopback.
 *
 *     deno run --allow-all bench/classic_bench.ts [--quick]
 *
 * - `dialect A, in`: letters a second from one peer, each on a connection of its own, from the first
 *   dial until the last one is saved, 8 at a time
 * - `dialect A, in, many peers`: the same, each letter from another port
 * - `dialect B, in`: messages a second on one connection, each sent when the one before was answered,
 *   which is when it is saved
 * - `dialect B, in, ahead`: the same, up to 64 messages ahead of their answers
 * - `dialect B, out`: messages a second on one connection, from the outbox until the last one is
 *   recorded as delivered, each sent when the one before was answered
 *
 * Fails when a message is lost, doubled or out of order.
 */
import { assertEquals } from "@std/assert";
import { v7 } from "uuid";
import { ClassicDriver, type ClassicStore } from "../src/classic/mod.ts";
import { classicId } from "../src/config/classic_id.ts";
import { type History, openHistory } from "../src/history/mod.ts";
import type { OwnMessage, ReceivedMessage } from "../src/history/message_record.ts";

const QUICK = Deno.args.includes("--quick");
const ROUNDS = QUICK ? 2 : 7;
const LETTERS = QUICK ? 1_000 : 5_000;
const MESSAGES = QUICK ? 2_000 : 10_000;
const LETTERS_AT_A_TIME = 8;
const SELF = "12D3KooWBGXivArBMU861D9NmkgB33Av7WaEFByhh7yCu2MmAKL7";
const LINE_FEED = 0x0a;
const TEXT = "x".repeat(240);
/** What the other side says of its own port. */
const CLAIMED_PORT = 5_000;

function storeOf(history: History): ClassicStore<OwnMessage, ReceivedMessage> {
  const { messages } = history;
  return {
    accept: (arrived, now) => {
      const incoming = arrived.map(({ peerId, text }) => ({
        peerId,
        message: { id: v7(), sentAt: now, text, replyTo: undefined },
      }));
      const fresh: ReceivedMessage[] = [];
      for (let start = 0; start < incoming.length;) {
        const peerId = incoming[start]?.peerId ?? "";
        let end = start;
        while (incoming[end]?.peerId === peerId) end++;
        const run = incoming.slice(start, end).map(({ message }) => message);
        fresh.push(...messages.accept(peerId, run, now).fresh);
        start = end;
      }
      return fresh;
    },
    waiting: (peerId, after, limit) => messages.waiting(peerId, after, limit),
    record: (peerId, ids, state, now, reason) => messages.record(peerId, ids, state, now, reason),
  };
}

/** The program's side: tells its port, then does what standard input asks for, a line each. */
async function runProgram(folder: string): Promise<void> {
  using history = openHistory(`${folder}/history.db`, SELF, Date.now());
  let received = 0;
  let delivered = 0;
  let toDeliver = 0;
  let allDelivered = () => {};
  await using driver = new ClassicDriver<OwnMessage, ReceivedMessage>({
    listen: { host: "127.0.0.1", port: 0 },
    team: () => "bench",
    defaultDialect: "b",
    longTexts: "split",
    mandatory: () => [],
    dialectOf: () => "b",
    isBlocked: () => false,
    waitingPeers: () => [],
    store: storeOf(history),
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    onReceived: (messages) => received += messages.length,
    onState: (messages) => {
      delivered += messages.filter(({ state }) => state === "delivered").length;
      if (delivered === toDeliver) allDelivered();
    },
    onUp: () => {},
    onDown: () => {},
    onTried: () => {},
    onTrouble: (what, detail) => console.error(what, detail),
  });
  driver.start();
  console.log(driver.address?.port);
  const decoder = new TextDecoder();
  for await (const chunk of Deno.stdin.readable) {
    const [command, port, count] = decoder.decode(chunk).trim().split(" ");
    if (command === "received") {
      console.log(received);
      received = 0;
      continue;
    }
    // deliver PORT COUNT
    toDeliver = Number(count);
    const peerId = classicId("127.0.0.1", Number(port));
    const drafts = Array.from({ length: toDeliver }, (_, index) => ({
      conversation: { kind: "peer", peerId } as const,
      id: v7(),
      text: `${index} ${TEXT}`,
      sentAt: Date.now(),
      replyTo: undefined,
    }));
    history.messages.enqueue(drafts, Date.now());
    delivered = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    allDelivered = resolve;
    const start = performance.now();
    driver.queued(peerId);
    await promise;
    console.log(toDeliver / (performance.now() - start) * 1_000);
  }
}

/** The program's side, as a process that is asked. */
class Program implements AsyncDisposable {
  port = 0;
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<Uint8Array>;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;

  constructor(folder: string) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", import.meta.filename ?? "", "program", folder],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines = this.#process.stdout.getReader();
    this.#commands = this.#process.stdin.getWriter();
  }

  /** The number that it says next. */
  async hear(): Promise<number> {
    const { value } = await this.#lines.read();
    return Number(new TextDecoder().decode(value));
  }

  async ask(command: string): Promise<number> {
    await this.#commands.write(new TextEncoder().encode(`${command}\n`));
    return await this.hear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commands.close();
    await this.#process.status;
  }
}

async function write(socket: Deno.TcpConn, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await socket.write(bytes));
}

async function letters(port: number, claimed: (index: number) => number): Promise<number> {
  let next = 0;
  const send = async () => {
    const buffer = new Uint8Array(16);
    while (next < LETTERS) {
      const index = next++;
      using socket = await Deno.connect({ hostname: "127.0.0.1", port });
      await write(socket, `127.0.0.1:${claimed(index)} team ${index} ${TEXT}`);
      await socket.closeWrite();
      // The program closes when it has saved the letter.
      while (await socket.read(buffer) !== null);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: LETTERS_AT_A_TIME }, send));
  return LETTERS / (performance.now() - start) * 1_000;
}

/** @param ahead messages that may be unanswered, 1 or more */
async function conversation(port: number, ahead: number): Promise<number> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  socket.setNoDelay(true);
  await write(socket, `${CLAIMED_PORT}\n`);
  const buffer = new Uint8Array(64 * 1_024);
  const start = performance.now();
  for (let sent = 0, answered = 0; answered < MESSAGES;) {
    let messages = "";
    for (; sent < Math.min(answered + ahead, MESSAGES); sent++) {
      messages += `${CLAIMED_PORT}\n${sent} ${TEXT}\n`;
    }
    await write(socket, messages);
    const length = await socket.read(buffer);
    if (length === null) throw new Error("it ended the conversation");
    answered += buffer.subarray(0, length).filter((byte) => byte === LINE_FEED).length;
  }
  const rate = MESSAGES / (performance.now() - start) * 1_000;
  await write(socket, `${CLAIMED_PORT}\nexit\n`);
  return rate;
}

/** Answers every message of one conversation. */
async function answering(server: Deno.TcpListener): Promise<number[]> {
  using socket = await server.accept();
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  const seen: number[] = [];
  let held = "";
  while (seen.length < MESSAGES) {
    const length = await socket.read(buffer);
    if (length === null) throw new Error("it ended the conversation");
    const lines = (held + decoder.decode(buffer.subarray(0, length))).split("\n");
    held = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.endsWith(TEXT)) continue;
      seen.push(Number(line.split(" ")[0]));
      await write(socket, "✅ Message received");
    }
  }
  return seen;
}

function row(what: string, values: readonly number[]): void {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, mid, max] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
    .map((value) => (value ?? NaN).toFixed(0));
  console.log(`${what.padEnd(28)} ${mid}/s (${min} to ${max}, ${values.length} rounds)`);
}

async function rounds(measure: () => Promise<number>): Promise<number[]> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await measure());
  return rates;
}

async function main(): Promise<void> {
  const folder = await Deno.makeTempDir();
  {
    await using program = new Program(folder);
    const port = await program.hear();
    const counted = async (expected: number, measure: () => Promise<number>) => {
      const rate = await measure();
      assertEquals(await program.ask("received"), expected);
      return rate;
    };
    const one = () => letters(port, () => CLAIMED_PORT);
    const many = () => letters(port, (index) => 10_000 + index);
    row("dialect A, in", await rounds(() => counted(LETTERS, one)));
    row("dialect A, in, many peers", await rounds(() => counted(LETTERS, many)));
    const talk = (ahead: number) => counted(MESSAGES, () => conversation(port, ahead));
    row("dialect B, in", await rounds(() => talk(1)));
    row("dialect B, in, ahead", await rounds(() => talk(64)));
    const out = await rounds(async () => {
      using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const seen = answering(server);
      const rate = await program.ask(`deliver ${server.addr.port} ${MESSAGES}`);
      assertEquals(await seen, Array.from({ length: MESSAGES }, (_, index) => index));
      return rate;
    });
    row("dialect B, out", out);
  }
  await Deno.remove(folder, { recursive: true });
}

const [role, folder] = Deno.args;
if (role === "program" && folder !== undefined) await runProgram(folder);
else await main();
