/** Pages of runs, newest first. What the index does not hold (plan, error) is read from the journal. */
import type Database from "better-sqlite3";
import type { PlannedRun, RunError } from "../event-log.ts";
import type { Page, RunQuery, RunRowView } from "../event-queries.ts";
import { decodeEvent, decodeFacts } from "./event-record.ts";
import { MIXED_KIND } from "./projection-schema.ts";
import { resolutionOf, runStatusCode, runStatusOf, type RunRow } from "./projection-rows.ts";
import { beforeOf, cutPage, deadline, pageOf, type Steps } from "./query-page.ts";
import type { Sendable } from "./query-protocol.ts";
import { RECORD_EVENT, RECORD_FACTS } from "./record-format.ts";
import type { FoundRun, RowLookup } from "./row-lookup.ts";
import { SeqMerge, type SeqSource } from "./seq-merge.ts";
import type { StoredJournal } from "./stored-journal.ts";

const STEP_ROWS = 200;
/** A run may be queued a little before the block of events begins that tells its time. */
const SLACK_MS = 60_000;

export class RunPages {
  readonly #db: Database.Database;
  readonly #lookup: RowLookup;
  readonly #journal: StoredJournal;

  constructor(db: Database.Database, lookup: RowLookup, journal: StoredJournal) {
    this.#db = db;
    this.#lookup = lookup;
    this.#journal = journal;
  }

  *list(query: Sendable<RunQuery>): Steps<Page<RunRowView>> {
    const isOver = deadline(query.timeLimitMs);
    const rows = this.#select(query);
    const found: { seq: number; item: RunRowView }[] = [];
    for (;;) {
      const seqs = rows.next(Math.min(STEP_ROWS, query.limit + 1));
      let last: FoundRun | undefined;
      for (const seq of seqs) {
        const run = this.#lookup.runAt(seq);
        last = run ?? last;
        const item = run !== undefined && matches(run, query) ? this.#view(run) : undefined;
        if (item === undefined) continue;
        found.push({ seq, item });
        if (found.length > query.limit) return pageOf(found, query.limit);
      }
      if (last === undefined) return pageOf(found, query.limit);
      if (isOver()) return cutPage(found, seqs.at(-1) ?? 0, last.row.created_at);
      yield;
    }
  }

  byIds(ids: readonly string[]): readonly RunRowView[] {
    return ids.flatMap((id) => {
      const run = this.#lookup.runById(id);
      const view = run && this.#view(run);
      return view === undefined ? [] : [view];
    });
  }

