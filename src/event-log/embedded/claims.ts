/** Completes the runs that the queue hands out: from memory for fresh ones, else from the projection and the journal. */
import type { ClaimedRun, ClaimRequest, Fact } from "../event-log.ts";
import type { EventSource } from "./event-source.ts";
import type { Projection } from "./projection.ts";
import { runStatusOf, type RunRow } from "./projection-rows.ts";
import type { OpenRun, RunEntry, RunQueue } from "./run-queue.ts";
import { isOpen } from "../derive-status.ts";

export interface ClaimsOptions {
  readonly queue: RunQueue;
  readonly projection: Projection;
  readonly source: EventSource;
  /** Where the journal ends now. */
  readonly end: () => number;
  readonly record: (facts: readonly Fact[]) => Promise<void>;
}

const PAGE_RUNS = 500;

export class Claims {
  readonly #options: ClaimsOptions;
  #refilling: Promise<void> | undefined;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedRun[]> {
    const { queue } = this.#options;
    if (queue.waitingLeftOutMs <= request.nowMs) await this.#takeDue(request.nowMs);
    const entries = queue.take(request);
    if (entries.length < request.limit && queue.spilledAfter !== undefined) {
      await (this.#refilling ??= this.#refill().finally(() => (this.#refilling = undefined)));
      entries.push(...queue.take({ ...request, limit: request.limit - entries.length }));
    }
    const claimed: ClaimedRun[] = [];
    for (const entry of entries) {
      const run = queue.takeHot(entry) ?? (await this.#complete(entry, request.nowMs));
      if (run !== undefined) claimed.push(run);
    }
    return claimed;
  }

  /** Takes the next page of those runs that were left in the projection. */
  async #refill(): Promise<void> {
    const { queue, projection, end } = this.#options;
    for (let found = 0; found === 0 && queue.spilledAfter !== undefined;) {
      const after = queue.spilledAfter;
      const spillsBefore = queue.spills;
      const { value: page, complete } = await projection.read(end(), (reader) => reader.openRuns(after, PAGE_RUNS));
      // A page that is not full is the last one, unless runs were left out while it was read.
      queue.addPage(page.map(openRun), complete && page.length < PAGE_RUNS && queue.spills === spillsBefore);
      found = page.length;
      if (!complete) return;
    }
  }

  async #takeDue(nowMs: number): Promise<void> {
    const { queue, projection, end } = this.#options;
    const { value } = await projection.read(end(), (reader) => {
      const due = reader.dueRuns(nowMs, PAGE_RUNS);
      return { due, next: due.length < PAGE_RUNS ? reader.nextDueAfter(nowMs) : nowMs };
    });
    queue.addDue(value.due.map(openRun), value.next);
  }

  async #complete(entry: RunEntry, nowMs: number): Promise<ClaimedRun | undefined> {
    const { queue, projection, source, end, record } = this.#options;
    const { value, complete } = await projection.read(end(), (reader) => {
      const run = reader.runById(entry.id);
      return { run, event: run && reader.eventAt(run.event_seq) };
    });
    if (entry.state !== "claimed") return undefined;
    const { run, event } = value;
    if (!complete) {
      // What the projection lacks may be this very run's last steps.
      queue.giveBack(entry);
      return undefined;
    }
    if (run === undefined || event === undefined || !isOpen(runStatusOf(run.status)) || isEarly(run, nowMs)) {
      queue.remove(entry);
      return undefined;
    }
    const claimed = await source.claimed(run, event);
    if (claimed === undefined) {
      const error = { code: "event-unreadable", message: "the event's record is damaged", retryable: false };
      await record([{ type: "run_ended", runId: run.id, status: "failed", error, atMs: nowMs }]);
      return undefined;
    }
    return entry.state === "claimed" ? claimed : undefined;
  }
}

function openRun(row: RunRow): OpenRun {
  const waits = runStatusOf(row.status) === "waiting";
  return { id: row.id, seq: row.seq, waitsUntilMs: waits ? (row.resume_at ?? undefined) : undefined };
}

function isEarly(run: RunRow, nowMs: number): boolean {
  return runStatusOf(run.status) === "waiting" && run.resume_at !== null && run.resume_at > nowMs;
}
