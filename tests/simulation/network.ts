/**
 * The virtual network: machines that dial each other, connections between them, and everything that
 * befalls these: a reset that the two sides notice at different times, a connection that is half open
 * until somebody notices the silence, partitions that come and heal.
 *
 * As between real nodes, a side that gives a connection up does not know what the other side still
 * receives, and either side may dial while it believes to be connected, or not to be any more.
 */
import { Endpoint, type Machine, type StreamEnd } from "./endpoint.ts";
import { Pipe, type Weather } from "./pipe.ts";
import type { Random } from "../seeded_random.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** A connection on which nothing is heard is given up after 10 to 20 s. */
const SILENCE_MS = [10_000, 20_000] as const;
/** Between a connection that is over and its streams that say so. */
const CLOSING_MS = 3;

type Side = "dialler" | "listener";

interface Connection {
  readonly ends: Readonly<Record<Side, Endpoint>>;
  readonly pipes: Readonly<Record<Side, Pipe>>;
}

/** Joins machines by name. */
export class Network {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #trace: (who: string, what: () => string) => void;
  readonly #machines = new Map<string, Machine>();
  #connections: Connection[] = [];
  /** Unordered pairs between which nothing gets through, and since when. */
  readonly #cuts = new Map<string, number>();
  /** What the way between two machines is like. */
  weather: (one: string, other: string) => Weather;
  /** How many connections were broken from outside. */
  broken = 0;

  constructor(init: {
    readonly time: VirtualTime;
    readonly random: Random;
    readonly weather: (one: string, other: string) => Weather;
    readonly trace: (who: string, what: () => string) => void;
  }) {
    this.#time = init.time;
    this.#random = init.random;
    this.#trace = init.trace;
    this.weather = init.weather;
  }

  attach(machine: Machine): void {
    this.#machines.set(machine.name, machine);
  }

