/**
 * Runs a view that takes the whole terminal: reads keys, lets the model take its steps, paints what
 * changed. The only place where such a view meets time and streams; model, update and view are pure.
 *
 * Guarantees: a key is painted at once, other events together at most once a frame; while the terminal
 * has not taken a frame, the next one waits, so that a slow line costs no memory; lines that anybody
 * prints become events; the terminal is given back on every way out.
 */
import {
  type Decoded,
  decodeKeys,
  decodePause,
  type KeyEvent,
  keyName,
  KEYS_AT_REST,
  type KeyState,
  pauseMs,
} from "../keys/mod.ts";
import type { ScreenTerminal } from "../screen_terminal.ts";
import type { Grid } from "./grid.ts";
import type { ColorDepth } from "./look.ts";
import { Screen } from "./screen.ts";

/** Sixty frames a second are as many as a screen shows. */
const FRAME_MS = 16;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What the terminal tells every view. Ctrl-L does not come: it paints everything again. */
export type TerminalEvent =
  | { readonly kind: "key"; readonly key: KeyEvent }
  | ({ readonly kind: "resized" } & Size)
  /** The terminal got the keyboard, or lost it; one that does not tell (mode 1004) always has it. */
  | { readonly kind: "focus"; readonly focused: boolean }
  /** Somebody printed a line; not made harmless. */
  | { readonly kind: "printed"; readonly line: string }
  /** The keyboard is gone: a closed terminal. */
  | { readonly kind: "input-ended" };

/** A view: what it knows, how that changes, how it looks. All but `perform` is pure. */
export interface View<Model, Event, Effect> {
  readonly model: Model;
  update(
    model: Model,
    event: Event | TerminalEvent,
  ): { readonly model: Model; readonly effects: readonly Effect[] };
  /** A new grid of this size; it is not changed later. */
  draw(model: Model, size: Size): Grid;
  /** Whether the view has nothing more to do. */
  ended(model: Model): boolean;
  /**
   * Does what an update asked for. What comes of it is told with `tell`; `signal` aborts when the view
   * ends. An error ends the view.
   */
  perform(effect: Effect, tell: (event: Event) => void, signal: AbortSignal): Promise<void> | void;
}

export interface RunOptions<Event> {
  readonly depth: ColorDepth;
  readonly signal: AbortSignal;
  /** What was typed before, as for `ScreenTerminal.keys()`. */
  readonly earlyKeys?: "drop" | "keep" | undefined;
  /** Called with a way to tell events that nobody asked for; disposed when the view ends. */
  readonly listen?: (tell: (event: Event) => void) => Disposable;
}

/**
 * Shows `view` until it has ended.
 * @returns its last model
 * @throws the signal's reason; the reason of `terminal.closed`; what the view throws; TypeError where
 *   something else has the screen
 */
export async function runScreen<Model, Event, Effect>(
  terminal: ScreenTerminal,
  view: View<Model, Event, Effect>,
  options: RunOptions<Event>,
): Promise<Model> {
  const run = new Run(terminal, view, options);
  try {
    return await run.ended;
  } finally {
    await run[Symbol.asyncDispose]();
  }
}

class Run<Model, Event, Effect> implements AsyncDisposable {
  readonly ended: Promise<Model>;
  readonly #terminal: ScreenTerminal;
  readonly #view: View<Model, Event, Effect>;
  readonly #screen: Screen;
  readonly #stack = new DisposableStack();
  readonly #ending = new AbortController();
  readonly #performing = new Set<Promise<void>>();
  readonly #resolve: (model: Model) => void;
  readonly #reject: (reason: unknown) => void;
  #model: Model;
  #size: Size;
  #keys: KeyState = KEYS_AT_REST;
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** Until it fires, only keys are painted. */
  #frame: ReturnType<typeof setTimeout> | undefined;
  #changed = false;
  #writing = false;
  readonly #reading: Promise<void>;

