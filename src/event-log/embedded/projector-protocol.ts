/** What the main thread and the projector tell each other. */
import type { AcceptedRefusal } from "../event-log.ts";
import type { PlacedRefusal, SkippedRefusals } from "./refusal-ring.ts";
import type { Segment } from "./segment-files.ts";

export interface ProjectorStart {
  readonly projectionPath: string;
  readonly refusalsPath: string;
  readonly refusalsKept: number;
  readonly salt: number;
  readonly segments: readonly Segment[];
  /** A projection that has applied more has seen what the journal lost: it is built again. */
  readonly mostApplied: number;
  /** What stands from here on was written and synced by this very process: its checksums need no look. */
  readonly writtenFrom: number;
  /** Delete the projection first. */
  readonly rebuild: boolean;
  /** Something was damaged: the refusals may be as well. */
  readonly isSuspect: boolean;
  readonly shared: SharedArrayBuffer;
}

export type ToProjector =
  | { readonly type: "segment"; readonly segment: Segment }
  | {
      readonly type: "refusals";
      readonly refusals: readonly PlacedRefusal[];
      readonly accepted: readonly AcceptedRefusal[];
      /** Those for which there was no room. */
      readonly skipped: readonly SkippedRefusals[];
    }
  | { readonly type: "drop"; readonly before: number }
  | { readonly type: "close" };

export type FromProjector =
  | { readonly type: "applied"; readonly position: number; readonly openRuns: number }
  | { readonly type: "refusals_kept"; readonly count: number; readonly bytes: number }
  | { readonly type: "dropped"; readonly events: number }
  /** The projection cannot be written now (a full disk); it is tried again until it can. */
  | { readonly type: "stalled"; readonly because: string }
  /** The projection cannot be used any more; it must be built again by a new thread. */
  | { readonly type: "unusable"; readonly fault: ProjectorFault }
  | { readonly type: "closed" };

/** Why the projector gave up. An error of SQLite's loses its message on the way between threads. */
export interface ProjectorFault {
  readonly message: string;
  /** The system's or SQLite's, e.g. `SQLITE_FULL`. */
  readonly code?: string;
}

/** The shared words: main writes them and wakes the projector, which sleeps on the first. */
export const SHARED_BYTES = 16;
const WAKE = 0;
const URGENT = 1;
const STORED = 1;

export class SharedProgress {
  readonly #words: Int32Array;
  readonly #longs: BigInt64Array;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer, 0, 2);
    this.#longs = new BigInt64Array(buffer);
  }

  /** Where the journal's durable part ends. */
  get stored(): number {
    return Number(Atomics.load(this.#longs, STORED));
  }

  set stored(position: number) {
    Atomics.store(this.#longs, STORED, BigInt(position));
  }

  /** Wakes the projector; `urgent`: someone waits for it, it should not gather a larger batch first. */
  wake(urgent: boolean): void {
    if (urgent) {
      Atomics.store(this.#words, URGENT, 1);
      Atomics.notify(this.#words, URGENT);
    }
    Atomics.add(this.#words, WAKE, 1);
    Atomics.notify(this.#words, WAKE);
  }

  get wakes(): number {
    return Atomics.load(this.#words, WAKE);
  }

  takeUrgent(): boolean {
    return Atomics.exchange(this.#words, URGENT, 0) === 1;
  }

  /** Sleeps until it is woken after `wakes` was read, at most so long. For the projector's thread only. */
  sleep(wakes: number, mostMs: number): void {
    Atomics.wait(this.#words, WAKE, wakes, mostMs);
  }

  /** Sleeps so long, less when someone comes to wait; growth of the journal alone does not wake it. */
  sleepUnlessUrgent(mostMs: number): void {
    Atomics.wait(this.#words, URGENT, 0, mostMs);
  }
}
