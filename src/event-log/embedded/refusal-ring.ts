/**
 * The newest refused requests, in a SQLite file of their own: they are no part of the journal, so that a flood of bad
 * requests costs a bounded number of rows and never a byte of the log. Best effort: written in batches, not synced.
 *
 * Beside the requests: how many were refused per minute, tenant and reason, those included for which there was no room.
 */
import Database from "better-sqlite3";
import type { Refusal } from "../event-log.ts";
import { isUnusable, removeProjection } from "./projection-store.ts";
import { MINUTE_MS } from "./stat-counts.ts";

const VERSION = 2;

const SCHEMA = `
  CREATE TABLE refusal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Where the journal ended when it was refused, and its sequence among all changes: that place plus seq.
    place INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    event_type TEXT NOT NULL,
    reason TEXT NOT NULL,
    received_at REAL NOT NULL,
    head TEXT NOT NULL,
    body_start BLOB NOT NULL
  );
  CREATE INDEX refusal_place ON refusal (place);
  CREATE INDEX refusal_sequence ON refusal (sequence);
  CREATE INDEX refusal_id ON refusal (id);
  CREATE TABLE refused_minute (
    minute INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (minute, tenant, reason)
  ) WITHOUT ROWID;
  CREATE TABLE forgotten (sequence INTEGER NOT NULL);
  INSERT INTO forgotten VALUES (-1);
`;

/** Senders may invent tenants: a minute has at most so many rows, what comes after counts for tenant "". */
const MOST_ROWS_PER_MINUTE = 200;
/** About two months. */
const MINUTES_KEPT = 60 * 24 * 60;

export interface PlacedRefusal {
  readonly refusal: Refusal;
  readonly place: number;
}

/** Refusals that were not kept. */
export interface SkippedRefusals {
  readonly atMs: number;
  readonly tenant: string;
  readonly reason: string;
  readonly count: number;
}

export class RefusalRing {
  readonly #db: Database.Database;
  readonly #kept: number;

  static open(path: string, kept: number, nowMs: number): RefusalRing {
    try {
      return new RefusalRing(path, kept, nowMs);
    } catch (error) {
      if (!isUnusable(error)) throw error;
      removeProjection(path);
      return new RefusalRing(path, kept, nowMs);
    }
  }

  private constructor(path: string, kept: number, nowMs: number) {
    this.#kept = kept;
    this.#db = new Database(path);
    try {
      this.#db.pragma("journal_mode = WAL");
      this.#db.pragma("synchronous = OFF");
      if (this.#db.pragma("user_version", { simple: true }) !== VERSION) this.#begin(nowMs);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  add(refusals: readonly PlacedRefusal[], skipped: readonly SkippedRefusals[]): void {
    const insert = this.#db.prepare(
      "INSERT INTO refusal (place, sequence, id, tenant, event_type, reason, received_at, head, body_start) VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#db.transaction(() => {
      for (const { refusal, place } of refusals) {
        const { bodyStart, ...head } = refusal;
        const { id, tenant, eventType, reason, receivedAtMs } = head;
        insert.run(place, id, tenant, eventType, reason, receivedAtMs, JSON.stringify(head), bodyStart);
        this.#count(receivedAtMs, tenant, reason, 1);
      }
      for (const { atMs, tenant, reason, count } of skipped) this.#count(atMs, tenant, reason, count);
      this.#db.prepare("UPDATE refusal SET sequence = place + seq WHERE sequence = 0").run();
      this.#forget();
    })();
  }

  close(): void {
    this.#db.close();
  }

  /**
   * Numbers go on from the time in seconds: after this file was lost they are greater than the lost ones, so that a
   * sequence from before is answered with repeated changes and never with left out ones.
   */
  #begin(nowMs: number): void {
    this.#db.transaction(() => {
      for (const table of ["refusal", "refused_minute", "forgotten"]) this.#db.exec(`DROP TABLE IF EXISTS ${table}`);
      this.#db.exec(SCHEMA);
      this.#db.prepare("INSERT INTO sqlite_sequence VALUES ('refusal', ?)").run(Math.floor(nowMs / 1000));
      this.#db.pragma(`user_version = ${VERSION}`);
    })();
  }

  #count(atMs: number, tenant: string, reason: string, count: number): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    const known = this.#db.prepare("SELECT 1 FROM refused_minute WHERE minute = ? AND tenant = ? AND reason = ?");
    const rows = this.#db.prepare<[number], number>("SELECT count(*) FROM refused_minute WHERE minute = ?").pluck();
    const isNew = known.get(minute, tenant, reason) === undefined;
    const to = isNew && (rows.get(minute) ?? 0) >= MOST_ROWS_PER_MINUTE ? "" : tenant;
    this.#db
      .prepare(
        "INSERT INTO refused_minute VALUES (?, ?, ?, ?) ON CONFLICT (minute, tenant, reason) DO UPDATE SET count = count + excluded.count",
      )
      .run(minute, to, reason, count);
    if (isNew) this.#db.prepare("DELETE FROM refused_minute WHERE minute < ?").run(minute - MINUTES_KEPT);
  }

  #forget(): void {
    const gone = this.#db
      .prepare<[number], number>(
        "DELETE FROM refusal WHERE seq <= (SELECT max(seq) FROM refusal) - ? RETURNING sequence",
      )
      .pluck()
      .all(this.#kept);
    if (gone.length > 0) this.#db.prepare("UPDATE forgotten SET sequence = ?").run(Math.max(...gone));
  }
}
