/**
 * One batch of the projection: records are applied to rows in memory, and each row that changed is written once, when
 * the batch is committed. A run that is queued, worked on and ended within one batch costs a single insert.
 */
import type { Fact, PlannedRun, RunFact, StepDone } from "../event-log.ts";
import { isOpen } from "../derive-status.ts";
import { durationBucket } from "../duration-histogram.ts";
import { decodeEvent, decodeFacts, type EventMeta } from "./event-record.ts";
import { kindOfEvent, type EventKind, type RunKind } from "./kinds.ts";
import {
  eventStatusCode,
  eventStatusOf,
  runStatusCode,
  runStatusOf,
  statusByCounts,
  type EventRow,
  type RunRow,
} from "./projection-rows.ts";
import { MIXED_KIND } from "./projection-schema.ts";
import type { ProjectionStore } from "./projection-store.ts";
import { RECORD_EVENT } from "./record-format.ts";
import type { ScannedRecord } from "./scan-segment.ts";

export class ProjectionBatch {
  readonly #store: ProjectionStore;
  readonly #newEvents = new Map<number, EventRow>();
  readonly #oldEvents = new Map<number, EventRow>();
  readonly #seqById = new Map<string, number>();
  readonly #newRuns = new Map<string, RunRow>();
  readonly #oldRuns = new Map<string, RunRow>();
  readonly #flows = new Map<string, number>();
  readonly #trafficFacts: { readonly position: number; readonly minuteMs: number }[] = [];
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
    for (const { position, minuteMs } of this.#trafficFacts) this.#store.insertTrafficFact(position, minuteMs);
    for (const [name, change] of this.#counts) if (change !== 0) this.#store.addToCounter(name, change);
    this.#store.flush();
  }

  #applyEvent({ position, meta, bodyBytes }: ScannedRecord): void {
    const decoded = decodeEvent(meta);
    const { envelope, runs, fingerprint } = decoded;
    if (this.#eventSeq(envelope.id) !== undefined) return;
    const row = this.#newEvent(decoded, position, bodyBytes);
    this.#newEvents.set(position, row);
    this.#seqById.set(envelope.id, position);
    this.#store.blocks.add(position, envelope.receivedAtMs, row.delivery_id);
    for (let index = 0; index < runs.length; index++) this.#queueRun(runs[index]!, row, envelope, position, index);
    this.#countEvent(decoded, row);
    if (fingerprint !== undefined) {
      this.#dedupe.push({ seq: position, fingerprint, receivedAtMs: envelope.receivedAtMs });
    }
  }

  #newEvent({ envelope, runs, refusedBecause, duplicateOf }: EventMeta, seq: number, bodyBytes: number): EventRow {
    const stored = duplicateOf !== undefined ? "duplicate" : refusedBecause !== undefined ? "refused" : "unmatched";
    this.#count(`event:${stored}`, 1);
    const kind = kindOfEvent(envelope, flowsOf(runs));
    const id = this.#store.eventKinds.idOf(kind);
    this.#store.eventKinds.count(id, 1, envelope.receivedAtMs);
    return {
      seq,
      id: envelope.id,
      kind: id,
      received_at: envelope.receivedAtMs,
      status: eventStatusCode(stored),
      duplicate_of: duplicateOf ?? null,
      delivery_id: envelope.dedupe?.value ?? null,
      body_bytes: bodyBytes,
      runs: 0,
      open_runs: 0,
      failed_runs: 0,
      answered_at: null,
      answer_status: null,
      answer_by: null,
      answer_ms: null,
      own: id === MIXED_KIND ? JSON.stringify(kind) : null,
    };
  }

