/**
 * One batch of the projection: records are applied to rows in memory, and each row that changed is written once, when
 * the batch is committed. A run that is queued, worked on and ended within one batch costs a single insert.
 */
import type { AnyText } from "../../base/index.ts";
import { durationBucket } from "../duration-histogram.ts";
import type { Fact, PlannedRun, TrafficMinute } from "../event-log.ts";
import { isPacked } from "../text-match.ts";
import { BatchRows } from "./batch-rows.ts";
import { BatchRuns } from "./batch-runs.ts";
import { readFactsUnread } from "../fact-json.ts";
import { decodeEvent, type EventMeta } from "./event-record.ts";
import { fingerprintOf, scopedKey } from "./fingerprint.ts";
import { kindOfEvent, type EventKind } from "./kinds.ts";
import { eventStatusCode, type EventRow } from "./projection-rows.ts";
import { MIXED_KIND } from "./projection-schema.ts";
import type { ProjectionStore } from "./projection-store.ts";
import { RECORD_EVENT } from "./record-format.ts";
import type { ScannedRecord } from "./scan-segment.ts";

export class ProjectionBatch {
  readonly #store: ProjectionStore;
  readonly #rows: BatchRows;
  readonly #runs: BatchRuns;
  readonly #flows = new Map<string, number>();
  readonly #trafficFacts: { readonly position: number; readonly minuteMs: number }[] = [];
  readonly #dedupe: { seq: number; fingerprint: number; receivedAtMs: number }[] = [];
  records = 0;

  constructor(store: ProjectionStore) {
    this.#store = store;
    this.#rows = new BatchRows(store);
    this.#runs = new BatchRuns(store, this.#rows);
  }

  apply(record: ScannedRecord): void {
    this.records += 1;
    if (record.type === RECORD_EVENT) this.#applyEvent(record);
    else this.#applyFacts(record);
  }

  /** Writes all that changed. The caller holds the transaction. */
  flush(): void {
    this.#rows.flush();
    for (const { seq, fingerprint, receivedAtMs } of this.#dedupe) {
      this.#store.insertDedupe(seq, fingerprint, receivedAtMs);
    }
    for (const [hash, position] of this.#flows) this.#store.upsertFlow(hash, position);
    for (const { position, minuteMs } of this.#trafficFacts) this.#store.insertTrafficFact(position, minuteMs);
    this.#store.flush();
  }

  #applyEvent({ position, meta, bodyBytes }: ScannedRecord): void {
    const decoded = decodeEvent(meta);
    const { envelope, runs, fingerprint } = decoded;
    if (this.#rows.eventSeq(envelope.id) !== undefined) return;
    const row = this.#newEvent(decoded, position, bodyBytes);
    this.#rows.addEvent(row);
    this.#store.blocks.add(position, envelope.receivedAtMs, row.delivery_id, runs[0]?.createdAtMs);
    for (let index = 0; index < runs.length; index++) this.#runs.queue(runs[index]!, row, envelope, position, index);
    this.#countEvent(decoded, row);
    if (fingerprint !== undefined && envelope.dedupe !== undefined) {
      // Made anew: the one in the record is of the version that wrote it.
      const ofToday = fingerprintOf(scopedKey(envelope, envelope.dedupe.value));
      this.#dedupe.push({ seq: position, fingerprint: ofToday, receivedAtMs: envelope.receivedAtMs });
    }
  }

  #newEvent({ envelope, runs, refusedBecause, duplicateOf }: EventMeta, seq: number, bodyBytes: number): EventRow {
    const stored = duplicateOf !== undefined ? "duplicate" : refusedBecause !== undefined ? "refused" : "unmatched";
    this.#rows.count(`event:${stored}`, 1);
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
      resolved_runs: 0,
      answered_at: null,
      answer_status: null,
      answer_by: null,
      answer_ms: null,
      own: id === MIXED_KIND ? JSON.stringify(kind) : null,
      packed: bodyBytes > 0 && isPacked(envelope.headers) ? 1 : 0,
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
    readFactsUnread(meta).forEach((fact, index) => this.#applyFact(fact, position, index));
  }

  #applyFact(fact: Fact<AnyText>, position: number, index: number): void {
    switch (fact.type) {
      case "flow_stored":
        this.#flows.set(fact.hash, position);
        return;
      case "run_queued": {
        const event = this.#rows.event(fact.run.eventId);
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
        this.#runs.apply(fact, position);
        return;
      case "traffic_minute":
        this.#applyMinute(fact, position);
        return;
      default:
        // Written by a newer version that calls itself compatible.
        fact satisfies never;
    }
  }

  #applyMinute({ minuteMs, tenants, sample }: TrafficMinute, position: number): void {
    this.#trafficFacts.push({ position, minuteMs });
    if (sample !== undefined) this.#store.gauges.add(minuteMs, sample);
    for (const { tenant, acknowledgements } of tenants) {
      for (const [mostMs, count] of acknowledgements) {
        const bucket = durationBucket(mostMs);
        this.#store.stats.count("acknowledgement", tenant, minuteMs, bucket, "", "", "", count);
      }
    }
  }

  #answer(fact: Extract<Fact<AnyText>, { readonly type: "answered" }>, position: number): void {
    const event = this.#rows.event(fact.eventId);
    if (event === undefined || event.answered_at !== null) return;
    event.answered_at = position;
    event.answer_status = fact.answer.status;
    event.answer_by = fact.answer.by;
    event.answer_ms = fact.answer.durationMs;
  }

  /** A replay or an async child: its flow may be one that the event had no run of. */
  #queueLater(run: PlannedRun<unknown>, event: EventRow, position: number, index: number): void {
    const kind = this.#kindOf(event);
    if (kind === undefined || this.#rows.run(run.id) !== undefined) return;
    if (!kind.flows.includes(run.flow)) {
      const wider: EventKind = { ...kind, flows: [...kind.flows, run.flow].sort() };
      const { eventKinds } = this.#store;
      eventKinds.count(event.kind, -1, 0);
      event.kind = eventKinds.idOf(wider);
      event.own = event.kind === MIXED_KIND ? JSON.stringify(wider) : null;
      eventKinds.count(event.kind, 1, event.received_at);
    }
    this.#runs.queue(run, event, kind, position, index);
  }

  #kindOf(event: EventRow): EventKind | undefined {
    return event.own === null ? this.#store.eventKinds.get(event.kind) : (JSON.parse(event.own) as EventKind);
  }
}

function flowsOf(runs: readonly PlannedRun[]): readonly string[] {
  if (runs.length < 2) return runs.map((run) => run.flow);
  return [...new Set(runs.map((run) => run.flow))].sort();
}
