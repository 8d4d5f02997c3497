/** The rows of one batch of the projection, in memory: each that changed is written once, when the batch is committed. */
import { eventStatusOf, runStatusCode, statusByCounts, type EventRow, type RunRow } from "./projection-rows.ts";
import type { ProjectionStore } from "./projection-store.ts";

export class BatchRows {
  readonly #store: ProjectionStore;
  readonly #newEvents = new Map<number, EventRow>();
  readonly #oldEvents = new Map<number, EventRow>();
  readonly #seqById = new Map<string, number>();
  readonly #newRuns = new Map<string, RunRow>();
  readonly #oldRuns = new Map<string, RunRow>();
  readonly #failed = new Map<number, Set<string>>();
  readonly #counts = new Map<string, number>();

  constructor(store: ProjectionStore) {
    this.#store = store;
  }

  addEvent(row: EventRow): void {
    this.#newEvents.set(row.seq, row);
    this.#seqById.set(row.id, row.seq);
  }

  addRun(row: RunRow): void {
    this.#newRuns.set(row.id, row);
  }

  eventSeq(id: string): number | undefined {
    return this.#seqById.get(id) ?? this.#store.eventSeq(id);
  }

  event(id: string): EventRow | undefined {
    const seq = this.eventSeq(id);
    return seq === undefined ? undefined : this.eventAt(seq);
  }

  eventAt(seq: number): EventRow | undefined {
    const known = this.#newEvents.get(seq) ?? this.#oldEvents.get(seq);
    if (known !== undefined) return known;
    const row = this.#store.eventAt(seq);
    if (row !== undefined) this.#oldEvents.set(seq, row);
    return row;
  }

  run(id: string): RunRow | undefined {
    const known = this.#newRuns.get(id) ?? this.#oldRuns.get(id);
    if (known !== undefined) return known;
    const row = this.#store.runById(id);
    if (row !== undefined) this.#oldRuns.set(id, row);
    return row;
  }

  /** Remembers that a run has failed in this batch. */
  noteFailed(run: RunRow): void {
    const ids = this.#failed.get(run.event_seq) ?? new Set();
    this.#failed.set(run.event_seq, ids.add(run.id));
  }

  /** The failed runs of an event for which nobody has done the work yet, in the order in which they were queued. */
  unresolvedRuns(event: EventRow): readonly RunRow[] {
    const ids = new Set([...this.#store.failedRunsOf(event), ...(this.#failed.get(event.seq) ?? [])]);
    return [...ids]
      .flatMap((id) => this.run(id) ?? [])
      .filter((run) => run.status === runStatusCode("failed") && run.resolved === null)
      .sort((a, b) => a.seq - b.seq);
  }

  /** Brings an event's status up to its counts of runs. */
  deriveEvent(event: EventRow): void {
    const status = statusByCounts(event);
    if (status === event.status) return;
    this.count(`event:${eventStatusOf(event.status)}`, -1);
    this.count(`event:${eventStatusOf(status)}`, 1);
    event.status = status;
  }

  /** Changes one of the counters of events and runs by status. */
  count(name: string, change: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + change);
  }

  /** Writes all rows that changed. The caller holds the transaction. */
  flush(): void {
    for (const row of this.#newEvents.values()) this.#store.insertEvent(row);
    for (const row of this.#oldEvents.values()) this.#store.updateEvent(row);
    for (const row of this.#newRuns.values()) this.#store.insertRun(row);
    for (const row of this.#oldRuns.values()) this.#store.updateRun(row);
    for (const [name, change] of this.#counts) if (change !== 0) this.#store.addToCounter(name, change);
  }
}
