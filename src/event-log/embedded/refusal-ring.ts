/**
 * The newest refused requests, in a SQLite file of their own: they are no part of the journal, so that a flood of bad
 * requests costs a bounded number of rows and never a byte of the log. Best effort: written in batches, not synced.
 *
 * Beside the requests: how many were refused per minute and per hour, tenant and reason, those included for which there
 * was no room.
 */
import type Database from "better-sqlite3";
import type { AcceptedRefusal, Refusal } from "../event-log.ts";
import { isUnusable, removeProjection } from "./projection-file.ts";
import { openSqlite } from "./sqlite.ts";
import { HOUR_MS, MINUTE_MS, MINUTES_PER_HOUR } from "./stat-counts.ts";

const VERSION = 4;

function countsPer(span: "minute" | "hour"): string {
  return `CREATE TABLE refused_${span} (
    ${span} INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (${span}, tenant, reason)
  ) WITHOUT ROWID;`;
}

/** As which event it was accepted later, and when. */
const ACCEPTED_COLUMNS = ["accepted_as TEXT", "accepted_at REAL"];

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
    body_start BLOB NOT NULL,
    ${ACCEPTED_COLUMNS.join(", ")}
  );
  CREATE INDEX refusal_place ON refusal (place);
  CREATE INDEX refusal_sequence ON refusal (sequence);
  CREATE INDEX refusal_id ON refusal (id);
  ${countsPer("minute")}
  ${countsPer("hour")}
  CREATE TABLE forgotten (sequence INTEGER NOT NULL);
  INSERT INTO forgotten VALUES (-1);
