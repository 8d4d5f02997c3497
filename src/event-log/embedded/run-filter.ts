/** Which runs a query is about, newest first: like `event-filter.ts`, by their kinds, status and an index over both. */
import type Database from "better-sqlite3";
import type { RunQuery } from "../event-queries.ts";
import { BlockRanges, type SeqRange } from "./block-ranges.ts";
import { runStatusCode, type RunRow } from "./projection-rows.ts";
import { MIXED_KIND, RUN_STATUSES } from "./projection-schema.ts";
import type { FoundRun } from "./row-lookup.ts";
import { MOST_STREAMS, seqPass, SeqMerge, type SeqSource } from "./seq-merge.ts";

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
    const range = this.#ranges.runs(criteria, before);
    const kinds = this.#kinds(criteria);
    const { status, resolved } = criteria;
    if (resolved !== undefined)
      return this.#merge(kinds, [`status = 4 AND (resolved IS NOT NULL) = ${+resolved}`], range);
    const statuses = status === undefined ? RUN_STATUSES.map((_, code) => code) : [runStatusCode(status)];
    if ((kinds.isWhole && status === undefined) || kinds.ids.length * statuses.length > MOST_STREAMS) {
      return this.#pass(range);
    }
    return this.#merge(
      kinds,
      statuses.map((code) => `status = ${code}`),
      range,
    );
  }

  #pass({ from, to }: SeqRange): SeqSource {
    const seqs = this.#db
      .prepare<[number, number, number], number>(
        "SELECT seq FROM run WHERE seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?",
      )
      .pluck();
    return seqPass((before, limit) => seqs.all(before, from, limit), to);
  }

  #merge({ ids }: MatchingKinds, conditions: readonly string[], { from, to }: SeqRange): SeqSource {
    const streams = conditions.flatMap((condition) => {
      const seqs = this.#db
        .prepare<number[], number>(
          `SELECT seq FROM run WHERE kind = ? AND ${condition} AND seq < ? AND seq >= ? ORDER BY seq DESC LIMIT ?`,
        )
        .pluck();
      return ids.map(
        (kind) =>
          (before: number, limit: number): readonly number[] =>
            seqs.all(kind, before, from, limit),
      );
    });
    return new SeqMerge(streams, to);
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
