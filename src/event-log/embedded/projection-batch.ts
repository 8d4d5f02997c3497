/**
 * One batch of the projection: records are applied to rows in memory, and each row that changed is written once, when
 * the batch is committed. A run that is queued, worked on and ended within one batch costs a single insert.
 */
import type { Fact, PlannedRun } from "../event-log.ts";
import { isOpen } from "../derive-status.ts";
import { decodeEvent, decodeFacts } from "./event-record.ts";
import {
  eventStatusCode,
  eventStatusOf,
  runStatusCode,
  runStatusOf,
  statusByCounts,
  type EventRow,
  type RunRow,
} from "./projection-rows.ts";
import type { ProjectionStore } from "./projection-store.ts";
import { RECORD_EVENT } from "./record-format.ts";
import type { ScannedRecord } from "./scan-segment.ts";

type RunFact = Exclude<Fact, { readonly type: "flow_stored" | "run_queued" | "answered" }>;

export class ProjectionBatch {
  readonly #store: ProjectionStore;
  readonly #newEvents = new Map<number, EventRow>();
  readonly #oldEvents = new Map<number, EventRow>();
  readonly #seqById = new Map<string, number>();
  readonly #newRuns = new Map<string, RunRow>();
  readonly #oldRuns = new Map<string, RunRow>();
  readonly #flows = new Map<string, number>();
  readonly #dedupe: { seq: number; fingerprint: number; receivedAtMs: number }[] = [];
  readonly #counts = new Map<string, number>();
  records = 0;

  constructor(store: ProjectionStore) {
    this.#store = store;
  }

  apply(record: ScannedRecord): void {
    this.records += 1;
    if (record.type === RECORD_EVENT) this.#applyEvent(record);
    else this.#applyFacts(record);
  }

  /** Writes all rows that changed. The caller holds the transaction. */
  flush(): void {
    for (const row of this.#newEvents.values()) this.#store.insertEvent(row);
    for (const row of this.#oldEvents.values()) this.#store.updateEvent(row);
    for (const row of this.#newRuns.values()) this.#store.insertRun(row);
    for (const row of this.#oldRuns.values()) this.#store.updateRun(row);
    for (const { seq, fingerprint, receivedAtMs } of this.#dedupe) {
      this.#store.insertDedupe(seq, fingerprint, receivedAtMs);
    }
    for (const [hash, position] of this.#flows) this.#store.upsertFlow(hash, position);
    for (const [name, change] of this.#counts) if (change !== 0) this.#store.addToCounter(name, change);
  }

  #applyEvent({ position, meta, bodyBytes }: ScannedRecord): void {
    const { envelope, runs, refusedBecause, duplicateOf, fingerprint } = decodeEvent(meta);
    if (this.#eventSeq(envelope.id) !== undefined) return;
    const stored = duplicateOf !== undefined ? "duplicate" : refusedBecause !== undefined ? "refused" : "unmatched";
    const row: EventRow = {
      seq: position,
      id: envelope.id,
      tenant: envelope.tenant,
      event_type: envelope.eventType,
      received_at: envelope.receivedAtMs,
      status: eventStatusCode(stored),
      verdict: JSON.stringify(envelope.verdict),
      provider_type: envelope.providerType ?? null,
      duplicate_of: duplicateOf ?? null,
      body_bytes: bodyBytes,
      runs: 0,
      open_runs: 0,
      failed_runs: 0,
      answered_at: null,
    };
    this.#newEvents.set(position, row);
    this.#seqById.set(envelope.id, position);
    this.#count(`event:${stored}`, 1);
    runs.forEach((run, index) => this.#queueRun(run, row, position, index));
    if (fingerprint !== undefined) {
      this.#dedupe.push({ seq: position, fingerprint, receivedAtMs: envelope.receivedAtMs });
    }
  }

  #applyFacts({ position, meta }: ScannedRecord): void {
    decodeFacts(meta).forEach((fact, index) => this.#applyFact(fact, position, index));
  }

  #applyFact(fact: Fact, position: number, index: number): void {
    switch (fact.type) {
      case "flow_stored":
        this.#flows.set(fact.hash, position);
        return;
      case "run_queued": {
        const event = this.#event(fact.run.eventId);
        if (event !== undefined) this.#queueRun(fact.run, event, position, index);
        return;
      }
      case "answered": {
        const event = this.#event(fact.eventId);
        if (event !== undefined) event.answered_at ??= position;
        return;
      }
      case "run_started":
      case "step_done":
      case "run_waiting":
      case "run_ended":
        this.#applyRunFact(fact, position);
        return;
      default:
        fact satisfies never;
    }
  }

  #queueRun(run: PlannedRun, event: EventRow, position: number, index: number): void {
    if (this.#run(run.id) !== undefined) return;
    this.#newRuns.set(run.id, {
      seq: position + index,
      id: run.id,
      event_seq: event.seq,
      queued_at: position,
      flow: run.flow,
      status: runStatusCode("queued"),
      resume_at: null,
      facts_at: "[]",
    });
    this.#count("run:queued", 1);
    event.runs += 1;
    event.open_runs += 1;
    this.#deriveEvent(event);
  }

  #applyRunFact(fact: RunFact, position: number): void {
    const run = this.#run(fact.runId);
    if (run === undefined || !isOpen(runStatusOf(run.status))) return;
    addPosition(run, position);
    run.resume_at = fact.type === "run_waiting" ? fact.resumeAtMs : fact.type === "step_done" ? run.resume_at : null;
    const status = fact.type === "run_ended" ? fact.status : fact.type === "run_waiting" ? "waiting" : "running";
    if (runStatusCode(status) === run.status) return;
    this.#count(`run:${runStatusOf(run.status)}`, -1);
    this.#count(`run:${status}`, 1);
    run.status = runStatusCode(status);
    if (fact.type === "run_ended") this.#endRun(run, fact.status);
  }

  #endRun(run: RunRow, status: "succeeded" | "failed"): void {
    const event = this.#eventAt(run.event_seq);
    if (event === undefined) return;
    event.open_runs -= 1;
    if (status === "failed") event.failed_runs += 1;
    this.#deriveEvent(event);
  }

  #deriveEvent(event: EventRow): void {
    const status = statusByCounts(event);
    if (status === event.status) return;
    this.#count(`event:${eventStatusOf(event.status)}`, -1);
    this.#count(`event:${eventStatusOf(status)}`, 1);
    event.status = status;
  }

  #eventSeq(id: string): number | undefined {
    return this.#seqById.get(id) ?? this.#store.eventSeq(id);
  }

  #event(id: string): EventRow | undefined {
    const seq = this.#eventSeq(id);
    return seq === undefined ? undefined : this.#eventAt(seq);
  }

  #eventAt(seq: number): EventRow | undefined {
    const known = this.#newEvents.get(seq) ?? this.#oldEvents.get(seq);
    if (known !== undefined) return known;
    const row = this.#store.eventAt(seq);
    if (row !== undefined) this.#oldEvents.set(seq, row);
    return row;
  }

  #run(id: string): RunRow | undefined {
    const known = this.#newRuns.get(id) ?? this.#oldRuns.get(id);
    if (known !== undefined) return known;
    const row = this.#store.runById(id);
    if (row !== undefined) this.#oldRuns.set(id, row);
    return row;
  }

  #count(name: string, change: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + change);
  }
}

function addPosition(run: RunRow, position: number): void {
  const text = String(position);
  if (run.facts_at === "[]") run.facts_at = `[${text}]`;
  else if (!run.facts_at.endsWith(`${text}]`)) run.facts_at = `${run.facts_at.slice(0, -1)},${text}]`;
}
