/**
 * Counts per minute and per hour, for charts: how many of what, and durations by bucket. A series is what is counted (`verified` of a
 * tenant, the successful runs of a node, …); its counts of one batch are gathered in memory and added once.
 *
 * Invariants:
 * 1. The counts follow from the journal alone, and each fact is counted by its own time.
 * 2. There are at most `MOST_SERIES` of tenants; what would be a new one after that counts for tenant "", so that it is
 *    still in the numbers of all. Of those there are at most `MOST_SERIES` as well; what comes after is not counted.
 */
import type Database from "better-sqlite3";

export type SeriesName =
  | "verified"
  | "unsigned"
  | "refused"
  | "duplicates"
  | "unmatched"
  /** Durations by bucket. */
  | "acknowledgement"
  | "run-succeeded"
  | "run-failed"
  | "node-succeeded"
  | "node-failed"
  /** How often a node was followed by another. */
  | "next";

const MOST_SERIES = 20_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const MINUTES_PER_HOUR = 60;
/** A key of a count: minute times this, plus bucket. */
const BUCKETS = 1024;

interface Series {
  readonly id: number;
  readonly counts: Map<number, number>;
}

export class StatCounts {
  readonly #db: Database.Database;
  readonly #insertSeries: Database.Statement;
  readonly #addToMinute: Database.Statement;
  readonly #addToHour: Database.Statement;
  readonly #series = new Map<string, Series>();
  readonly #touched = new Set<Series>();
  #fresh: (() => void)[] = [];
  #next = 1;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#insertSeries = db.prepare("INSERT INTO series VALUES (?, ?, ?, ?, ?, ?)");
    this.#addToMinute = db.prepare(add("stat", "minute"));
    this.#addToHour = db.prepare(add("stat_hour", "hour"));
    this.load();
  }

  /** `atMs` is when it happened; `bucket` is of a duration, 0 for what has none. */
  count(name: SeriesName, tenant: string, atMs: number, bucket = 0, flow = "", node = "", next = "", by = 1): void {
    const series = this.#seriesOf(name, tenant, flow, node, next);
    if (series === undefined) return;
    const key = Math.floor(atMs / MINUTE_MS) * BUCKETS + bucket;
    series.counts.set(key, (series.counts.get(key) ?? 0) + by);
    this.#touched.add(series);
  }

  /** Writes what was counted. The caller holds the transaction. */
  flush(): void {
    for (const insert of this.#fresh) insert();
    this.#fresh = [];
    for (const { id, counts } of this.#touched) {
      for (const [key, count] of counts) {
        const minute = Math.floor(key / BUCKETS);
        this.#addToMinute.run(id, minute, key % BUCKETS, count);
        this.#addToHour.run(id, Math.floor(minute / MINUTES_PER_HOUR), key % BUCKETS, count);
      }
      counts.clear();
    }
    this.#touched.clear();
  }

  /** Forgets what was counted since the last flush, and series that were not written. */
  load(): void {
    this.#series.clear();
    this.#touched.clear();
    this.#fresh = [];
    const rows = this.#db.prepare<[], SeriesRow>("SELECT * FROM series").all();
    for (const { id, name, tenant, flow, node, next } of rows) {
      this.#series.set(keyOf(name, tenant, flow, node, next), { id, counts: new Map() });
      this.#next = Math.max(this.#next, id + 1);
    }
  }

  #seriesOf(name: SeriesName, tenant: string, flow: string, node: string, next: string): Series | undefined {
    const key = keyOf(name, tenant, flow, node, next);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    if (tenant !== "" && this.#series.size >= MOST_SERIES) return this.#seriesOf(name, "", flow, node, next);
    if (this.#series.size >= 2 * MOST_SERIES) return undefined;
    const series: Series = { id: this.#next++, counts: new Map() };
    this.#series.set(key, series);
    this.#fresh.push(() => this.#insertSeries.run(series.id, name, tenant, flow, node, next));
    return series;
  }
}

function add(table: string, span: string): string {
  return `INSERT INTO ${table} VALUES (?, ?, ?, ?) ON CONFLICT (series, ${span}, bucket) DO UPDATE SET count = count + excluded.count`;
}

interface SeriesRow {
  readonly id: number;
  readonly name: string;
  readonly tenant: string;
  readonly flow: string;
  readonly node: string;
  readonly next: string;
}

function keyOf(name: string, tenant: string, flow: string, node: string, next: string): string {
  return `${name}\0${tenant}\0${flow}\0${node}\0${next}`;
}
