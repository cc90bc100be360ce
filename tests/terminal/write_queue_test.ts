import { assertEquals } from "@std/assert";
import { type ByteSink, WriteQueue } from "../../src/terminal/write_queue.ts";

/** Keeps what it takes, at most `most` bytes at a time, after throwing `failures` in turn. */
function sinkInto(taken: string[], most = Infinity, failures: Error[] = []): ByteSink {
  return {
    write(bytes) {
      const failure = failures.shift();
      if (failure !== undefined) return Promise.reject(failure);
      const part = bytes.subarray(0, most);
      taken.push(new TextDecoder().decode(part));
      return Promise.resolve(part.length);
    },
  };
}

const unexpected = (_sink: ByteSink, error: unknown) => {
  throw error;
};

Deno.test("`WriteQueue` joins a burst and keeps the order across sinks", async () => {
  const taken: string[] = [];
  const [out, err] = [sinkInto(taken), sinkInto(taken)];
  const queue = new WriteQueue(unexpected);
  queue.push(out, "a");
  queue.push(out, "b");
  queue.push(err, "c");
  queue.push(out, "d");
  assertEquals(taken, []);
  await queue.flush();
  assertEquals(taken, ["ab", "c", "d"]);
});

Deno.test("`WriteQueue` writes on after a part was taken or the sink was busy", async () => {
  const taken: string[] = [];
  const busy = [new Deno.errors.WouldBlock(), new Deno.errors.Interrupted()];
  const out = sinkInto(taken, 2, busy);
  const queue = new WriteQueue(unexpected);
  queue.push(out, "abcde");
  await queue.flush();
  assertEquals(taken.join(""), "abcde");
});

Deno.test("`WriteQueue` tells once of a broken sink and drops what is for it", async () => {
  const taken: string[] = [];
  const out = sinkInto([], 1, [new Deno.errors.BrokenPipe("gone")]);
  const err = sinkInto(taken);
  const told: unknown[] = [];
  const queue = new WriteQueue((sink) => told.push(sink));
  queue.push(out, "a");
  queue.push(err, "kept");
  queue.push(out, "b");
  await queue.flush();
  queue.push(out, "c");
  await queue.flush();
  assertEquals(told, [out]);
  assertEquals(taken, ["kept"]);
});

Deno.test("`flush()` also waits for what is pushed while it waits", async () => {
  const taken: string[] = [];
  const queue = new WriteQueue(unexpected);
  const out: ByteSink = {
    write(bytes) {
      taken.push(new TextDecoder().decode(bytes));
      if (taken.length === 1) queue.push(out, "second");
      return Promise.resolve(bytes.length);
    },
  };
  queue.push(out, "first");
  await queue.flush();
  assertEquals(taken, ["first", "second"]);
});
