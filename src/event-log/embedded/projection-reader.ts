/** The main thread's read-only connection to the projection: small queries by index, one page at a time. */
import type Database from "better-sqlite3";
import type { EventFilter as EventFilterOfPort, EventStatus, LogCounts, Refusal, RunStatus } from "../event-log.ts";
import { EventFilter, type FoundEvent } from "./event-filter.ts";
import { MINUTE_MS } from "./stat-counts.ts";
import type { EventRow, RunRow } from "./projection-rows.ts";
import { refusalOf, type RefusalRow } from "./refusal-reader.ts";
import { RowLookup, type FoundRun } from "./row-lookup.ts";
import { openSqlite } from "./sqlite.ts";

export interface DedupeRow {
  readonly seq: number;
  readonly fingerprint: number;
  readonly received_at: number;
}

/** Times of the wall clock. */
export interface OlderThan {
  readonly beforeMs: number;
  readonly nowMs: number;
}

export class ProjectionReader {
  readonly #db: Database.Database;
  readonly #refusals: Database.Database;
  readonly #lookup: RowLookup;
  readonly #filter: EventFilter;
  readonly #eventAt: Database.Statement<[number], EventRow>;
  readonly #openRuns: Database.Statement<[number, number], RunRow>;
  readonly #dueRuns: Database.Statement<[number], RunRow>;
  readonly #flow: Database.Statement<[string], number>;
  readonly #oldestOpen: Database.Statement<[], number>;

  constructor(projectionPath: string, refusalsPath: string) {
    const db = openSqlite(projectionPath, { readonly: true, fileMustExist: true });
    this.#db = db;
    this.#refusals = openSqlite(refusalsPath, { readonly: true, fileMustExist: true });
    this.#lookup = new RowLookup(db);
    this.#filter = new EventFilter(db);
    this.#eventAt = db.prepare("SELECT * FROM event WHERE seq = ?");
    this.#openRuns = db.prepare("SELECT * FROM run WHERE status < 3 AND seq > ? ORDER BY seq LIMIT ?");
    this.#dueRuns = db.prepare("SELECT * FROM run WHERE status = 2 AND resume_at <= ? ORDER BY resume_at");
    this.#flow = db.prepare<[string], number>("SELECT stored_at FROM flow WHERE hash = ?").pluck();
    this.#oldestOpen = db
      .prepare<[], number>("SELECT created_at FROM run WHERE status < 3 ORDER BY seq LIMIT 1")
      .pluck();
  }

  eventById(id: string): FoundEvent | undefined {
    return this.#lookup.eventById(id);
  }

  eventAt(seq: number): EventRow | undefined {
    return this.#eventAt.get(seq);
  }

  /** The runs of an event, in the order in which they were queued. */
  runsOf(event: EventRow): readonly FoundRun[] {
    return this.#lookup.runsOf(event);
  }

  runById(id: string): RunRow | undefined {
    return this.#lookup.runById(id)?.row;
  }

  /** Runs that have not ended, in the order in which they were queued, after a row id. */
  openRuns(afterSeq: number, limit: number): readonly RunRow[] {
    return this.#openRuns.all(afterSeq, limit);
  }

  /** Waiting runs that are due, the longest due first, without those that the caller knows. */
  dueRuns(nowMs: number, limit: number, isKnown: (id: string) => boolean): readonly RunRow[] {
    const due: RunRow[] = [];
    for (const row of this.#dueRuns.iterate(nowMs)) {
      if (isKnown(row.id)) continue;
      due.push(row);
      if (due.length === limit) break;
    }
    return due;
  }

  /** When the next waiting run comes due after a time, milliseconds since the epoch. */
  nextDueAfter(nowMs: number): number {
    const next = this.#db.prepare("SELECT min(resume_at) FROM run WHERE status = 2 AND resume_at > ?");
    const value = next.pluck().get(nowMs);
    return typeof value === "number" ? value : Infinity;
  }

  flowPosition(hash: string): number | undefined {
    return this.#flow.get(hash);
  }

  /** Definitions whose record lies before a position. */
  flowsBefore(position: number): readonly number[] {
    const query = this.#db.prepare<[number], number>("SELECT DISTINCT stored_at FROM flow WHERE stored_at < ?");
    return query.pluck().all(position);
  }

  /** One page, newest first, and one row more when there is a next page. */
  listEvents(filter: EventFilterOfPort): readonly FoundEvent[] {
    const { limit, cursor, ...criteria } = filter;
    const selection = this.#filter.select(criteria, cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor));
    const found: FoundEvent[] = [];
    while (found.length <= limit) {
      const seqs = selection.next(limit + 1 - found.length);
      if (seqs.length === 0) break;
      for (const seq of seqs) {
        const event = selection.get(seq);
        if (event !== undefined) found.push(event);
      }
    }
    return found;
  }

