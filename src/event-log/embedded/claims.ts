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

interface Completed {
  readonly completed: ReadonlyMap<RunEntry, ClaimedRun>;
  /** False: of the projection or of the journal something cannot be read now. */
  readonly isReadable: boolean;
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
  #takingDue: Promise<void> | undefined;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  async claim(request: ClaimRequest): Promise<readonly ClaimedRun[]> {
    const { queue } = this.#options;
    const entries = await this.#take(request);
    const cold: RunEntry[] = [];
    const claimed: (ClaimedRun | undefined)[] = entries.map((entry) => {
      const hot = queue.takeHot(entry);
      if (hot === undefined) cold.push(entry);
      return hot;
    });
    let againMs = CALL_AGAIN_MS;
    if (cold.length > 0) {
      const { completed, isReadable } = await this.#completeOrGiveBack(cold, entries, request.nowMs);
      for (const [index, run] of claimed.entries()) claimed[index] = run ?? completed.get(entries[index]!);
      if (!isReadable) againMs = AFTER_FAULT_MS;
    }
    // A run may have ended, or come to wait, while others were read: by a worker whose lease had run out.
    const complete = claimed.filter(
      (run, index): run is ClaimedRun => run !== undefined && entries[index]!.state === "claimed",
    );
    // Some had ended meanwhile or could not be read now: whoever claims may not take this for the end of the line.
    if (complete.length < entries.length) queue.callAgain(request.nowMs + againMs);
    return complete;
  }

  /** What is taken is handed out or given back, whatever fails: nobody else takes it before its lease is over. */
  async #take(request: ClaimRequest): Promise<readonly RunEntry[]> {
    const { queue } = this.#options;
    const { nowMs, limit } = request;
    const entries: RunEntry[] = [];
    const takeMore = (): number => entries.push(...queue.take({ ...request, limit: limit - entries.length }));
    try {
      if (queue.waitingLeftOutMs <= nowMs) {
        await (this.#takingDue ??= this.#takeDue(nowMs).finally(() => (this.#takingDue = undefined)));
      }
      takeMore();
      // A page may hold nothing but runs that are claimed already: then the next one is taken.
      for (let goOn = true; goOn && entries.length < limit && queue.spilledAfter !== undefined;) {
        goOn = await (this.#refilling ??= this.#refill(nowMs).finally(() => (this.#refilling = undefined)));
        takeMore();
        goOn &&= entries.length === 0;
      }
    } catch (fault) {
      // What is in memory can go on without the index.
      if (takeMore() === 0) throw fault;
      queue.callAgain(nowMs + AFTER_FAULT_MS);
    }
    return entries;
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
    // Nothing else tells when the projection can be written again.
    if (!complete) queue.callAgain(nowMs + AFTER_FAULT_MS);
    return complete && page.length === PAGE_RUNS;
  }

  async #takeDue(nowMs: number): Promise<void> {
    const { queue, projection, end } = this.#options;
    queue.askForDue();
    const { value, complete } = await projection.read(end(), (reader) => {
      const due = reader.dueRuns(nowMs, PAGE_RUNS, (id) => queue.has(id));
      return { due, next: due.length < PAGE_RUNS ? reader.nextDueAfter(nowMs) : nowMs };
    });
    queue.addDue(value.due.map(openRun), complete ? value.next : nowMs + AFTER_FAULT_MS);
  }

  /** Where nothing can be read now, for want of a file descriptor for example, all of it stays in line. */
  async #completeOrGiveBack(cold: readonly RunEntry[], all: readonly RunEntry[], nowMs: number): Promise<Completed> {
    const { queue } = this.#options;
    try {
      return await this.#complete(cold, nowMs);
    } catch (fault) {
      for (const entry of all.toReversed()) queue.giveBack(entry);
      queue.callAgain(nowMs + AFTER_FAULT_MS);
      throw fault;
    }
  }

  /** Reads runs from the projection, all at once, and from the journal. */
  async #complete(entries: readonly RunEntry[], nowMs: number): Promise<Completed> {
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
        // It came due by a clock that was set back meanwhile.
        const { waitsUntilMs = nowMs } = openRun(run);
        if (waitsUntilMs > nowMs) return queue.waitOn(entry, waitsUntilMs);
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
    if (faults.length > 0 && completed.size === 0) throw faults[0];
    return { completed, isReadable: complete && faults.length === 0 };
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
  const waits = runStatusOf(row.status) === "waiting";
  return { id: row.id, seq: row.seq, waitsUntilMs: waits ? (row.resume_at ?? undefined) : undefined };
}
