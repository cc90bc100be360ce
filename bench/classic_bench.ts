/**
 * How fast classic messages are taken and given, and what they cost the others: the program's side is
 * a process with a whole node and a real database on a disk, the other side speaks plain
 * sockets, both on this machine, over loopback.
 *
 *     deno run --allow-all bench/classic_bench.ts [--quick]
 *
 * - `dialect A, in`: letters a second from one peer, each on a connection of its own, from the first
 *   dial until the last one is in the database, 8 at a time
 * - `dialect A, in, many peers`: the same, each letter from another port than the one before
 * - `dialect B, in`: messages a second on one connection, each sent when the one before was answered,
 *   which is when it is in the database; the flush to the disk follows
 * - `dialect B, in, Python`: the same from a Python program with a plain blocking socket, as the old
 *   ones are; only where there is a `python3`
 * - `dialect B, in, ahead`: the same, up to 64 messages ahead of their answers
 * - `dialect B, out`: messages a second on one connection, from the outbox until the last one is
 *   recorded as delivered, each sent when the one before was answered
 * - `ordinary`: messages of 256 B a second from a second node, up to 1,000 unanswered, and from `send`
 *   to the recorded acknowledgement one by one, ms: alone, while 500 letters of dialect A a second
 *   come, and while 1,600 messages of dialect B a second come on one connection
 *
 * Fails when a classic message is lost, doubled or out of order.
 */
import { assertEquals } from "@std/assert";
import { classicId } from "../src/config/classic_id.ts";
import type { ChatNode, Recipient } from "../src/node/mod.ts";
import { HAS_PYTHON } from "../tests/classic/python_peer.ts";
import { openNode } from "./open_node.ts";

const QUICK = Deno.args.includes("--quick");
const ROUNDS = QUICK ? 2 : 7;
const LETTERS = QUICK ? 1_000 : 5_000;
const MESSAGES = QUICK ? 2_000 : 10_000;
const LETTERS_AT_A_TIME = 8;
const LINE_FEED = 0x0a;
const TEXT = "x".repeat(240);
/** What the other side says of its own port. */
const CLAIMED_PORT = 5_000;

/** Peers that write letters in turn. */
const LETTER_WRITERS = 100;
const ORDINARY = QUICK ? 2_000 : 10_000;
const ORDINARY_OUTSTANDING = 1_000;
const ONE_BY_ONE = QUICK ? 100 : 1_000;

/** Commands come in, a line each; a line of words comes back for each. */
async function obey(handle: (words: readonly string[]) => string | Promise<string>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of Deno.stdin.readable) {
    console.log(await handle(decoder.decode(chunk).trim().split(" ")));
  }
}

/** The node that old programs and another node write to. */
async function runProgram(folder: string): Promise<void> {
  using probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const classicPort = probe.addr.port;
  probe.close();
  await using node = await openNode(folder, "program", { classicPort, classicDialect: "b" });
  let received = 0;
  using _events = node.subscribe((event) => {
    if (event.event === "message" && event.message.text.endsWith(TEXT)) received++;
  });
  await obey(async ([command, ...words]) => {
    if (command === "where") return `${classicPort} ${node.addresses()[0]}`;
    if (command === "received") {
      const count = received;
      received = 0;
      return String(count);
    }
    const [port, count] = words.map(Number);
    return String(await deliver(node, classicId("127.0.0.1", port ?? 0), count ?? 0));
  });
}

/** Messages a second to one peer. */
async function deliver(node: ChatNode, peerId: string, count: number): Promise<number> {
  let delivered = 0;
  let sent = 0;
  const all = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  using _states = node.subscribe((event) => {
    if (event.event !== "state" || event.message.state !== "delivered") return;
    delivered++;
    room.resolve();
    if (delivered === count) all.resolve();
  });
  const to: Recipient = { kind: "peer", peerId };
  const start = performance.now();
  while (sent < count) {
    const batch = Math.min(count - sent, ORDINARY_OUTSTANDING - (sent - delivered));
    // Not one by one: those that are sent together share a commit.
    if (batch < Math.min(count - sent, ORDINARY_OUTSTANDING / 2)) {
      room = Promise.withResolvers();
      await room.promise;
      continue;
    }
    const first = sent;
    sent += batch;
    await Promise.all(
      Array.from({ length: batch }, (_, index) => node.send(to, `${first + index} ${TEXT}`)),
    );
  }
  await all.promise;
  return count / (performance.now() - start) * 1_000;
}

