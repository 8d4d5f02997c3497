/**
 * How full the log was, minute by minute and hour by hour: the runs that had not ended, and the disk. A period holds the
 * worst of its samples (the one with the most open runs, the least free space, …), so that a chart of a month shows the
 * hour in which it was tight. The samples follow from the journal's `traffic_minute` facts alone.
 */
import type Database from "better-sqlite3";
import type { GaugeSample } from "../event-log.ts";
import { HOUR_MS, MINUTE_MS } from "./stat-counts.ts";

export interface GaugeRow {
  readonly at: number;
  readonly queued: number;
  readonly running: number;
  readonly waiting: number;
  readonly oldest_ms: number | null;
  readonly journal_bytes: number;
  readonly projection_bytes: number;
  readonly free_bytes: number;
}

export class GaugeSamples {
  readonly #minute: Database.Statement;
  readonly #hour: Database.Statement;
  #fresh: { readonly minuteMs: number; readonly sample: GaugeSample }[] = [];

  constructor(db: Database.Database) {
    this.#minute = db.prepare(upsert("gauge", "minute"));
    this.#hour = db.prepare(upsert("gauge_hour", "hour"));
  }

  add(minuteMs: number, sample: GaugeSample): void {
    this.#fresh.push({ minuteMs, sample });
  }

  /** Writes what was added. The caller holds the transaction. */
  flush(): void {
    for (const { minuteMs, sample } of this.#fresh) {
      const { queued, running, waiting, oldestMs, journalBytes, projectionBytes, freeBytes } = sample;
      const values = [queued, running, waiting, oldestMs ?? null, journalBytes, projectionBytes, freeBytes];
      this.#minute.run(Math.floor(minuteMs / MINUTE_MS), ...values);
      this.#hour.run(Math.floor(minuteMs / HOUR_MS), ...values);
    }
    this.#fresh = [];
  }

  /** Forgets what was added since the last flush. */
  load(): void {
    this.#fresh = [];
  }
}

/** Of two samples of one period the worse, value by value; the three counts of runs belong together. */
function upsert(table: string, span: string): string {
  const isLonger = "excluded.queued + excluded.running + excluded.waiting > queued + running + waiting";
  const ofLonger = (name: string): string => `${name} = iif(${isLonger}, excluded.${name}, ${name})`;
  const greater = (name: string): string => `${name} = max(${name}, excluded.${name})`;
  return `INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (${span}) DO UPDATE SET
    ${["queued", "running", "waiting"].map(ofLonger).join(", ")},
    oldest_ms = coalesce(max(oldest_ms, excluded.oldest_ms), oldest_ms, excluded.oldest_ms),
    ${["journal_bytes", "projection_bytes"].map(greater).join(", ")},
    free_bytes = min(free_bytes, excluded.free_bytes)`;
}
