/** Numbers for charts, from the counts per minute; whole hours come from those per hour. */
import type Database from "better-sqlite3";
import { percentilesOf } from "../duration-histogram.ts";
import type { GaugeSample } from "../event-log.ts";
import type * as Queries from "../event-queries.ts";
import type { RefusalReader } from "./refusal-reader.ts";
import type { GaugeRow } from "./gauge-samples.ts";
import { HOUR_MS, MINUTE_MS, MINUTES_PER_HOUR, type SeriesName } from "./stat-counts.ts";
import type { Steps } from "./query-page.ts";
import { TrafficTable } from "../traffic-table.ts";

/** What is counted by, and where it stands. */
interface Span {
  readonly name: "minute" | "hour";
  readonly ms: number;
  readonly counts: string;
  readonly samples: string;
}

const MINUTES: Span = { name: "minute", ms: MINUTE_MS, counts: "stat", samples: "gauge" };
const HOURS: Span = { name: "hour", ms: HOUR_MS, counts: "stat_hour", samples: "gauge_hour" };

interface SeriesRow {
  readonly id: number;
  readonly name: SeriesName;
  readonly node: string;
  readonly next: string;
}

/** Minute or hour since the epoch, bucket, count. As a list: there may be many, and objects take twice as long. */
type CountRow = [at: number, bucket: number, count: number];

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
      "SELECT * FROM series WHERE node = '' AND (? IS NULL OR tenant = ?)",
    );
    const span = query.bucketMs % HOUR_MS === 0 ? HOURS : MINUTES;
    const counts = this.#countsOf(span);
    // The table's ends are those of whole buckets, so they are those of whole spans.
    const [since, until] = [Math.floor(table.sinceMs / span.ms), Math.ceil(table.untilMs / span.ms)];
    for (const { id, name } of series.all(query.tenant ?? null, query.tenant ?? null)) {
      for (const [at, bucket, count] of counts.all(id, since, until)) table.add(name, at * span.ms, bucket, count);
      yield;
    }
    for (const { at, ...sample } of this.#samples(span, since, until)) table.addSample(at * span.ms, sampleOf(sample));
    for (const { at, reason, count } of this.#refusals.counts(span.name, since, until, query.tenant)) {
      table.addRefused(at * span.ms, reason, count);
    }
    return table.buckets();
  }

  *flowStats(query: Queries.FlowStatsQuery): Steps<Queries.FlowStats> {
    const series = this.#db
      .prepare<(string | null)[], SeriesRow>("SELECT * FROM series WHERE flow = ? AND (? IS NULL OR tenant = ?)")
      .all(query.flow, query.tenant ?? null, query.tenant ?? null);
    const parts = wholeHours(query.sinceMs, query.untilMs).map((part) => ({
      ...part,
      counts: this.#countsOf(part.span),
    }));
    const tally = new FlowTally();
    for (const row of series) {
      for (const { counts, since, until } of parts) {
        for (const [, bucket, count] of counts.all(row.id, since, until)) tally.add(row, bucket, count);
      }
      yield;
    }
    return tally.stats();
  }

  #samples({ name, samples }: Span, since: number, until: number): IterableIterator<GaugeRow> {
    const query = this.#db.prepare<[number, number], GaugeRow>(
      `SELECT ${name} AS at, * FROM ${samples} WHERE ${name} >= ? AND ${name} < ?`,
    );
    return query.iterate(since, until);
  }

  #countsOf({ name, counts }: Span): Database.Statement<[number, number, number], CountRow> {
    return this.#db
      .prepare<[number, number, number], CountRow>(
        `SELECT ${name}, bucket, count FROM ${counts} WHERE series = ? AND ${name} >= ? AND ${name} < ?`,
      )
      .raw();
  }
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

function sampleOf(row: Omit<GaugeRow, "at">): GaugeSample {
  const { queued, running, waiting, oldest_ms: oldestMs } = row;
  return {
    queued,
    running,
    waiting,
    ...(oldestMs !== null && { oldestMs }),
    journalBytes: row.journal_bytes,
    projectionBytes: row.projection_bytes,
    freeBytes: row.free_bytes,
  };
}

interface Part {
  readonly span: Span;
  readonly since: number;
  readonly until: number;
}

/** A period as the whole hours in it and the minutes before and behind them. */
function wholeHours(sinceMs: number, untilMs: number): readonly Part[] {
  const [since, until] = [Math.floor(sinceMs / MINUTE_MS), Math.ceil(untilMs / MINUTE_MS)];
  const firstHour = Math.ceil(since / MINUTES_PER_HOUR);
  const endHour = Math.floor(until / MINUTES_PER_HOUR);
  if (endHour <= firstHour) return [{ span: MINUTES, since, until }];
  return [
    { span: MINUTES, since, until: firstHour * MINUTES_PER_HOUR },
    { span: HOURS, since: firstHour, until: endHour },
    { span: MINUTES, since: endHour * MINUTES_PER_HOUR, until },
  ];
}
