/**
 * The main thread's side of the projector: starts it, tells it of the journal's growth, and lets a reader wait until it
 * has applied what the reader must see.
 */
import { Worker } from "node:worker_threads";
import { messageOf, threadEntry } from "../../base/index.ts";
import type { AcceptedRefusal, Refusal } from "../event-log.ts";
import {
  SHARED_BYTES,
  SharedProgress,
  type FromProjector,
  type ProjectorFault,
  type ProjectorStart,
  type ToProjector,
} from "./projector-protocol.ts";
import type { PlacedRefusal, SkippedRefusals } from "./refusal-ring.ts";
import type { Segment } from "./segment-files.ts";
import { MINUTE_MS } from "./stat-counts.ts";

/** Refusals that wait to be written; more than this are let go (a flood must not fill the memory). */
const MOST_PENDING_REFUSALS = 2000;
const MOST_PENDING_REFUSED_BYTES = 32 * 1024 * 1024;
const MOST_SKIPPED = 200;

interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
}

export type ProjectorOptions = Omit<ProjectorStart, "shared"> & {
  readonly stored: number;
  /** The projector's thread ended without being told to. */
  readonly onLost: (fault: ProjectorFault) => void;
};

export class Projector {
  readonly #worker: Worker;
  readonly #progress: SharedProgress;
  readonly #onLost: (fault: ProjectorFault) => void;
  /** Nothing is known before the thread's first word, not even that the files are there. */
  #applied = -1;
  #openRuns = 0;
  #waiters: Waiter[] = [];
  #refusals: PlacedRefusal[] = [];
  #accepted: AcceptedRefusal[] = [];
  readonly #skipped = new Map<string, SkippedRefusals>();
  /** Of refusals, and what was noted of them: how many were ever given, and how many of these are written. */
  #refusalsGiven = 0;
  #refusalsWritten = 0;
  /** One message of them at a time: in a flood the thread would do nothing but take the next one. */
  #areRefusalsUnderWay = false;
  /** Bodies of refusals that are not written yet. */
  #refusedBytes = 0;
  #refusalsScheduled = false;
  #refusalWaiters: Waiter[] = [];
  #dropWaiters: ((events: number) => void)[] = [];
  #state: "running" | "closing" | "ended" = "running";
  readonly #exited: Promise<void>;

