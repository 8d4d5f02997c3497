/**
 * Which events a query is about, newest first: the kinds that match are picked from their table, and the newest rows of
 * each kind and status are merged by the index over both. So a filter for what is rare, or was never there, costs as
 * little as one for what is common.
 */
import type Database from "better-sqlite3";
import type { EventQuery } from "../event-queries.ts";
import { BlockRanges } from "./block-ranges.ts";
import { deliveryHash } from "./event-blocks.ts";
import { eventKindOf, type EventKind, type EventKindRow } from "./kinds.ts";
import { eventCodes, type EventRow } from "./projection-rows.ts";
import { MIXED_KIND } from "./projection-schema.ts";
import { MOST_STREAMS, SeqMerge, seqPass, type SeqSource } from "./seq-merge.ts";

export type EventCriteria = Pick<
  EventQuery,
  | "tenant"
  | "eventType"
  | "providerType"
  | "status"
  | "resolved"
  | "verdict"
  | "flow"
  | "deliveryId"
  | "sinceMs"
  | "untilMs"
>;

/** A row with its kind. */
export interface FoundEvent {
  readonly row: EventRow;
  readonly kind: EventKind;
}

export class EventFilter {
  readonly #db: Database.Database;
  readonly #ranges: BlockRanges;
  readonly #eventAt: Database.Statement<[number], EventRow>;
  /** Another one: the index was written since, and a new state of it is read. */
  readonly #version: Database.Statement<[], number>;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#ranges = new BlockRanges(db);
    this.#eventAt = db.prepare("SELECT * FROM event WHERE seq = ?");
    this.#version = db.prepare<[], number>("PRAGMA data_version").pluck();
  }

  /** Prepares a pass over the matching events before a row id. */
  select(criteria: EventCriteria, beforeSeq: number): EventSelection {
    const { from, to } = this.#ranges.events(criteria, beforeSeq);
    let version = this.#version.get();
    let kinds = this.#kinds(criteria);
    const { counts } = kinds;
    let source = this.#source(criteria, kinds, from, to);
    let before = to;
    const next = (count: number): readonly number[] => {
      const now = this.#version.get();
      if (now !== version) {
        // An event may have gone meanwhile from a status or kind that is still to be asked for to one that was.
        version = now;
        kinds = this.#kinds(criteria);
        source = this.#source(criteria, kinds, from, before);
      }
      const seqs = source.next(count);
      before = seqs.at(-1) ?? before;
      return seqs;
    };
    const get = (seq: number): FoundEvent | undefined => {
      const row = this.#eventAt.get(seq);
      if (row === undefined) return undefined;
      if (row.own === null && !kinds.all.has(row.kind)) kinds = this.#kinds(criteria);
      const kind = row.own === null ? kinds.all.get(row.kind) : (JSON.parse(row.own) as EventKind);
      return kind !== undefined && matchesRow(row, kind, criteria) ? { row, kind } : undefined;
    };
    return { next, get, from, to, ...counts };
  }

  #kinds(criteria: EventCriteria): MatchingKinds {
    const all = new Map<number, EventKind>();
    const ids: number[] = [];
    let matching = 0;
    let total = 0;
    for (const row of this.#db.prepare<[], EventKindRow & { events: number }>("SELECT * FROM event_kind").all()) {
      const kind = eventKindOf(row);
      all.set(row.id, kind);
      total += row.events;
      if (row.events <= 0 || !matchesKind(kind, criteria)) continue;
      ids.push(row.id);
      matching += row.events;
    }
    const mixed = this.#db.prepare("SELECT 1 FROM event WHERE kind = ? LIMIT 1").get(MIXED_KIND) !== undefined;
    if (mixed) ids.push(MIXED_KIND);
    return { all, ids, counts: { matching, total, isWhole: !mixed && ids.length === all.size } };
  }

  #source(criteria: EventCriteria, kinds: MatchingKinds, from: number, to: number): SeqSource {
    if (criteria.deliveryId !== undefined) return listed(this.#delivered(criteria.deliveryId, from, to));
    const statuses = eventCodes(criteria);
    const everything = kinds.counts.isWhole && criteria.status === undefined && criteria.resolved === undefined;
    const passes = everything || kinds.ids.length * statuses.length > MOST_STREAMS;
    // Only where a time is asked for does the statement look at more than the index.
    const { sinceMs, untilMs } = criteria;
    const times = sinceMs === undefined && untilMs === undefined ? [] : [sinceMs ?? 0, untilMs ?? Number.MAX_VALUE];
    const seqs = this.#db
      .prepare<number[], number>(
        `SELECT seq FROM event WHERE ${passes ? "" : "kind = ? AND status = ? AND "}seq < ? AND seq >= ?
           ${times.length > 0 ? "AND received_at >= ? AND received_at < ?" : ""} ORDER BY seq DESC LIMIT ?`,
      )
      .pluck();
    if (passes) return seqPass((before, count) => seqs.all(before, from, ...times, count), to);
    return new SeqMerge(
      kinds.ids.flatMap((kind) =>
        statuses.map(
          (status) =>
            (before: number, limit: number): readonly number[] =>
              seqs.all(kind, status, before, from, ...times, limit),
        ),
      ),
      to,
    );
  }

  #delivered(deliveryId: string, from: number, to: number): number[] {
    const hash = deliveryHash(deliveryId);
    const inRange = this.#db
      .prepare<[number, number, string, number, number], number>(
        "SELECT seq FROM event WHERE seq >= ? AND seq <= ? AND delivery_id = ? AND seq >= ? AND seq < ?",
      )
      .pluck();
    const blocks = this.#db.prepare<[number, number], BlockRow>(
      "SELECT * FROM event_block WHERE last_seq >= ? AND first_seq < ? ORDER BY last_seq",
    );
    const found: number[] = [];
    for (const { first_seq, last_seq, deliveries } of blocks.iterate(from, to)) {
      const hashes = new Uint32Array(Uint8Array.from(deliveries).buffer);
      if (hashes.includes(hash)) found.push(...inRange.all(first_seq, last_seq, deliveryId, from, to));
    }
    const last = this.#db.prepare<[], number | null>("SELECT max(last_seq) FROM event_block").pluck().get() ?? -1;
    found.push(...inRange.all(last + 1, Number.MAX_SAFE_INTEGER, deliveryId, from, to));
    return found.sort((a, b) => b - a);
  }
}

