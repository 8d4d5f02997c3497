/** The writing connection of the projection: its prepared statements, its transactions and the position they carry. */
import type Database from "better-sqlite3";
import { dropRows, dropUnused } from "./drop-rows.ts";
import { EventBlocks } from "./event-blocks.ts";
import { eventKinds, runKinds, type EventKind, type Kinds, type RunKind } from "./kinds.ts";
import { GaugeSamples } from "./gauge-samples.ts";
import { isUnusable, openProjectionFile, removeProjection } from "./projection-file.ts";
import type { EventRow, RunRow } from "./projection-rows.ts";
import { MINUTE_MS, StatCounts } from "./stat-counts.ts";

export class ProjectionStore {
  readonly eventKinds: Kinds<EventKind>;
  readonly runKinds: Kinds<RunKind>;
  readonly blocks: EventBlocks;
  readonly stats: StatCounts;
  readonly gauges: GaugeSamples;
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
  readonly #failedRuns: Database.Statement<[number, number, number, number], string>;

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
    const db = openProjectionFile(path, salt);
    this.#db = db;
    try {
      this.#insertEvent = db.prepare(`INSERT OR IGNORE INTO event VALUES (${places(18)})`);
      this.#updateEvent = db.prepare(
        `UPDATE event SET kind = ?, status = ?, runs = ?, open_runs = ?, failed_runs = ?, resolved_runs = ?,
           answered_at = ?, answer_status = ?, answer_by = ?, answer_ms = ?, own = ? WHERE seq = ?`,
      );
      this.#insertRun = db.prepare(`INSERT OR IGNORE INTO run VALUES (${places(16)})`);
      this.#updateRun = db.prepare(
        "UPDATE run SET status = ?, attempts = ?, started_at = ?, ended_at = ?, resume_at = ?, facts_at = ?, resolved = ? WHERE seq = ?",
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
      this.#failedRuns = db
        .prepare<[number, number, number, number], string>(
          `SELECT id FROM run WHERE seq >= ? AND seq < ? AND event_seq = ? AND status = 4
           UNION ALL SELECT id FROM run WHERE queued_at <> event_seq AND event_seq = ? AND status = 4`,
        )
        .pluck();
      this.#newestEvent = newestId(db, "event");
      this.#newestRun = newestId(db, "run");
      this.eventKinds = eventKinds(db);
      this.runKinds = runKinds(db);
      this.blocks = new EventBlocks(db);
      this.stats = new StatCounts(db);
      this.gauges = new GaugeSamples(db);
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
      row.resolved_runs,
      row.answered_at,
      row.answer_status,
      row.answer_by,
      row.answer_ms,
      row.own,
      row.packed,
    );
  }

  updateEvent(row: EventRow): void {
    this.#updateEvent.run(
      row.kind,
      row.status,
      row.runs,
      row.open_runs,
      row.failed_runs,
      row.resolved_runs,
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
      row.replay_of,
      row.root_seq,
      row.resolved,
    );
  }

  updateRun(row: RunRow): void {
    const { status, attempts, started_at, ended_at, resume_at, facts_at, resolved, seq } = row;
    this.#updateRun.run(status, attempts, started_at, ended_at, resume_at, facts_at, resolved, seq);
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
    this.gauges.flush();
  }

  /** Forgets what was gathered for a batch that could not be written. */
  forget(): void {
    this.eventKinds.load();
    this.runKinds.load();
    this.blocks.load();
    this.stats.load();
    this.gauges.load();
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

  /** Ids of the failed runs of an event. */
  failedRunsOf({ seq, runs }: EventRow): readonly string[] {
    // Ids of planned runs follow their event's at once.
    return this.#failedRuns.all(seq, seq + runs, seq, seq);
  }

  /** Removes at most `limit` of the events whose record lies before a position, with all that belongs to them. */
  dropBefore(position: number, limit: number): number {
    return dropRows(this.#db, this, position, limit);
  }

  /** Removes what speaks of dropped events and minutes alone. */
  dropUnused(): void {
    dropUnused(this.#db);
    this.forget();
  }

  close(): void {
    this.#db.close();
  }
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