`;

const TABLES = ["refusal", "refused_minute", "refused_hour", "forgotten"];

/** Of so many of the newest the body is kept as it was given; of those before only its start, so that the file stays small. */
const WHOLE_BODIES = 1000;
const BODY_START_BYTES = 16 * 1024;

interface CountSpan {
  readonly name: "minute" | "hour";
  readonly ms: number;
  /** Senders may invent tenants: what comes after so many rows counts for tenant "". */
  readonly mostRows: number;
}

const SPANS: readonly CountSpan[] = [
  { name: "minute", ms: MINUTE_MS, mostRows: 200 },
  { name: "hour", ms: HOUR_MS, mostRows: 1000 },
];
const COUNTS_KEPT_MS = 60 * 24 * HOUR_MS;

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

  /** Opens the file; it is made anew when it is damaged. `isSuspect`: look at all of it to find that out. */
  static open(path: string, kept: number, nowMs: number, isSuspect: boolean): RefusalRing {
    try {
      const ring = new RefusalRing(path, kept, nowMs);
      if (!isSuspect || ring.#isWhole()) return ring;
      ring.close();
    } catch (error) {
      if (!isUnusable(error)) throw error;
    }
    removeProjection(path);
    return new RefusalRing(path, kept, nowMs);
  }

  private constructor(path: string, kept: number, nowMs: number) {
    this.#kept = kept;
    this.#db = openSqlite(path);
    try {
      this.#db.pragma("journal_mode = WAL");
      this.#db.pragma("synchronous = OFF");
      this.#upgrade();
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
      const fresh = this.#db.prepare("UPDATE refusal SET sequence = place + seq WHERE sequence = 0").run().changes;
      this.#cutBodies(fresh);
      this.#forget();
    })();
  }

  /** The first event as which a request was accepted stays. */
  noteAccepted(accepted: readonly AcceptedRefusal[]): void {
    const note = this.#db.prepare(
      "UPDATE refusal SET accepted_as = ?, accepted_at = ? WHERE id = ? AND accepted_as IS NULL",
    );
    this.#db.transaction(() => {
      for (const { refusalId, eventId, atMs } of accepted) note.run(eventId, atMs, refusalId);
    })();
  }

  #isWhole(): boolean {
    const known = this.#db.prepare<[string], number>("SELECT count(*) FROM sqlite_schema WHERE name = ?").pluck();
    return (
      TABLES.every((table) => known.get(table) === 1) && this.#db.pragma("quick_check(1)", { simple: true }) === "ok"
    );
  }

  close(): void {
    this.#db.close();
  }

  /** Version 2 had no counts per hour, version 3 did not know what was accepted. */
  #upgrade(): void {
    const version = this.#db.pragma("user_version", { simple: true });
    if (version !== 2 && version !== 3) return;
    this.#db.transaction(() => {
      if (version === 2) this.#countHours();
      for (const column of ACCEPTED_COLUMNS) this.#db.exec(`ALTER TABLE refusal ADD COLUMN ${column}`);
      this.#db.pragma(`user_version = ${VERSION}`);
    })();
  }

  #countHours(): void {
    this.#db.exec(countsPer("hour"));
    this.#db.exec(`INSERT INTO refused_hour
      SELECT minute / ${MINUTES_PER_HOUR}, tenant, reason, sum(count) FROM refused_minute GROUP BY 1, 2, 3`);
  }

  /**
   * Numbers go on from the time in seconds: after this file was lost they are greater than the lost ones, so that a
   * sequence from before is answered with repeated changes and never with left out ones.
   */
  #begin(nowMs: number): void {
    this.#db.transaction(() => {
      for (const table of TABLES) this.#db.exec(`DROP TABLE IF EXISTS ${table}`);
      this.#db.exec(SCHEMA);
      this.#db.prepare("INSERT INTO sqlite_sequence VALUES ('refusal', ?)").run(Math.floor(nowMs / 1000));
      this.#db.pragma(`user_version = ${VERSION}`);
    })();
  }

  #count(atMs: number, tenant: string, reason: string, count: number): void {
    for (const span of SPANS) this.#countIn(span, Math.floor(atMs / span.ms), tenant, reason, count);
  }

  #countIn({ name, ms, mostRows }: CountSpan, at: number, tenant: string, reason: string, count: number): void {
    const table = `refused_${name}`;
    const known = this.#db.prepare(`SELECT 1 FROM ${table} WHERE ${name} = ? AND tenant = ? AND reason = ?`);
    const rows = this.#db.prepare<[number], number>(`SELECT count(*) FROM ${table} WHERE ${name} = ?`).pluck();
    const isNew = known.get(at, tenant, reason) === undefined;
    const to = isNew && (rows.get(at) ?? 0) >= mostRows ? "" : tenant;
    this.#db
      .prepare(
        `INSERT INTO ${table} VALUES (?, ?, ?, ?) ON CONFLICT (${name}, tenant, reason) DO UPDATE SET count = count + excluded.count`,
      )
      .run(at, to, reason, count);
    if (isNew) this.#db.prepare(`DELETE FROM ${table} WHERE ${name} < ?`).run(at - COUNTS_KEPT_MS / ms);
  }

  /** Cuts the bodies of those that are no longer among the newest: as many as came. */
  #cutBodies(fresh: number): void {
    const last = this.#db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'refusal'").pluck().get();
    const to = (last ?? 0) - WHOLE_BODIES;
    this.#db
      .prepare(
        `UPDATE refusal SET body_start = substr(body_start, 1, ${BODY_START_BYTES})
           WHERE seq > ? AND seq <= ? AND length(body_start) > ${BODY_START_BYTES}`,
      )
      .run(to - fresh, to);
  }

  #forget(): void {
    const last = this.#db
      .prepare<[number], { seq: number; sequence: number }>(
        "SELECT seq, sequence FROM refusal WHERE seq <= (SELECT max(seq) FROM refusal) - ? ORDER BY seq DESC LIMIT 1",
      )
      .get(this.#kept);
    if (last === undefined) return;
    this.#db.prepare("DELETE FROM refusal WHERE seq <= ?").run(last.seq);
    // Sequences grow with the numbers.
    this.#db.prepare("UPDATE forgotten SET sequence = ?").run(last.sequence);
  }
}
