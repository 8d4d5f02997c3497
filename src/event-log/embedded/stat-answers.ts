/** Numbers for charts, from the counts per minute. */
import type Database from "better-sqlite3";
import { percentilesOf } from "../duration-histogram.ts";
import type * as Queries from "../event-queries.ts";
import type { VerdictRecord } from "../../event/index.ts";
import type { RefusalReader } from "./refusal-reader.ts";
import { MINUTE_MS, type SeriesName } from "./stat-counts.ts";
import type { Steps } from "./query-page.ts";
import { TrafficTable } from "../traffic-table.ts";

interface SeriesRow {
  readonly id: number;
  readonly name: SeriesName;
  readonly node: string;
  readonly next: string;
}

interface CountRow {
  readonly minute: number;
  readonly bucket: number;
  readonly count: number;
}

export class StatAnswers {
  readonly #db: Database.Database;
  readonly #refusals: RefusalReader;

  constructor(db: Database.Database, refusals: RefusalReader) {
    this.#db = db;
    this.#refusals = refusals;
  }

  *traffic(query: Queries.TrafficQuery): Steps<readonly Queries.TrafficBucket[]> {
    const table = new TrafficTable(query);
    const series = this.#db.prepare<(string | null)[], SeriesRow>(
      "SELECT * FROM series WHERE (? IS NULL OR tenant = ?)",
    );
    const counts = this.#db.prepare<[number, number, number], CountRow>(
      "SELECT minute, bucket, count FROM stat WHERE series = ? AND minute >= ? AND minute < ?",
    );
    const [since, until] = minutes(table.sinceMs, table.untilMs);
    for (const { id, name } of series.all(query.tenant ?? null, query.tenant ?? null)) {
      for (const { minute, bucket, count } of counts.iterate(id, since, until)) {
        table.add(name, minute * MINUTE_MS, bucket, count);
      }
      yield;
    }
    for (const { minute, reason, count } of this.#refusals.counts(since, until, query.tenant)) {
      table.addRefused(minute * MINUTE_MS, reason, count);
    }
    return table.buckets();
  }

  *flowStats(query: Queries.FlowStatsQuery): Steps<Queries.FlowStats> {
    const series = this.#db
      .prepare<(string | null)[], SeriesRow>("SELECT * FROM series WHERE flow = ? AND (? IS NULL OR tenant = ?)")
      .all(query.flow, query.tenant ?? null, query.tenant ?? null);
    const sums = this.#db.prepare<[number, number, number], CountRow>(
      "SELECT 0 AS minute, bucket, sum(count) AS count FROM stat WHERE series = ? AND minute >= ? AND minute < ? GROUP BY bucket",
    );
    const [since, until] = minutes(query.sinceMs, query.untilMs);
    const tally = new FlowTally();
    for (const row of series) {
      for (const { bucket, count } of sums.all(row.id, since, until)) tally.add(row, bucket, count);
      yield;
    }
    return tally.stats();
  }

  sourceUse(): readonly Queries.SourceUse[] {
    const rows = this.#db.prepare<[], UseRow>(
      "SELECT tenant, event_type, verdict, events, last_received_at FROM event_kind WHERE events > 0 ORDER BY id",
    );
    const uses = new Map<string, Queries.SourceUse>();
    for (const row of rows.all()) {
      const verdict = JSON.parse(row.verdict) as VerdictRecord;
      if (verdict.status === "refused") continue;
      const keyName = verdict.status === "verified" ? verdict.keyName : undefined;
      const key = JSON.stringify([row.tenant, row.event_type, verdict.status, keyName]);
      const known = uses.get(key);
      uses.set(key, {
        tenant: row.tenant,
        eventType: row.event_type,
        verdict: verdict.status,
        ...(keyName !== undefined && { keyName }),
        count: (known?.count ?? 0) + row.events,
        lastReceivedAtMs: Math.max(known?.lastReceivedAtMs ?? 0, row.last_received_at),
      });
    }
    return [...uses.values()];
  }
}

interface UseRow {
  readonly tenant: string;
  readonly event_type: string;
  readonly verdict: string;
  readonly events: number;
  readonly last_received_at: number;
}

class FlowTally {
  readonly #runs = { succeeded: 0, failed: 0, durations: new Map<number, number>() };
  readonly #nodes = new Map<
    string,
    { succeeded: number; failed: number; durations: Map<number, number>; next: Map<string, number> }
  >();

  add({ name, node, next }: SeriesRow, bucket: number, count: number): void {
    if (name === "run-succeeded" || name === "run-failed") {
      this.#runs[name === "run-succeeded" ? "succeeded" : "failed"] += count;
      addTo(this.#runs.durations, bucket, count);
    }
    if (name !== "node-succeeded" && name !== "node-failed" && name !== "next") return;
    const known = this.#nodes.get(node) ?? { succeeded: 0, failed: 0, durations: new Map(), next: new Map() };
    this.#nodes.set(node, known);
    if (name === "next") return addTo(known.next, next, count);
    known[name === "node-succeeded" ? "succeeded" : "failed"] += count;
    addTo(known.durations, bucket, count);
  }

  stats(): Queries.FlowStats {
    const durations = percentilesOf(this.#runs.durations);
    return {
      runs: {
        succeeded: this.#runs.succeeded,
        failed: this.#runs.failed,
        ...(durations !== undefined && { durations }),
      },
      nodes: [...this.#nodes].map(([node, each]) => {
        const times = percentilesOf(each.durations);
        const { succeeded, failed } = each;
        // From entries: a node may be called `__proto__`.
        const next = Object.fromEntries(each.next);
        return { node, succeeded, failed, ...(times !== undefined && { durations: times }), next };
      }),
    };
  }
}

function addTo<K>(counts: Map<K, number>, key: K, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function minutes(sinceMs: number, untilMs: number): [number, number] {
  return [Math.floor(sinceMs / MINUTE_MS), Math.ceil(untilMs / MINUTE_MS)];
}