  constructor(options: ProjectorOptions) {
    const { stored, onLost, ...start } = options;
    const shared = new SharedArrayBuffer(SHARED_BYTES);
    this.#progress = new SharedProgress(shared);
    this.#progress.stored = stored;
    this.#onLost = onLost;
    const workerData: ProjectorStart = { ...start, shared };
    this.#worker = new Worker(threadEntry(import.meta.url, "./projector-thread.ts"), { workerData });
    this.#worker.on("message", (message: FromProjector) => this.#take(message));
    this.#exited = new Promise((resolve) => {
      this.#worker.on("error", (error) => this.#lost({ message: messageOf(error) }));
      this.#worker.on("exit", () => {
        this.#lost({ message: "its thread ended" });
        resolve();
      });
    });
  }

  /** Everything in the journal before this position is in the projection. */
  get applied(): number {
    return this.#applied;
  }

  /** Runs that had not ended there. */
  get openRuns(): number {
    return this.#openRuns;
  }

  get stored(): number {
    return this.#progress.stored;
  }

  /** The journal is durable up to this position. */
  advance(stored: number): void {
    this.#progress.stored = stored;
    this.#progress.wake(false);
  }

  addSegment(segment: Segment): void {
    this.#tell({ type: "segment", segment });
  }

  /**
   * Resolves with true when the projection holds everything before the position, with false when it cannot be written
   * at present: the reader then sees what there is. Where it could not be written before, it is tried again for that.
   */
  async caughtUp(position: number): Promise<boolean> {
    if (this.#applied >= position) return true;
    if (this.#state === "ended") return false;
    const waited = new Promise<void>((resolve) => this.#waiters.push({ position, resolve }));
    this.#progress.wake(true);
    await waited;
    return this.#applied >= position;
  }

  refuse(refusal: Refusal): void {
    if (this.#state !== "running") return;
    if (this.#hasRoomFor(refusal)) {
      this.#refusals.push({ refusal, place: this.stored });
      this.#refusalsGiven += 1;
      this.#refusedBytes += refusal.bodyStart.length;
    } else this.#skip(refusal);
    this.#sendRefusalsSoon();
  }

  #hasRoomFor({ bodyStart }: Refusal): boolean {
    const pending = this.#refusalsGiven - this.#refusalsWritten;
    return pending < MOST_PENDING_REFUSALS && this.#refusedBytes + bodyStart.length <= MOST_PENDING_REFUSED_BYTES;
  }

  noteAccepted(accepted: AcceptedRefusal): void {
    if (this.#state !== "running") return;
    this.#accepted.push(accepted);
    this.#refusalsGiven += 1;
    this.#sendRefusalsSoon();
  }

  /** Resolves when all refusals given so far are written, and what was noted of them; later ones are not waited for. */
  async refusalsKept(): Promise<void> {
    const position = this.#refusalsGiven;
    if (this.#refusalsWritten >= position || this.#state === "ended") return;
    this.#sendRefusals();
    await new Promise<void>((resolve) => this.#refusalWaiters.push({ position, resolve }));
  }

  /** Removes the rows of all events before a position. Resolves with their number. */
  async drop(before: number): Promise<number> {
    if (this.#state !== "running") return 0;
    const dropped = new Promise<number>((resolve) => this.#dropWaiters.push(resolve));
    this.#tell({ type: "drop", before });
    return dropped;
  }

  /** Lets the projector apply what is left and waits for its end. */
  async close(): Promise<void> {
    this.#areRefusalsUnderWay = false;
    this.#sendRefusals();
    if (this.#state === "running") {
      this.#state = "closing";
      this.#tell({ type: "close" });
    }
    await this.#exited;
  }

  /** Counts a refusal that is not kept; many tenants in one flood are one. */
  #skip({ tenant, reason, receivedAtMs }: Refusal): void {
    const minute = Math.floor(receivedAtMs / MINUTE_MS);
    const named = this.#skipped.size < MOST_SKIPPED ? tenant : "";
    const key = `${minute}\0${named}\0${reason}`;
    const count = (this.#skipped.get(key)?.count ?? 0) + 1;
    this.#skipped.set(key, { atMs: minute * MINUTE_MS, tenant: named, reason, count });
  }

  #tell(message: ToProjector): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
    this.#worker.postMessage(message);
    this.#progress.wake(true);
  }

  #sendRefusalsSoon(): void {
    if (this.#refusalsScheduled) return;
    this.#refusalsScheduled = true;
    setImmediate(() => this.#sendRefusals());
  }

  #sendRefusals(): void {
    this.#refusalsScheduled = false;
    const facts = this.#refusals.length + this.#accepted.length;
    if (facts + this.#skipped.size === 0 || this.#state !== "running" || this.#areRefusalsUnderWay) return;
    this.#areRefusalsUnderWay = true;
    const skipped = [...this.#skipped.values()];
    this.#tell({ type: "refusals", refusals: this.#refusals, accepted: this.#accepted, skipped });
    this.#refusals = [];
    this.#accepted = [];
    this.#skipped.clear();
  }

  #take(message: FromProjector): void {
    switch (message.type) {
      case "applied":
        this.#applied = message.position;
        this.#openRuns = message.openRuns;
        this.#release((waiter) => waiter.position <= this.#applied);
        return;
      case "refusals_kept":
        this.#refusalsWritten += message.count;
        this.#refusedBytes -= message.bytes;
        this.#areRefusalsUnderWay = false;
        this.#sendRefusals();
        this.#releaseRefusalWaiters();
        return;
      case "dropped":
        this.#dropWaiters.shift()?.(message.events);
        return;
      case "stalled":
        this.#release(() => true);
        return;
      case "unusable":
        this.#lost(message.fault);
        return;
      case "closed":
        return;
      default:
        message satisfies never;
    }
  }

  #release(which: (waiter: Waiter) => boolean): void {
    const released = this.#waiters.filter(which);
    if (released.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !which(waiter));
    for (const waiter of released) waiter.resolve();
  }

  /** They wait in the order of their places. */
  #releaseRefusalWaiters(): void {
    while ((this.#refusalWaiters[0]?.position ?? Infinity) <= this.#refusalsWritten)
      this.#refusalWaiters.shift()?.resolve();
  }

  #lost(fault: ProjectorFault): void {
    if (this.#state === "ended") return;
    const expected = this.#state === "closing";
    this.#state = "ended";
    this.#release(() => true);
    for (const { resolve } of this.#refusalWaiters.splice(0)) resolve();
    for (const resolve of this.#dropWaiters.splice(0)) resolve(0);
    if (!expected) this.#onLost(fault);
  }
}