/** The median time of one message after the other, ms. */
async function oneByOne(node: ChatNode, peerId: string, count: number): Promise<number> {
  const times: number[] = [];
  let done = Promise.withResolvers<void>();
  using _states = node.subscribe((event) => {
    if (event.event === "state" && event.message.state === "delivered") done.resolve();
  });
  for (let index = 0; index < count; index++) {
    done = Promise.withResolvers();
    const start = performance.now();
    await node.send({ kind: "peer", peerId }, "one by one");
    await done.promise;
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

/** The node that writes ordinary messages. */
async function runSender(folder: string): Promise<void> {
  await using node = await openNode(folder, "sender", { classicDialect: "b" });
  let peerId = "";
  await obey(async ([command, word]) => {
    if (command === "connect") {
      const signal = AbortSignal.timeout(30_000);
      ({ peerId } = await node.connect(await node.resolve(word ?? ""), { signal }));
      return "connected";
    }
    const measure = command === "rate" ? deliver : oneByOne;
    return String(await measure(node, peerId, Number(word)));
  });
}

/** A node of another process, which is asked. */
class Asked implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #answers: ReadableStreamDefaultReader<Uint8Array>;
  readonly #commands: WritableStreamDefaultWriter<Uint8Array>;

  constructor(role: "program" | "sender", folder: string) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", import.meta.filename ?? "", role, folder],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#answers = this.#process.stdout.getReader();
    this.#commands = this.#process.stdin.getWriter();
  }

  async ask(command: string): Promise<string> {
    await this.#commands.write(new TextEncoder().encode(`${command}\n`));
    const { value } = await this.#answers.read();
    return new TextDecoder().decode(value).trim();
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

async function letter(port: number, claimed: number, text: string): Promise<void> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  await write(socket, `127.0.0.1:${claimed} team ${text}`);
  await socket.closeWrite();
  // The program closes when it has saved the letter.
  while (await socket.read(new Uint8Array(16)) !== null);
}

async function letters(port: number, claimed: (index: number) => number): Promise<number> {
  let next = 0;
  const send = async () => {
    while (next < LETTERS) {
      const index = next++;
      await letter(port, claimed(index), `${index} ${TEXT}`);
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

/** Blocks, as the old programs do. */
const PYTHON_CONVERSATION = `
import socket, sys, time
port, claimed, count, text = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
with socket.create_connection(("127.0.0.1", port)) as s:
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.sendall(f"{claimed}\\n".encode())
    start = time.perf_counter()
    for i in range(count):
        s.sendall(f"{claimed}\\n{i} {text}\\n".encode())
        if not s.recv(1024):
            sys.exit("it ended the conversation")
    print(count / (time.perf_counter() - start))
    s.sendall(f"{claimed}\\nexit\\n".encode())
`;

async function pythonConversation(port: number): Promise<number> {
  const { success, stdout } = await new Deno.Command("python3", {
    args: ["-c", PYTHON_CONVERSATION, ...[port, CLAIMED_PORT, MESSAGES].map(String), TEXT],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the Python program failed");
  return Number(new TextDecoder().decode(stdout));
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

/** Does something so many times a second, as near as it goes, until it is disposed. */
class Load implements AsyncDisposable {
  #done = 0;
  #isOver = false;
  readonly #start = performance.now();
  readonly #running: Promise<void>;

  constructor(perSecond: number, act: (count: number) => Promise<void>) {
    this.#running = this.#run(perSecond, act);
  }

  get rate(): number {
    return this.#done / (performance.now() - this.#start) * 1_000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(perSecond: number, act: (count: number) => Promise<void>): Promise<void> {
    while (!this.#isOver) {
      const due = (performance.now() - this.#start) / 1_000 * perSecond - this.#done;
      if (due < 1) await new Promise((resolve) => setTimeout(resolve, 1));
      else {
        await act(Math.floor(due));
        this.#done += Math.floor(due);
      }
    }
  }
}

function letterLoad(port: number): Load {
  return new Load(500, async (count) => {
    await Promise.all(Array.from({ length: count }, () => letter(port, CLAIMED_PORT, TEXT)));
  });
}

async function conversationLoad(port: number): Promise<AsyncDisposable & { rate: number }> {
  const socket = await Deno.connect({ hostname: "127.0.0.1", port });
  socket.setNoDelay(true);
  await write(socket, `${CLAIMED_PORT}\n`);
  const buffer = new Uint8Array(64 * 1_024);
  const load = new Load(1_600, async (count) => {
    // Together, as a rate that has to be kept asks for: one by one a busy node would set the pace.
    await write(socket, `${CLAIMED_PORT}\n${TEXT}\n`.repeat(count));
    for (let answered = 0; answered < count;) {
      const length = await socket.read(buffer);
      if (length === null) throw new Error("it ended the conversation");
      answered += buffer.subarray(0, length).filter((byte) => byte === LINE_FEED).length;
    }
  });
  return {
    get rate() {
      return load.rate;
    },
    async [Symbol.asyncDispose]() {
      await load[Symbol.asyncDispose]();
      socket.close();
    },
  };
}

function row(what: string, values: readonly number[], unit = "/s", digits = 0): void {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, mid, max] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
    .map((value) => (value ?? NaN).toFixed(digits));
  console.log(`${what.padEnd(34)} ${mid}${unit} (${min} to ${max}, ${values.length} rounds)`);
}

async function rounds(measure: () => Promise<number>): Promise<number[]> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await measure());
  return rates;
}

async function measureSpeed(program: Asked, port: number): Promise<void> {
  const counted = async (expected: number, measure: () => Promise<number>) => {
    const rate = await measure();
    assertEquals(Number(await program.ask("received")), expected);
    return rate;
  };
  const many = (index: number) => 10_000 + index % LETTER_WRITERS;
  const talk = (ahead: number) => counted(MESSAGES, () => conversation(port, ahead));
  row(
    "dialect A, in",
    await rounds(() => counted(LETTERS, () => letters(port, () => CLAIMED_PORT))),
  );
  row("dialect A, in, many peers", await rounds(() => counted(LETTERS, () => letters(port, many))));
  row("dialect B, in", await rounds(() => talk(1)));
  if (HAS_PYTHON) {
    const python = () => counted(MESSAGES, () => pythonConversation(port));
    row("dialect B, in, Python", await rounds(python));
  } else console.log("dialect B, in, Python              skipped: there is no python3");
  row("dialect B, in, ahead", await rounds(() => talk(64)));
  const out = await rounds(async () => {
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const seen = answering(server);
    const rate = Number(await program.ask(`deliver ${server.addr.port} ${MESSAGES}`));
    assertEquals(await seen, Array.from({ length: MESSAGES }, (_, index) => index));
    return rate;
  });
  row("dialect B, out", out);
}

async function measureOthers(sender: Asked, port: number): Promise<void> {
  const loads = {
    "alone": () => Promise.resolve(undefined),
    "with A": () => Promise.resolve(letterLoad(port)),
    "with B": () => conversationLoad(port),
  };
  const names = Object.keys(loads) as (keyof typeof loads)[];
  const rates = new Map(names.map((name) => [name, [] as number[]]));
  const times = new Map(names.map((name) => [name, [] as number[]]));
  const offered = new Map(names.map((name) => [name, [] as number[]]));
  // In turn, so that what else the machine does falls on all of them.
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      await using load = await loads[name]();
      rates.get(name)?.push(Number(await sender.ask(`rate ${ORDINARY}`)));
      times.get(name)?.push(Number(await sender.ask(`time ${ONE_BY_ONE}`)));
      if (load !== undefined) offered.get(name)?.push(load.rate);
    }
  }
  for (const name of names) {
    row(`ordinary, ${name}`, rates.get(name) ?? []);
    row(`ordinary, ${name}, one by one`, times.get(name) ?? [], " ms", 2);
    if (name !== "alone") row(`  the load that it came to`, offered.get(name) ?? []);
  }
}

async function main(): Promise<void> {
  const folder = await Deno.makeTempDir();
  {
    await using program = new Asked("program", folder);
    await using sender = new Asked("sender", folder);
    const [port = "", address] = (await program.ask("where")).split(" ");
    await measureSpeed(program, Number(port));
    await sender.ask(`connect ${address}`);
    await measureOthers(sender, Number(port));
  }
  await Deno.remove(folder, { recursive: true });
}

const [role, folder] = Deno.args;
if (role === "program" && folder !== undefined) await runProgram(folder);
else if (role === "sender" && folder !== undefined) await runSender(folder);
else await main();