  constructor(
    terminal: ScreenTerminal,
    view: View<Model, Event, Effect>,
    { depth, signal, earlyKeys = "drop", listen }: RunOptions<Event>,
  ) {
    this.#terminal = terminal;
    this.#view = view;
    this.#model = view.model;
    const { promise, resolve, reject } = Promise.withResolvers<Model>();
    this.ended = promise;
    this.#resolve = resolve;
    this.#reject = reject;

    const pinned = terminal.pin((line) => this.#dispatch({ kind: "printed", line }));
    if (pinned === undefined) throw new TypeError("something else has the screen");
    this.#stack.use(pinned);
    this.#screen = this.#stack.use(new Screen(terminal, depth));
    this.#size = this.#screen.size;
    this.#stack.use(terminal.onResize(() => this.#guard(() => this.#resized())));
    for (const each of [signal, terminal.closed]) this.#endWith(each);
    if (listen !== undefined) this.#stack.use(listen((event) => this.#dispatch(event)));
    this.#dispatch({ kind: "resized", ...this.#size });
    this.#reading = this.#readKeys(earlyKeys);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    clearTimeout(this.#pause);
    clearTimeout(this.#frame);
    this.#stack.dispose();
    await this.#reading;
    await Promise.all(this.#performing);
  }

  #endWith(signal: AbortSignal): void {
    const end = () => this.#reject(signal.reason);
    if (signal.aborted) return end();
    signal.addEventListener("abort", end, { once: true });
    this.#stack.defer(() => signal.removeEventListener("abort", end));
  }

  async #readKeys(early: "drop" | "keep"): Promise<void> {
    const { signal } = this.#ending;
    try {
      for await (const bytes of this.#terminal.keys({ signal, early })) {
        clearTimeout(this.#pause);
        this.#typed(decodeKeys(this.#keys, bytes));
        const pause = pauseMs(this.#keys);
        if (pause === undefined) continue;
        this.#pause = setTimeout(
          () => this.#guard(() => this.#typed(decodePause(this.#keys))),
          pause,
        );
      }
      this.#dispatch({ kind: "input-ended" });
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#reject(error);
    }
  }

  #typed({ events, state, focused }: Decoded): void {
    this.#keys = state;
    if (focused !== undefined) this.#step({ kind: "focus", focused });
    // Not every system tells a change of size (Windows): then it is noticed here.
    const { columns, rows } = this.#screen.size;
    if (columns !== this.#size.columns || rows !== this.#size.rows) this.#resized();
    for (const key of events) {
      if (keyName(key) === "ctrl-l") {
        this.#screen.invalidate();
        this.#changed = true;
      } else this.#step({ kind: "key", key });
    }
    this.#paint();
  }

  #resized(): void {
    this.#size = this.#screen.size;
    this.#screen.invalidate();
    this.#step({ kind: "resized", ...this.#size });
    this.#paint();
  }

  #dispatch(event: Event | TerminalEvent): void {
    this.#guard(() => {
      this.#step(event);
      if (this.#frame === undefined) this.#paint();
    });
  }

  #step(event: Event | TerminalEvent): void {
    if (this.#ending.signal.aborted || this.#view.ended(this.#model)) return;
    const { model, effects } = this.#view.update(this.#model, event);
    this.#model = model;
    this.#changed = true;
    for (const effect of effects) this.#perform(effect);
    if (this.#view.ended(this.#model)) this.#resolve(this.#model);
  }

  #perform(effect: Effect): void {
    const performing = (async () => {
      try {
        await this.#view.perform(effect, (event) => this.#dispatch(event), this.#ending.signal);
      } catch (error) {
        if (!this.#ending.signal.aborted) this.#reject(error);
      }
    })();
    this.#performing.add(performing);
    performing.finally(() => this.#performing.delete(performing));
  }

  /** Shows the model as it is now, or as soon as the terminal has taken what it was given. */
  #paint(): void {
    if (!this.#changed || this.#writing || this.#ending.signal.aborted) return;
    this.#changed = false;
    if (this.#screen.draw(this.#view.draw(this.#model, this.#size)) > 0) this.#awaitWriting();
    clearTimeout(this.#frame);
    this.#frame = setTimeout(() => {
      this.#frame = undefined;
      this.#guard(() => this.#paint());
    }, FRAME_MS);
  }

  #awaitWriting(): void {
    this.#writing = true;
    this.#terminal.flush().then(() => {
      this.#writing = false;
      this.#guard(() => this.#paint());
    }, this.#reject);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#reject(error);
    }
  }
}