  #countEvent({ envelope, refusedBecause, duplicateOf }: EventMeta, row: EventRow): void {
    const { stats } = this.#store;
    const { tenant, receivedAtMs, verdict } = envelope;
    if (refusedBecause !== undefined) return stats.count("refused", tenant, receivedAtMs);
    stats.count(verdict.status === "verified" ? "verified" : "unsigned", tenant, receivedAtMs);
    if (duplicateOf !== undefined) stats.count("duplicates", tenant, receivedAtMs);
    else if (row.runs === 0) stats.count("unmatched", tenant, receivedAtMs);
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
        if (event !== undefined) this.#queueLater(fact.run, event, position, index);
        return;
      }
      case "answered":
        this.#answer(fact, position);
        return;
      case "run_started":
      case "step_done":
      case "run_waiting":
      case "run_ended":
        this.#applyRunFact(fact, position);
        return;
      case "traffic_minute":
        this.#trafficFacts.push({ position, minuteMs: fact.minuteMs });
        for (const { tenant, acknowledgements } of fact.tenants) {
          for (const [mostMs, count] of acknowledgements) {
            const bucket = durationBucket(mostMs);
            this.#store.stats.count("acknowledgement", tenant, fact.minuteMs, bucket, "", "", "", count);
          }
        }
        return;
      default:
        // Written by a newer version that calls itself compatible.
        fact satisfies never;
    }
  }

  #answer(fact: Extract<Fact, { readonly type: "answered" }>, position: number): void {
    const event = this.#event(fact.eventId);
    if (event === undefined || event.answered_at !== null) return;
    event.answered_at = position;
    event.answer_status = fact.answer.status;
    event.answer_by = fact.answer.by;
    event.answer_ms = fact.answer.durationMs;
  }

  /** A replay or an async child: its flow may be one that the event had no run of. */
  #queueLater(run: PlannedRun, event: EventRow, position: number, index: number): void {
    const kind = this.#kindOf(event);
    if (kind === undefined || this.#run(run.id) !== undefined) return;
    if (!kind.flows.includes(run.flow)) {
      const wider: EventKind = { ...kind, flows: [...kind.flows, run.flow].sort() };
      const { eventKinds } = this.#store;
      eventKinds.count(event.kind, -1, 0);
      event.kind = eventKinds.idOf(wider);
      event.own = event.kind === MIXED_KIND ? JSON.stringify(wider) : null;
      eventKinds.count(event.kind, 1, event.received_at);
    }
    this.#queueRun(run, event, kind, position, index);
  }

  #queueRun(
    run: PlannedRun,
    event: EventRow,
    { tenant, eventType }: Pick<EventKind, "tenant" | "eventType">,
    position: number,
    index: number,
  ): void {
    if (this.#run(run.id) !== undefined) return;
    const kind: RunKind = { tenant, eventType, flow: run.flow };
    const id = this.#store.runKinds.idOf(kind);
    this.#store.runKinds.count(id, 1, 0);
    this.#newRuns.set(run.id, {
      seq: position + index,
      id: run.id,
      event_seq: event.seq,
      queued_at: position,
      kind: id,
      created_at: run.createdAtMs,
      status: runStatusCode("queued"),
      attempts: 0,
      started_at: null,
      ended_at: null,
      resume_at: null,
      facts_at: "[]",
      own: id === MIXED_KIND ? JSON.stringify(kind) : null,
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
    if (fact.type === "step_done") this.#countStep(run, fact);
    if (fact.type === "run_started") {
      run.attempts = Math.max(run.attempts + 1, fact.attempt);
      run.started_at ??= fact.atMs;
    }
    const status = fact.type === "run_ended" ? fact.status : fact.type === "run_waiting" ? "waiting" : "running";
    if (runStatusCode(status) === run.status) return;
    this.#count(`run:${runStatusOf(run.status)}`, -1);
    this.#count(`run:${status}`, 1);
    run.status = runStatusCode(status);
    if (fact.type === "run_ended") this.#endRun(run, fact.status, fact.atMs);
  }

  #countStep(run: RunRow, step: StepDone): void {
    const kind = this.#runKind(run);
    const { stats } = this.#store;
    const { node, startedAtMs: atMs } = step;
    const name = step.status === "succeeded" ? "node-succeeded" : "node-failed";
    stats.count(name, kind.tenant, atMs, durationBucket(step.durationMs), kind.flow, node);
    // A failed step without a way on is tried again, or ends the run as failed: neither is an end of the flow's way.
    if (step.status === "succeeded" || step.next !== undefined) {
      stats.count("next", kind.tenant, atMs, 0, kind.flow, node, step.next ?? "");
    }
  }

  #endRun(run: RunRow, status: "succeeded" | "failed", atMs: number): void {
    run.ended_at = atMs;
    const { tenant, flow } = this.#runKind(run);
    const bucket = durationBucket(Math.max(0, atMs - (run.started_at ?? atMs)));
    this.#store.stats.count(status === "succeeded" ? "run-succeeded" : "run-failed", tenant, atMs, bucket, flow);
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

  #kindOf(event: EventRow): EventKind | undefined {
    return event.own === null ? this.#store.eventKinds.get(event.kind) : (JSON.parse(event.own) as EventKind);
  }

  #runKind(run: RunRow): RunKind {
    const own = run.own === null ? this.#store.runKinds.get(run.kind) : (JSON.parse(run.own) as RunKind);
    return own ?? { tenant: "", eventType: "", flow: "" };
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

function flowsOf(runs: readonly PlannedRun[]): readonly string[] {
  if (runs.length < 2) return runs.map((run) => run.flow);
  return [...new Set(runs.map((run) => run.flow))].sort();
}

function addPosition(run: RunRow, position: number): void {
  const text = String(position);
  if (run.facts_at === "[]") run.facts_at = `[${text}]`;
  else if (!run.facts_at.endsWith(`${text}]`)) run.facts_at = `${run.facts_at.slice(0, -1)},${text}]`;
}