  counts(): LogCounts {
    const query = this.#db.prepare<[], { name: string; value: number }>("SELECT name, value FROM counter");
    const rows = new Map(query.all().map((row) => [row.name, row.value]));
    const event = (status: EventStatus): number => rows.get(`event:${status}`) ?? 0;
    const run = (status: RunStatus): number => rows.get(`run:${status}`) ?? 0;
    const oldest = this.#oldestOpen.get();
    return {
      events: {
        received: event("received"),
        done: event("done"),
        failed: event("failed"),
        unmatched: event("unmatched"),
        refused: event("refused"),
        duplicate: event("duplicate"),
      },
      runs: {
        queued: run("queued"),
        running: run("running"),
        waiting: run("waiting"),
        succeeded: run("succeeded"),
        failed: run("failed"),
      },
      deadLetters: run("failed") - (rows.get("run:resolved") ?? 0),
      ...(oldest !== undefined && { oldestOpenAtMs: oldest }),
    };
  }

  /** When the oldest event that is left was received, milliseconds since the epoch. */
  oldestEventAt(): number | undefined {
    return this.#db.prepare<[], number>("SELECT received_at FROM event ORDER BY seq LIMIT 1").pluck().get();
  }

  /** Dedupe keys received since a time, oldest first, after a row id. */
  dedupeSince(timeMs: number, afterSeq: number): IterableIterator<DedupeRow> {
    const sql = "SELECT * FROM dedupe WHERE received_at >= ? AND seq > ? ORDER BY seq";
    return this.#db.prepare<[number, number], DedupeRow>(sql).iterate(timeMs, afterSeq);
  }

  /**
   * Whether all that a range of the journal tells of is older than a time, and no run of its events is open. What claims to
   * come after `nowMs` was stamped by a clock that stood ahead: it is older than what came later.
   */
  isOver(from: number, to: number, { beforeMs: timeMs, nowMs }: OlderThan): boolean {
    const latestMs = this.#hasOldBehind(to, timeMs) ? nowMs : Infinity;
    const young = this.#db.prepare(
      "SELECT 1 FROM event WHERE seq >= ? AND seq < ? AND received_at >= ? AND received_at <= ? LIMIT 1",
    );
    if (young.get(from, to, timeMs, latestMs) !== undefined) return false;
    const open = this.#db.prepare("SELECT 1 FROM event WHERE seq >= ? AND seq < ? AND open_runs > 0 LIMIT 1");
    if (open.get(from, to) !== undefined) return false;
    const traffic = this.#db.prepare(
      "SELECT 1 FROM traffic_fact WHERE seq >= ? AND seq < ? AND minute >= ? AND minute <= ? LIMIT 1",
    );
    return traffic.get(from, to, Math.floor(timeMs / MINUTE_MS), latestMs / MINUTE_MS) === undefined;
  }

  /** Whether something behind a place in the journal is older than a time. */
  #hasOldBehind(seq: number, timeMs: number): boolean {
    const block = this.#db.prepare("SELECT 1 FROM event_block WHERE first_seq >= ? AND first_at < ? LIMIT 1");
    if (block.get(seq, timeMs) !== undefined) return true;
    // Those behind the last block, which are few.
    const rest = this.#db.prepare(
      "SELECT 1 FROM event WHERE seq >= max(?, (SELECT ifnull(max(last_seq), 0) FROM event_block)) AND received_at < ? LIMIT 1",
    );
    return rest.get(seq, timeMs) !== undefined;
  }

  /** Whether a range of the journal tells of an event, or of a minute of traffic. */
  tellsOfEvents(from: number, to: number): boolean {
    const tables = ["event", "traffic_fact"];
    return tables.some((table) => {
      const any = this.#db.prepare(`SELECT 1 FROM ${table} WHERE seq >= ? AND seq < ? LIMIT 1`);
      return any.get(from, to) !== undefined;
    });
  }

  listRefusals(tenant: string | undefined, limit: number): readonly Refusal[] {
    const where = tenant === undefined ? "" : "WHERE tenant = ?";
    const sql = `SELECT * FROM refusal ${where} ORDER BY seq DESC LIMIT ?`;
    const query = this.#refusals.prepare<(string | number)[], RefusalRow>(sql);
    return query.all(...(tenant === undefined ? [] : [tenant]), limit).map(refusalOf);
  }

  /** Does some work on one state of the projection (`inSnapshot` of the query desk says why). */
  inSnapshot<T>(work: (reader: this) => T): T {
    return this.#db.transaction(() => work(this))();
  }

  close(): void {
    this.#db.close();
    this.#refusals.close();
  }
}