  #select(query: Sendable<RunQuery>): SeqSource {
    const before = beforeOf(query.cursor);
    const from = this.#from(query.sinceMs);
    const { status, resolved } = query;
    if (status === "queued" || status === "running" || status === "waiting") {
      return this.#merge(["status < 3"], [undefined], before, from);
    }
    const ids = this.#kinds(query);
    const ofFailed = status === "failed" || resolved !== undefined;
    if (!ofFailed) return this.#merge(["1"], ids ?? [undefined], before, from);
    const wanted = resolved === undefined ? [0, 1] : [Number(resolved)];
    const conditions = wanted.map((isResolved) => `status = 4 AND (resolved IS NOT NULL) = ${isResolved}`);
    return this.#merge(conditions, ids ?? this.#allKinds(), before, from);
  }

  #merge(
    conditions: readonly string[],
    kinds: readonly (number | undefined)[],
    before: number,
    from: number,
  ): SeqSource {
    const ofKind = kinds[0] === undefined ? "" : "kind = ? AND ";
    const streams = conditions.flatMap((condition) => {
      const seqs = this.#db
        .prepare<number[], number>(
          `SELECT seq FROM run WHERE ${ofKind}${condition} AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?`,
        )
        .pluck();
      return kinds.map(
        (kind) =>
          (less: number, limit: number): readonly number[] =>
            kind === undefined ? seqs.all(less, from, limit) : seqs.all(kind, less, from, limit),
      );
    });
    return new SeqMerge(streams, before);
  }

  /** The kinds that match; undefined: all of them. */
  #kinds({ tenant, flow, eventType }: Sendable<RunQuery>): readonly number[] | undefined {
    if (tenant === undefined && flow === undefined && eventType === undefined) return undefined;
    const rows = this.#db.prepare<(string | null)[], number>(
      "SELECT id FROM run_kind WHERE (? IS NULL OR tenant = ?) AND (? IS NULL OR flow = ?) AND (? IS NULL OR event_type = ?)",
    );
    const values = [tenant ?? null, flow ?? null, eventType ?? null].flatMap((value) => [value, value]);
    return [MIXED_KIND, ...rows.pluck().all(...values)];
  }

  #allKinds(): readonly number[] {
    return [MIXED_KIND, ...this.#db.prepare<[], number>("SELECT id FROM run_kind").pluck().all()];
  }

  /** Row ids of runs that were created since a time are not less. */
  #from(sinceMs: number | undefined): number {
    if (sinceMs === undefined) return 0;
    const first = this.#db.prepare<[number], number | null>(
      "SELECT min(first_seq) FROM event_block WHERE last_at >= ?",
    );
    const last = this.#db.prepare<[], number | null>("SELECT max(last_seq) FROM event_block");
    return first.pluck().get(sinceMs - SLACK_MS) ?? last.pluck().get() ?? 0;
  }

  #view({ row, kind }: FoundRun): RunRowView | undefined {
    const run = this.#plan(row);
    if (run === undefined) return undefined;
    const error = row.status === runStatusCode("succeeded") ? undefined : this.#error(row);
    return {
      run,
      eventType: kind.eventType,
      status: runStatusOf(row.status),
      attempts: row.attempts,
      ...(error !== undefined && { error }),
      ...(row.started_at !== null && { startedAtMs: row.started_at }),
      ...(row.ended_at !== null && { endedAtMs: row.ended_at }),
      ...(row.resume_at !== null && { resumeAtMs: row.resume_at }),
      ...resolutionOf(row),
    };
  }

  #plan(row: RunRow): PlannedRun | undefined {
    const record = this.#journal.record(row.queued_at);
    if (record?.type === RECORD_EVENT) return decodeEvent(record.meta).runs.find((run) => run.id === row.id);
    if (record === undefined) return undefined;
    for (const fact of decodeFacts(record.meta)) {
      if (fact.type === "run_queued" && fact.run.id === row.id) return fact.run;
    }
    return undefined;
  }

  /** The error of the last try that failed. */
  #error(row: RunRow): RunError | undefined {
    for (const position of (JSON.parse(row.facts_at) as number[]).reverse()) {
      const record = this.#journal.record(position);
      if (record?.type !== RECORD_FACTS) continue;
      for (const fact of decodeFacts(record.meta).toReversed()) {
        if (fact.type !== "run_ended" && fact.type !== "run_waiting") continue;
        if (fact.runId === row.id) return fact.error;
      }
    }
    return undefined;
  }
}

function matches({ row, kind }: FoundRun, query: Sendable<RunQuery>): boolean {
  return (
    (query.status === undefined || row.status === runStatusCode(query.status)) &&
    (query.resolved === undefined || isResolved(row) === query.resolved) &&
    (query.tenant === undefined || kind.tenant === query.tenant) &&
    (query.flow === undefined || kind.flow === query.flow) &&
    (query.eventType === undefined || kind.eventType === query.eventType) &&
    (query.sinceMs === undefined || row.created_at >= query.sinceMs) &&
    (query.untilMs === undefined || row.created_at < query.untilMs)
  );
}

/** Undefined: it is no failed run, of which neither could be said. */
function isResolved(row: RunRow): boolean | undefined {
  return row.status === runStatusCode("failed") ? row.resolved !== null : undefined;
}
