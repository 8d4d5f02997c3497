/** Completes the runs that the queue hands out: from memory for fresh ones, else from the projection and the journal. */
import type { ClaimedRun, ClaimRequest, Fact } from "../event-log.ts";
import type { EventSource } from "./event-source.ts";
import type { Projection } from "./projection.ts";
import { runStatusOf, type EventRow, type RunRow } from "./projection-rows.ts";
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
/** Bodies that one claim reads; a single larger one comes alone. */
const CLAIM_BYTES = 32 * 1024 * 1024;
/** How soon a claim that came back with less than there was is worth another. */
const CALL_AGAIN_MS = 20;
/** The same after one that failed. */
const AFTER_FAULT_MS = 500;

export class Claims {
  readonly #options: ClaimsOptions;
  #refilling: Promise<boolean> | undefined;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedRun[]> {
    const { queue } = this.#options;
    if (queue.waitingLeftOutMs <= request.nowMs) await this.#takeDue(request.nowMs);
    const entries = queue.take(request);
    await this.#orGiveBack(entries, request.nowMs, () => this.#takeSpilled(entries, request));
    const cold: RunEntry[] = [];
    const claimed: (ClaimedRun | undefined)[] = entries.map((entry) => {
      const hot = queue.takeHot(entry);
      if (hot === undefined) cold.push(entry);
      return hot;
    });
    if (cold.length > 0) {
      const completed = await this.#orGiveBack(entries, request.nowMs, () => this.#complete(cold, request.nowMs));
      for (const [index, run] of claimed.entries()) claimed[index] = run ?? completed.get(entries[index]!);
    }
    // A run may have ended, or come to wait, while others were read: by a worker whose lease had run out.
    const complete = claimed.filter(
      (run, index): run is ClaimedRun => run !== undefined && entries[index]!.state === "claimed",
    );
    // Some had ended meanwhile or could not be read now: whoever claims may not take this for the end of the line.
    if (complete.length < entries.length) queue.callAgain(request.nowMs + CALL_AGAIN_MS);
    return complete;
  }

  /** Takes as many more as were asked for from those that were left in the projection. */
  async #takeSpilled(entries: RunEntry[], request: ClaimRequest): Promise<void> {
    const { queue } = this.#options;
    // A page may hold nothing but runs that are claimed already: then the next one is taken.
    for (let goOn = true; goOn && entries.length < request.limit && queue.spilledAfter !== undefined;) {
      const refilling = (this.#refilling ??= this.#refill(request.nowMs).finally(() => (this.#refilling = undefined)));
      goOn = await refilling;
      entries.push(...queue.take({ ...request, limit: request.limit - entries.length }));
      goOn &&= entries.length === 0;
    }
  }

  /** Takes the next page of those runs that were left in the projection; false: there is none behind it. */
  async #refill(nowMs: number): Promise<boolean> {
    const { queue, projection, end } = this.#options;
    const after = queue.spilledAfter;
    if (after === undefined) return false;
    const upTo = end();
    const { value: page, complete } = await projection.read(upTo, (reader) => reader.openRuns(after, PAGE_RUNS));
    // A page that is not full is the last one, as far as the journal had come when it was asked for.
    queue.addPage(page.map(openRun), complete && page.length < PAGE_RUNS ? upTo : undefined);
    // What the projection lacks is of no event to come, which would call for a claim.
    if (!complete) queue.callAgain(nowMs + AFTER_FAULT_MS);
    return complete && page.length === PAGE_RUNS;
  }

  async #takeDue(nowMs: number): Promise<void> {
    const { queue, projection, end } = this.#options;
    queue.beginDue();
    const { value, complete } = await projection.read(end(), (reader) => {
      const due = reader.dueRuns(nowMs, PAGE_RUNS, (id) => queue.has(id));
      return { due, next: due.length < PAGE_RUNS ? reader.nextDueAfter(nowMs) : nowMs };
    });
    queue.addDue(value.due.map(openRun), complete ? value.next : Math.min(value.next, nowMs + AFTER_FAULT_MS));
  }

  /** Where nothing can be read now, for want of a file descriptor for example, all that was taken stays in line. */
  async #orGiveBack<T>(entries: readonly RunEntry[], nowMs: number, read: () => Promise<T>): Promise<T> {
    const { queue } = this.#options;
    try {
      return await read();
    } catch (fault) {
      for (const entry of entries.toReversed()) queue.giveBack(entry);
      queue.callAgain(nowMs + AFTER_FAULT_MS);
      throw fault;
    }
  }

  /** Reads runs from the projection, all at once, and from the journal. */
  async #complete(entries: readonly RunEntry[], nowMs: number): Promise<ReadonlyMap<RunEntry, ClaimedRun>> {
    const { queue, projection, end } = this.#options;
    const { value: rows, complete } = await projection.read(end(), (reader) =>
      entries.map((entry) => {
        const run = reader.runById(entry.id);
        return { entry, run, event: run && reader.eventAt(run.event_seq) };
      }),
    );
    const completed = new Map<RunEntry, ClaimedRun>();
    const faults: unknown[] = [];
    const read = rowsWithin(rows, CLAIM_BYTES);
    // From the last to the first, so that they stand in line as before.
    for (const { entry } of rows.slice(read.length).reverse()) queue.giveBack(entry);
    await Promise.all(
      read.map(async ({ entry, run, event }) => {
        if (entry.state !== "claimed") return;
        // What the projection lacks may be this very run's last steps.
        if (!complete) return queue.giveBack(entry);
        if (run === undefined || event === undefined || !isOpen(runStatusOf(run.status))) return queue.remove(entry);
        // It was due when it came into line; the clock was set back since.
        const waitsUntilMs = waitsUntil(run);
        if (waitsUntilMs !== undefined && waitsUntilMs > nowMs) return queue.putOff(entry, waitsUntilMs);
        try {
          const claimed = await this.#readRun(run, event, nowMs);
          if (claimed !== undefined && entry.state === "claimed") completed.set(entry, claimed);
        } catch (fault) {
          faults.push(fault);
          // Behind the others: a place that the disk cannot read may stand in nobody's way.
          queue.giveBack(entry, false);
        }
      }),
    );
    if (faults.length === 0) return completed;
    if (completed.size === 0) throw faults[0];
    queue.callAgain(nowMs + AFTER_FAULT_MS);
    return completed;
  }

  async #readRun(run: RunRow, event: EventRow, atMs: number): Promise<ClaimedRun | undefined> {
    const claimed = await this.#options.source.claimed(run, event);
    if (claimed !== undefined) return claimed;
    const error = { code: "event-unreadable", message: "the event's record is damaged", retryable: false };
    await this.#options.record([{ type: "run_ended", runId: run.id, status: "failed", error, atMs }]);
    return undefined;
  }
}

/** As many as have bodies of so many bytes together, one at least. */
function rowsWithin<T extends { readonly event: EventRow | undefined }>(
  rows: readonly T[],
  bytes: number,
): readonly T[] {
  let left = bytes;
  const end = rows.findIndex(({ event }, index) => (left -= event?.body_bytes ?? 0) < 0 && index > 0);
  return end === -1 ? rows : rows.slice(0, end);
}

function openRun(row: RunRow): OpenRun {
  return { id: row.id, seq: row.seq, waitsUntilMs: waitsUntil(row) };
}

function waitsUntil({ status, resume_at }: RunRow): number | undefined {
  return runStatusOf(status) === "waiting" ? (resume_at ?? undefined) : undefined;
}