  /**
   * The process is gone.
   * @param silently the machine lost its power: nobody says so to the other sides
   */
  detach(machine: Machine, silently: boolean): void {
    if (this.#machines.get(machine.name) === machine) this.#machines.delete(machine.name);
    for (const end of this.endpoints(machine)) {
      end.shut(silently || this.#random.chance(0.5));
      this.#tellOther(end, silently);
    }
    this.#sweep();
  }

  /** The open connections of a process, to one other or to all, in no order. */
  endpoints(machine: Machine, remote?: string): Endpoint[] {
    return this.#connections.flatMap(({ ends }) => [ends.dialler, ends.listener])
      .filter((end) =>
        end.isOpen && end.machine === machine && (remote === undefined || end.remote === remote)
      );
  }

  /** Tries to connect; nobody is told where it fails. */
  dial(from: Machine, to: string): void {
    const { delay, jitter } = this.weather(from.name, to);
    this.#time.after(2 * delay + this.#random.between(0, 2 * jitter), () => {
      const target = this.#machines.get(to);
      if (target === undefined || this.#machines.get(from.name) !== from) return;
      if (!target.responsive || !from.responsive || this.isCut(from.name, to)) return;
      this.#connect(from, target);
    });
  }

  /** The process stands still: whoever hears nothing of it for long enough gives it up. */
  silence(machine: Machine): void {
    for (const end of this.endpoints(machine)) {
      const other = this.#otherEnd(end);
      this.#time.after(this.#random.between(...SILENCE_MS), () => {
        if (other !== undefined && end.isOpen && !machine.responsive) {
          this.#giveUp(other, "no answer to the ping");
        }
      });
    }
  }

  isCut(one: string, other: string): boolean {
    return this.#cuts.has(pairOf(one, other));
  }

  /** From now on nothing gets through between the two; their connections fall silent. */
  cut(one: string, other: string): void {
    const pair = pairOf(one, other);
    if (this.#cuts.has(pair)) return;
    const since = this.#time.now;
    this.#cuts.set(pair, since);
    this.#trace("network", () => `${pair} cut off from each other`);
    for (const end of this.#between(one, other)) {
      this.#time.after(this.#random.between(...SILENCE_MS), () => {
        if (end.isOpen && this.#cuts.get(pair) === since) {
          this.#giveUp(end, "no answer to the ping");
        }
      });
    }
  }

  heal(one: string, other: string): void {
    const pair = pairOf(one, other);
    if (this.#cuts.delete(pair)) this.#trace("network", () => `${pair} reach each other again`);
  }

  healAll(): void {
    for (const pair of [...this.#cuts.keys()]) {
      const [one = "", other = ""] = pair.split("-");
      this.heal(one, other);
    }
  }

  /** Breaks one of the connections of a pair, if there is one. */
  breakOne(one: string, other: string): void {
    const ends = this.#between(one, other);
    if (ends.length === 0) return;
    const random = this.#random;
    const hit = random.pick(ends);
    const found = this.#connectionOf(hit);
    if (found === undefined) return;
    this.broken++;
    if (random.chance(0.3) && hit.streams.length > 0) {
      this.#breakStream(random.pick(hit.streams));
      return;
    }
    if (random.chance(0.3)) {
      this.#trace(hit.machine.name, () => `will find a connection to ${hit.remote} broken`);
      hit.breakAtNextWrite(() => this.#giveUp(hit, "broken pipe"));
      return;
    }
    const halfOpen = random.chance(0.5);
    const sides: readonly Side[] = halfOpen && random.chance(0.4)
      ? [random.pick(["dialler", "listener"])]
      : ["dialler", "listener"];
    this.#trace(
      "network",
      () =>
        `${hit.machine.name}-${hit.remote}: a connection ${
          halfOpen ? `goes silent (what the ${sides.join(" and the ")} sends is lost)` : "is reset"
        }`,
    );
    for (const side of sides) found.pipes[side].sever(random.chance(0.5));
    for (const side of ["dialler", "listener"] as const) {
      const late = halfOpen ? random.between(0, SILENCE_MS[1]) : random.between(0, 1_000);
      this.#time.after(late, () => {
        this.#giveUp(found.ends[side], halfOpen ? "no answer to the ping" : "connection reset");
      });
    }
  }

  /** One stream ends, and its connection goes on. */
  #breakStream(stream: StreamEnd): void {
    const { machine, remote } = stream.endpoint;
    if (this.#random.chance(0.5)) {
      this.#trace(machine.name, () => `a stream to or from ${remote} will break`);
      stream.breakAtNextWrite();
    } else {
      this.#trace(machine.name, () => `a stream to or from ${remote} is reset`);
      machine.enter(() => stream.abort("reset"));
    }
  }

  /** This side gives the connection up; the other one notices in its own time. */
  #giveUp(end: Endpoint, reason: string): void {
    if (!end.isOpen) return;
    end.shut(this.#random.chance(0.5));
    this.#trace(end.machine.name, () => `gives up a connection to ${end.remote}: ${reason}`);
    this.#time.after(this.#random.between(0, CLOSING_MS), () =>
      end.machine.enter(() => {
        end.closeStreams(reason);
        if (this.endpoints(end.machine, end.remote).length === 0) {
          end.machine.disconnected(end.remote);
        }
      }));
    this.#tellOther(end, false);
    this.#sweep();
  }

  #tellOther(end: Endpoint, silently: boolean): void {
    const other = this.#otherEnd(end);
    if (other === undefined) return;
    const heard = !silently && !this.isCut(end.machine.name, end.remote) &&
      this.#random.chance(0.7);
    const { delay, jitter } = this.weather(end.machine.name, end.remote);
    const late = heard
      ? delay + this.#random.between(0, jitter)
      : this.#random.between(0, SILENCE_MS[1]);
    this.#time.after(late, () => this.#giveUp(other, heard ? "connection reset" : "silence"));
  }

  #connectionOf(end: Endpoint): Connection | undefined {
    return this.#connections.find(({ ends }) => ends.dialler === end || ends.listener === end);
  }

  #otherEnd(end: Endpoint): Endpoint | undefined {
    const ends = this.#connectionOf(end)?.ends;
    return ends?.dialler === end ? ends.listener : ends?.dialler;
  }

  #connect(from: Machine, to: Machine): void {
    const random = this.#random;
    const pipe = (sender: Machine, receiver: Machine, end: () => Endpoint) =>
      new Pipe({
        time: this.#time,
        random: random.fork(),
        weather: () => this.weather(sender.name, receiver.name),
        passable: () => !this.isCut(sender.name, receiver.name),
        deliver: (unit) => end().receive(unit),
      });
    const endpoint = (own: Machine, other: Machine, side: Side): Endpoint =>
      new Endpoint(
        own,
        other.name,
        this.#time.now + random.between(0, 50),
        side === "dialler",
        () => connection.pipes[side],
      );
    const connection: Connection = {
      ends: {
        dialler: endpoint(from, to, "dialler"),
        listener: endpoint(to, from, "listener"),
      },
      pipes: {
        dialler: pipe(from, to, () => connection.ends.listener),
        listener: pipe(to, from, () => connection.ends.dialler),
      },
    };
    this.#connections.push(connection);
    this.#trace("network", () => `${from.name} connected to ${to.name}`);
    for (const end of Object.values(connection.ends)) {
      // It is used once the two have said hello to each other on it.
      this.#time.after(
        end.openedAt - this.#time.now + random.between(0, 50),
        () => end.machine.enter(() => end.isOpen && end.machine.connected(end)),
      );
    }
  }

  #between(one: string, other: string): Endpoint[] {
    return this.#connections.flatMap(({ ends }) => [ends.dialler, ends.listener])
      .filter((end) => end.isOpen && pairOf(end.machine.name, end.remote) === pairOf(one, other));
  }

  #sweep(): void {
    this.#connections = this.#connections.filter(({ ends: { dialler, listener } }) =>
      dialler.isOpen || listener.isOpen
    );
  }
}

function pairOf(one: string, other: string): string {
  return one < other ? `${one}-${other}` : `${other}-${one}`;
}
