/** The writing connection of the projection: its prepared statements, its transactions and the position they carry. */
import { rmSync } from "node:fs";
import Database from "better-sqlite3";
import { EventBlocks } from "./event-blocks.ts";
import { eventKinds, runKinds, type EventKind, type Kinds, type RunKind } from "./kinds.ts";
import { EVENT_STATUSES, PROJECTION_VERSION, RUN_STATUSES, SCHEMA } from "./projection-schema.ts";
import { MINUTE_MS, StatCounts } from "./stat-counts.ts";
import { eventStatusOf, runStatusOf, type EventRow, type RunRow } from "./projection-rows.ts";

export class ProjectionStore {
  readonly eventKinds: Kinds<EventKind>;
  readonly runKinds: Kinds<RunKind>;
  readonly blocks: EventBlocks;
  readonly stats: StatCounts;
  readonly #db: Database.Database;
  readonly #insertEvent: Database.Statement;
  readonly #updateEvent: Database.Statement;
  readonly #insertRun: Database.Statement;
  readonly #updateRun: Database.Statement;
  readonly #insertDedupe: Database.Statement;
  readonly #upsertFlow: Database.Statement;
  readonly #insertTrafficFact: Database.Statement;
  readonly #addToCounter: Database.Statement;
  readonly #setMeta: Database.Statement;
  readonly #openRuns: Database.Statement<[], number>;
  readonly #eventSeq: Database.Statement<[string], number>;
  readonly #eventAt: Database.Statement<[number], EventRow>;
  readonly #runById: Database.Statement<[string], RunRow>;

  /** The greatest ids so far. Ids grow with time, so a greater one is new, and the index need not be asked. */
  #newestEvent: string;
  #newestRun: string;

  /** Opens the file; it is made anew when it is missing, of another version, of another journal, or damaged. */
  static open(path: string, salt: number): ProjectionStore {
    try {
      return new ProjectionStore(path, salt);
    } catch (error) {
      if (!isUnusable(error)) throw error;
      removeProjection(path);
      return new ProjectionStore(path, salt);
    }
  }

  private constructor(path: string, salt: number) {
    const db = new Database(path);
    this.#db = db;
    try {
      prepareFile(db, salt);
      this.#insertEvent = db.prepare(`INSERT OR IGNORE INTO event VALUES (${places(16)})`);
      this.#updateEvent = db.prepare(
        `UPDATE event SET kind = ?, status = ?, runs = ?, open_runs = ?, failed_runs = ?,
           answered_at = ?, answer_status = ?, answer_by = ?, answer_ms = ?, own = ? WHERE seq = ?`,
      );
      this.#insertRun = db.prepare(`INSERT OR IGNORE INTO run VALUES (${places(13)})`);
      this.#updateRun = db.prepare(
        "UPDATE run SET status = ?, attempts = ?, started_at = ?, ended_at = ?, resume_at = ?, facts_at = ? WHERE seq = ?",
      );
      this.#insertDedupe = db.prepare("INSERT OR IGNORE INTO dedupe VALUES (?, ?, ?)");
      this.#upsertFlow = db.prepare("INSERT OR REPLACE INTO flow VALUES (?, ?)");
      this.#insertTrafficFact = db.prepare("INSERT OR IGNORE INTO traffic_fact VALUES (?, ?)");
      this.#addToCounter = db.prepare("UPDATE counter SET value = value + ? WHERE name = ?");
      this.#setMeta = db.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)");
      this.#openRuns = db
        .prepare<[], number>(
          "SELECT sum(value) FROM counter WHERE name IN ('run:queued', 'run:running', 'run:waiting')",
        )
        .pluck();
      this.#eventSeq = db.prepare<[string], number>("SELECT seq FROM event WHERE id = ?").pluck();
      this.#eventAt = db.prepare<[number], EventRow>("SELECT * FROM event WHERE seq = ?");
      this.#runById = db.prepare<[string], RunRow>("SELECT * FROM run WHERE id = ?");
      this.#newestEvent = newestId(db, "event");
      this.#newestRun = newestId(db, "run");
      this.eventKinds = eventKinds(db);
      this.runKinds = runKinds(db);
      this.blocks = new EventBlocks(db);
      this.stats = new StatCounts(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** Everything in the journal before this position is in the projection. */
  applied(): number {
    const value = this.#db.prepare("SELECT value FROM meta WHERE name = 'applied'").pluck().get();
    return typeof value === "number" ? value : 0;
  }

  /** How many runs have not ended. */
  openRuns(): number {
    return this.#openRuns.get() ?? 0;
  }

  /** Runs `write` and moves `applied`, both or neither. */
  commit(applied: number, write: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      write();
      this.#setMeta.run("applied", applied);
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  // Values by place: binding them by name costs the projector a tenth of its time.
  insertEvent(row: EventRow): void {
    this.#newestEvent = later(this.#newestEvent, row.id);
    this.#insertEvent.run(
      row.seq,
      row.id,
      row.kind,
      row.received_at,
      row.status,
      row.duplicate_of,
      row.delivery_id,
      row.body_bytes,
      row.runs,
      row.open_runs,
      row.failed_runs,
      row.answered_at,
      row.answer_status,
      row.answer_by,
      row.answer_ms,
      row.own,
    );
  }

  updateEvent(row: EventRow): void {
    this.#updateEvent.run(
      row.kind,
      row.status,
      row.runs,
      row.open_runs,
      row.failed_runs,
      row.answered_at,
      row.answer_status,
      row.answer_by,
      row.answer_ms,
      row.own,
      row.seq,
    );
  }

