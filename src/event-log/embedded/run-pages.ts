/** Pages of runs, newest first. What the index does not hold (plan, error) is read from the journal. */
import type Database from "better-sqlite3";
import type { RunError } from "../event-log.ts";
import type { Page, RunQuery, RunRowView } from "../event-queries.ts";
import { readFactsUnread } from "../fact-json.ts";
import { decodeEvent } from "./event-record.ts";
import { resolutionOf, runStatusCode, runStatusOf, type RunRow } from "./projection-rows.ts";
import { beforeOf, cutPage, deadline, pageOf, type Steps } from "./query-page.ts";
import type { Sendable } from "./query-protocol.ts";
import { RECORD_EVENT, RECORD_FACTS } from "./record-format.ts";
import type { FoundRun, RowLookup } from "./row-lookup.ts";
import { matchesRun, RunFilter } from "./run-filter.ts";
import type { StoredJournal } from "./stored-journal.ts";

const STEP_ROWS = 200;

export class RunPages {
  readonly #filter: RunFilter;
  readonly #lookup: RowLookup;
  readonly #journal: StoredJournal;

  constructor(db: Database.Database, lookup: RowLookup, journal: StoredJournal) {
    this.#filter = new RunFilter(db);
    this.#lookup = lookup;
    this.#journal = journal;
  }

  *list(query: Sendable<RunQuery>): Steps<Page<RunRowView>> {
    const isOver = deadline(query.timeLimitMs);
    const rows = this.#filter.select(query, beforeOf(query.cursor));
    const found: { seq: number; item: RunRowView }[] = [];
    for (;;) {
      const seqs = rows.next(Math.min(STEP_ROWS, query.limit + 1));
      let last: FoundRun | undefined;
      for (const seq of seqs) {
        const run = this.#lookup.runAt(seq);
        last = run ?? last;
        const item = run !== undefined && matchesRun(run, query) ? this.#view(run) : undefined;
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

  #plan(row: RunRow): RunRowView["run"] | undefined {
    const record = this.#journal.record(row.queued_at);
    if (record?.type === RECORD_EVENT) return decodeEvent(record.meta).runs.find((run) => run.id === row.id);
    if (record === undefined) return undefined;
    for (const fact of readFactsUnread(record.meta)) {
      if (fact.type !== "run_queued" || fact.run.id !== row.id) continue;
      const { payloadJson: _payload, ...run } = fact.run;
      return run;
    }
    return undefined;
  }

  /** The error of the last try that failed. */
  #error(row: RunRow): RunError | undefined {
    for (const position of (JSON.parse(row.facts_at) as number[]).reverse()) {
      const record = this.#journal.record(position);
      if (record?.type !== RECORD_FACTS) continue;
      for (const fact of readFactsUnread(record.meta).toReversed()) {
        if (fact.type !== "run_ended" && fact.type !== "run_waiting") continue;
        if (fact.runId === row.id) return fact.error;
      }
    }
    return undefined;
  }
}
