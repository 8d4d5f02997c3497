import type { Clock } from "../base/index.ts";

/** Longer waits are taken in pieces: a timer of the platform holds at most 2^31 ms, and the wall clock may be set. */
const LONGEST_WAIT_MS = 60_000;

/** Tells listeners, coalesced to one call per turn of the event loop, that there may be work, now or at a later time. */
export class WorkSignal {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #scheduled: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  listen(listener: () => void): () => void {
    // A wrapper, so that the same function given twice is two listeners with two releases.
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  now(): void {
    if (this.#listeners.size === 0) return;
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      for (const listener of this.#listeners) listener();
    });
  }

  /** Signals at the given wall time, milliseconds since the epoch; only the earliest asked for is kept. */
  at(timeMs: number): void {
    if (timeMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = timeMs;
    const waitMs = Math.min(Math.max(0, timeMs - this.#clock.now()), LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => {
      this.#timerAtMs = Infinity;
      if (this.#clock.now() >= timeMs) this.now();
      else this.at(timeMs);
    }, waitMs);
    this.#timer.unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#scheduled);
    this.#listeners.clear();
  }
}