  insertRun(row: RunRow): void {
    this.#newestRun = later(this.#newestRun, row.id);
    this.#insertRun.run(
      row.seq,
      row.id,
      row.event_seq,
      row.queued_at,
      row.kind,
      row.created_at,
      row.status,
      row.attempts,
      row.started_at,
      row.ended_at,
      row.resume_at,
      row.facts_at,
      row.own,
    );
  }

  updateRun(row: RunRow): void {
    const { status, attempts, started_at, ended_at, resume_at, facts_at, seq } = row;
    this.#updateRun.run(status, attempts, started_at, ended_at, resume_at, facts_at, seq);
  }

  insertDedupe(seq: number, fingerprint: number, receivedAtMs: number): void {
    this.#insertDedupe.run(seq, fingerprint, receivedAtMs);
  }

  upsertFlow(hash: string, position: number): void {
    this.#upsertFlow.run(hash, position);
  }

  insertTrafficFact(position: number, minuteMs: number): void {
    this.#insertTrafficFact.run(position, Math.floor(minuteMs / MINUTE_MS));
  }

  /** Writes what the rows have in common and what was counted. The caller holds the transaction. */
  flush(): void {
    this.eventKinds.flush();
    this.runKinds.flush();
    this.blocks.flush();
    this.stats.flush();
  }

  /** Forgets what was gathered for a batch that could not be written. */
  forget(): void {
    this.eventKinds.load();
    this.runKinds.load();
    this.blocks.load();
    this.stats.load();
  }

  addToCounter(name: string, change: number): void {
    this.#addToCounter.run(change, name);
  }

  eventSeq(id: string): number | undefined {
    return id > this.#newestEvent ? undefined : this.#eventSeq.get(id);
  }

  eventAt(seq: number): EventRow | undefined {
    return this.#eventAt.get(seq);
  }

  runById(id: string): RunRow | undefined {
    return id > this.#newestRun ? undefined : this.#runById.get(id);
  }

  /** Removes at most `limit` of the events whose record lies before a position, with all that belongs to them. */
  dropBefore(position: number, limit: number): number {
    const db = this.#db;
    const seqs = db.prepare<[number, number], number>("SELECT seq FROM event WHERE seq < ? ORDER BY seq LIMIT ?");
    const last = seqs.pluck().all(position, limit).at(-1);
    if (last === undefined) {
      db.prepare("DELETE FROM traffic_fact WHERE seq < ?").run(position);
      return 0;
    }
    const following = db.prepare<[number], number>("SELECT seq FROM event WHERE seq > ? ORDER BY seq LIMIT 1");
    const next = following.pluck().get(last) ?? position;
    const dropped = db.transaction(() => {
      const events = db.prepare<[number], Gone>("DELETE FROM event WHERE seq <= ? RETURNING status, kind").all(last);
      // What lies before the next event belongs to this one or to older ones; replays and children lie behind it.
      const planned = db.prepare<[number], Gone>("DELETE FROM run WHERE seq < ? RETURNING status, kind").all(next);
      const later = db
        .prepare<[number], Gone>(
          "DELETE FROM run WHERE queued_at <> event_seq AND event_seq <= ? RETURNING status, kind",
        )
        .all(last);
      db.prepare("DELETE FROM dedupe WHERE seq <= ?").run(last);
      db.prepare("DELETE FROM event_block WHERE last_seq <= ?").run(last);
      db.prepare("DELETE FROM traffic_fact WHERE seq < ?").run(next);
      for (const { status, kind } of events) {
        this.addToCounter(`event:${eventStatusOf(status)}`, -1);
        this.eventKinds.count(kind, -1, 0);
      }
      for (const { status, kind } of [...planned, ...later]) {
        this.addToCounter(`run:${runStatusOf(status)}`, -1);
        this.runKinds.count(kind, -1, 0);
      }
      this.flush();
      return events.length;
    })();
    return dropped;
  }

  /** Removes kinds and counts that speak of dropped events alone. */
  dropUnused(): void {
    const db = this.#db;
    const oldest = db.prepare<[], number>("SELECT received_at FROM event ORDER BY seq LIMIT 1").pluck().get();
    db.transaction(() => {
      db.prepare("DELETE FROM event_kind WHERE events <= 0").run();
      db.prepare("DELETE FROM run_kind WHERE runs <= 0").run();
      if (oldest === undefined) return;
      db.prepare("DELETE FROM stat WHERE minute < ?").run(Math.floor(oldest / MINUTE_MS));
      db.prepare("DELETE FROM series WHERE id NOT IN (SELECT series FROM stat)").run();
    })();
    this.forget();
  }

  close(): void {
    this.#db.close();
  }
}