export interface EventSelection extends SeqSource {
  /** The event of a row id, when it matches. */
  readonly get: (seq: number) => FoundEvent | undefined;
  /** Row ids lie in `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** Events of the kinds that match, and all events. */
  readonly matching: number;
  readonly total: number;
}

interface MatchingKinds {
  readonly all: ReadonlyMap<number, EventKind>;
  readonly ids: readonly number[];
  readonly counts: { readonly matching: number; readonly total: number; readonly isWhole: boolean };
}

interface BlockRow {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly deliveries: Buffer;
}

function listed(seqs: number[]): SeqSource {
  return { next: (count) => seqs.splice(0, count) };
}

function matchesKind(kind: EventKind, criteria: EventCriteria): boolean {
  return (
    (criteria.tenant === undefined || kind.tenant === criteria.tenant) &&
    (criteria.eventType === undefined || kind.eventType === criteria.eventType) &&
    (criteria.providerType === undefined || kind.providerType === criteria.providerType) &&
    (criteria.flow === undefined || kind.flows.includes(criteria.flow)) &&
    (criteria.verdict === undefined || (JSON.parse(kind.verdict) as { status: string }).status === criteria.verdict)
  );
}

function matchesRow(row: EventRow, kind: EventKind, criteria: EventCriteria): boolean {
  return (
    eventCodes(criteria).includes(row.status) &&
    (criteria.sinceMs === undefined || row.received_at >= criteria.sinceMs) &&
    (criteria.untilMs === undefined || row.received_at < criteria.untilMs) &&
    (criteria.deliveryId === undefined || row.delivery_id === criteria.deliveryId) &&
    matchesKind(kind, criteria)
  );
}
