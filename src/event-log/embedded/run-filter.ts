/** Which runs a query is about, newest first: like `event-filter.ts`, by their kinds, status and an index over both. */
import type Database from "better-sqlite3";
import type { RunQuery } from "../event-queries.ts";
import { BlockRanges, type SeqRange } from "./block-ranges.ts";
import { runStatusCode, type RunRow } from "./projection-rows.ts";
import { MIXED_KIND, RUN_STATUSES } from "./projection-schema.ts";
import type { FoundRun } from "./row-lookup.ts";
import { MOST_STREAMS, seqPass, SeqMerge, type SeqSource, type SeqStream } from "./seq-merge.ts";

export type RunCriteria = Pick<
  RunQuery,
  "tenant" | "flow" | "eventType" | "status" | "resolved" | "sinceMs" | "untilMs"
>;

export class RunFilter {
  readonly #db: Database.Database;
  readonly #ranges: BlockRanges;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#ranges = new BlockRanges(db);
  }

  /** Row ids of runs before a row id that may match; `matchesRun` tells which do. */
  select(criteria: RunCriteria, before: number): SeqSource {
    const kinds = this.#kinds(criteria);
    const range = this.#ranges.runs(criteria, before);
    const { status, resolved } = criteria;
    if (resolved !== undefined) {
      return this.#merge(kinds.ids, [`status = 4 AND (resolved IS NOT NULL) = ${+resolved}`], criteria, range);
    }
    const statuses = status === undefined ? RUN_STATUSES.map((_, code) => code) : [runStatusCode(status)];
    if ((kinds.isWhole && status === undefined) || kinds.ids.length * statuses.length > MOST_STREAMS) {
      const seqs = this.#seqs("", criteria, range);
      return seqPass((less, limit) => seqs([], less, limit), range.to);
    }
    const conditions = statuses.map((code) => `status = ${code}`);
    return this.#merge(kinds.ids, conditions, criteria, range);
  }

  #merge(kinds: readonly number[], conditions: readonly string[], criteria: RunCriteria, range: SeqRange): SeqSource {
    const streams = conditions.flatMap((condition) => {
      const seqs = this.#seqs(`kind = ? AND ${condition} AND `, criteria, range);
      return kinds.map(
        (kind): SeqStream =>
          (less, limit) =>
            seqs([kind], less, limit),
      );
    });
    return new SeqMerge(streams, range.to);
  }

  /** Row ids under a condition; only where a time is asked for does the statement look at more than the index. */
  #seqs(condition: string, { sinceMs, untilMs }: RunCriteria, { from }: SeqRange): FilteredSeqs {
    const times = sinceMs === undefined && untilMs === undefined ? [] : [sinceMs ?? 0, untilMs ?? Number.MAX_VALUE];
    const query = this.#db
      .prepare<number[], number>(
        `SELECT seq FROM run WHERE ${condition}seq < ? AND seq >= ?
           ${times.length > 0 ? "AND created_at >= ? AND created_at < ?" : ""} ORDER BY seq DESC LIMIT ?`,
      )
      .pluck();
    return (values, less, limit) => query.all(...values, less, from, ...times, limit);
  }

  #kinds({ tenant, flow, eventType }: RunCriteria): MatchingKinds {
    const rows = this.#db.prepare<(string | null)[], number>(
      "SELECT id FROM run_kind WHERE (? IS NULL OR tenant = ?) AND (? IS NULL OR flow = ?) AND (? IS NULL OR event_type = ?)",
    );
    const values = [tenant ?? null, flow ?? null, eventType ?? null].flatMap((value) => [value, value]);
    const isWhole = [tenant, flow, eventType].every((value) => value === undefined);
    return { ids: [MIXED_KIND, ...rows.pluck().all(...values)], isWhole };
  }
}

type FilteredSeqs = (values: readonly number[], before: number, limit: number) => readonly number[];

interface MatchingKinds {
  readonly ids: readonly number[];
  readonly isWhole: boolean;
}

export function matchesRun({ row, kind }: FoundRun, criteria: RunCriteria): boolean {
  return (
    (criteria.status === undefined || row.status === runStatusCode(criteria.status)) &&
    (criteria.resolved === undefined || isResolved(row) === criteria.resolved) &&
    (criteria.tenant === undefined || kind.tenant === criteria.tenant) &&
    (criteria.flow === undefined || kind.flow === criteria.flow) &&
    (criteria.eventType === undefined || kind.eventType === criteria.eventType) &&
    (criteria.sinceMs === undefined || row.created_at >= criteria.sinceMs) &&
    (criteria.untilMs === undefined || row.created_at < criteria.untilMs)
  );
}

/** Undefined: it is no failed run, of which neither could be said. */
function isResolved(row: RunRow): boolean | undefined {
  return row.status === runStatusCode("failed") ? row.resolved !== null : undefined;
}