export function removeProjection(path: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(path + suffix, { force: true });
}

/** Whether the file cannot be used as it is, so that building it again is the way on. */
export function isUnusable(error: unknown): boolean {
  return (
    error instanceof ForeignProjection ||
    (error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB|SCHEMA|ERROR)/.test(error.code))
  );
}

interface Gone {
  readonly status: number;
  readonly kind: number;
}

/** So many places for values. */
function places(count: number): string {
  return Array.from({ length: count }, () => "?").join(", ");
}

function newestId(db: Database.Database, table: "event" | "run"): string {
  const found = db.prepare<[], string | null>(`SELECT max(id) FROM ${table}`).pluck().get();
  return found ?? "";
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}

class ForeignProjection extends Error {}

function prepareFile(db: Database.Database, salt: number): void {
  db.pragma("journal_mode = WAL");
  // The journal is the truth. NORMAL keeps the file sound after a loss of power, and costs a sync per checkpoint only.
  db.pragma("synchronous = NORMAL");
  db.pragma("cache_size = -32768");
  db.pragma("wal_autocheckpoint = 4000");
  const version = db.pragma("user_version", { simple: true });
  if (version === 0 && isEmpty(db)) {
    db.transaction(() => {
      db.exec(SCHEMA);
      const counter = db.prepare("INSERT INTO counter VALUES (?, 0)");
      for (const status of EVENT_STATUSES) counter.run(`event:${status}`);
      for (const status of RUN_STATUSES) counter.run(`run:${status}`);
      db.prepare("INSERT INTO meta VALUES ('salt', ?)").run(salt);
      db.pragma(`user_version = ${PROJECTION_VERSION}`);
    })();
    return;
  }
  const known = version === PROJECTION_VERSION;
  if (!known || db.prepare("SELECT value FROM meta WHERE name = 'salt'").pluck().get() !== salt) {
    throw new ForeignProjection("the projection belongs to another version or another journal");
  }
}

function isEmpty(db: Database.Database): boolean {
  return db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() === 0;
}
