/**
 * One-shot mailboxes between runs and the requests that wait for them. A request waits for the first answer of the
 * runs that its event started, at most until its deadline; whoever comes later finds nobody waiting.
 *
 * Invariants:
 * 1. Every `expect` settles exactly once: with an answer, at its deadline, or when its last run is over.
 * 2. What a request is answered is what is recorded: once an answer is held, the deadline does not come between.
 * 3. The first answer wins; `answer` says whether it was the one.
 * 4. A desk that is closed settles everything that waits, or comes to wait, as `retrying`: the events are safe, the runs
 *    go on after a restart.
 */
import { InFlightMap, LONGEST_TIMER_MS } from "../base/index.ts";
import type { GivenAnswer } from "../event/index.ts";

export type Reply =
  | { readonly kind: "answer"; readonly answer: GivenAnswer }
  /** The runs go on; the answer came not in time. */
  | { readonly kind: "deadline" }
  /** A run failed and will be tried again. */
  | { readonly kind: "retrying" }
  /** All runs ended and at least one failed for good. */
  | { readonly kind: "failed" }
  /** All runs ended well and none of them answered. */
  | { readonly kind: "silent" };

export type RunOutcome = "succeeded" | "failed" | "waiting";

interface Waiting {
  readonly openRuns: Set<string>;
  readonly timer: NodeJS.Timeout;
  readonly settle: (reply: Reply) => void;
  worst: RunOutcome;
}

const SEVERITY: Readonly<Record<RunOutcome, number>> = { succeeded: 0, failed: 1, waiting: 2 };

export class ReplyDesk implements Disposable {
  readonly #waiting = new InFlightMap<Waiting>();
  #isClosed = false;

  /** Waits for the first answer to the event from any of its runs, at most `deadlineMs` milliseconds. */
  expect(eventId: string, runIds: readonly string[], deadlineMs: number): Promise<Reply> {
    if (this.#isClosed) return Promise.resolve({ kind: "retrying" });
    return new Promise((settle) => {
      const timeMs = Math.min(deadlineMs, LONGEST_TIMER_MS);
      const timer = setTimeout(() => this.#settle(eventId, { kind: "deadline" }), timeMs);
      this.#waiting.set(eventId, { openRuns: new Set(runIds), timer, settle, worst: "succeeded" });
    });
  }

  /**
   * Takes the deadline off a request that waits: its answer is at hand and only has to be recorded. Returns false when
   * nobody waits (any more). Whoever holds must `answer` or `giveUp`.
   */
  hold(eventId: string): boolean {
    const waiting = this.#waiting.get(eventId);
    clearTimeout(waiting?.timer);
    return waiting !== undefined;
  }

  /** The answer that was at hand could not be recorded: the run will give it again. */
  giveUp(eventId: string): void {
    this.#settle(eventId, { kind: "retrying" });
  }

  /** Hands over a run's answer. Returns false when nobody waits (any more). */
  answer(eventId: string, answer: GivenAnswer): boolean {
    return this.#settle(eventId, { kind: "answer", answer });
  }

  /** Says that one of the event's runs is over, for now or for good. */
  runOver(eventId: string, runId: string, outcome: RunOutcome): void {
    const waiting = this.#waiting.get(eventId);
    if (waiting === undefined || !waiting.openRuns.delete(runId)) return;
    if (SEVERITY[outcome] > SEVERITY[waiting.worst]) waiting.worst = outcome;
    if (waiting.openRuns.size > 0) return;
    // "waiting" weighs most: as long as one run will be tried again, the event has not failed.
    const kind = waiting.worst === "waiting" ? "retrying" : waiting.worst === "failed" ? "failed" : "silent";
    this.#settle(eventId, { kind });
  }

  /** Gives up waiting, e.g. when the event could not be stored or turned out to be a duplicate. */
  cancel(eventId: string): void {
    this.#settle(eventId, { kind: "silent" });
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const eventId of this.#waiting.keys()) this.#settle(eventId, { kind: "retrying" });
  }

  #settle(eventId: string, reply: Reply): boolean {
    const waiting = this.#waiting.get(eventId);
    if (waiting === undefined) return false;
    this.#waiting.delete(eventId);
    clearTimeout(waiting.timer);
    waiting.settle(reply);
    return true;
  }
}
