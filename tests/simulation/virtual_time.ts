/**
 * The time of a simulation: a heap of events. It stands still while an event runs and jumps to the
 * next one after it; events of the same time run in the order in which they were planned.
 */

interface Event {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Something planned that can be called off. */
export interface Plan {
  cancel(): void;
}

/** Runs what is planned, in the order of time. Times are ms since the simulation began. */
export class VirtualTime {
  #now = 0;
  #planned = 0;
  #events = 0;
  readonly #heap: Event[] = [];

  get now(): number {
    return this.#now;
  }

  /** How many events have run. */
  get events(): number {
    return this.#events;
  }

  /** Plans `run` for `delay` ms from now, 0 or more. */
  after(delay: number, run: () => void): Plan {
    const event: Event = { at: this.#now + Math.max(0, delay), order: this.#planned++, run };
    this.#push(event);
    return { cancel: () => event.run = undefined };
  }

  /** Runs everything up to the time `until`; then it is this late. */
  advance(until: number): void {
    for (let first = this.#heap[0]; first !== undefined && first.at <= until;) {
      this.#pop();
      this.#now = first.at;
      if (first.run !== undefined) {
        this.#events++;
        first.run();
      }
      first = this.#heap[0];
    }
    this.#now = until;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(event, heap[parent])) break;
      heap[index] = heap[parent] ?? event;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    while (true) {
      let child = 2 * index + 1;
      if (isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[index] = heap[child] ?? last;
      index = child;
    }
    heap[index] = last;
  }
}

/** A missing event is later than any. */
function isBefore(one: Event | undefined, other: Event | undefined): boolean {
  if (one === undefined) return false;
  return other === undefined || one.at < other.at || one.at === other.at && one.order < other.order;
}
