/** Takes what was dropped from the journal's start out of the projection. */
import type Database from "better-sqlite3";
import { eventStatusOf, runStatusOf } from "./projection-rows.ts";
import type { ProjectionStore } from "./projection-store.ts";
import { MINUTE_MS, MINUTES_PER_HOUR } from "./stat-counts.ts";

interface Gone {
  readonly status: number;
  readonly kind: number;
}

interface GoneRun extends Gone {
  /** 1: a replay had done its work. */
  readonly resolved: number;
}

const RUN_COLUMNS = "status, kind, resolved IS NOT NULL AS resolved";

/** Removes at most `limit` of the events whose record lies before a position, with all that belongs to them. */
export function dropRows(db: Database.Database, store: ProjectionStore, position: number, limit: number): number {
  const seqs = db.prepare<[number, number], number>("SELECT seq FROM event WHERE seq < ? ORDER BY seq LIMIT ?");
  const last = seqs.pluck().all(position, limit).at(-1);
  if (last === undefined) {
    db.prepare("DELETE FROM traffic_fact WHERE seq < ?").run(position);
    return 0;
  }
  const following = db.prepare<[number], number>("SELECT seq FROM event WHERE seq > ? ORDER BY seq LIMIT 1");
  const next = following.pluck().get(last) ?? position;
  return db.transaction(() => {
    const events = db.prepare<[number], Gone>("DELETE FROM event WHERE seq <= ? RETURNING status, kind").all(last);
    // What lies before the next event belongs to this one or to older ones; replays and children lie behind it.
    const planned = db.prepare<[number], GoneRun>(`DELETE FROM run WHERE seq < ? RETURNING ${RUN_COLUMNS}`).all(next);
    const later = db
      .prepare<[number], GoneRun>(
        `DELETE FROM run WHERE queued_at <> event_seq AND event_seq <= ? RETURNING ${RUN_COLUMNS}`,
      )
      .all(last);
    db.prepare("DELETE FROM dedupe WHERE seq <= ?").run(last);
    db.prepare("DELETE FROM event_block WHERE last_seq <= ?").run(last);
    db.prepare("DELETE FROM traffic_fact WHERE seq < ?").run(next);
    for (const { status, kind } of events) {
      store.addToCounter(`event:${eventStatusOf(status)}`, -1);
      store.eventKinds.count(kind, -1, 0);
    }
    for (const { status, kind, resolved } of [...planned, ...later]) {
      store.addToCounter(`run:${runStatusOf(status)}`, -1);
      store.addToCounter("run:resolved", -resolved);
      store.runKinds.count(kind, -1, 0);
    }
    store.flush();
    return events.length;
  })();
}

/** Removes kinds, counts and samples that speak of dropped events and minutes alone. */
export function dropUnused(db: Database.Database): void {
  db.transaction(() => {
    db.prepare("DELETE FROM event_kind WHERE events <= 0").run();
    db.prepare("DELETE FROM run_kind WHERE runs <= 0").run();
    const minute = oldestMinute(db);
    const hour = Math.floor(minute / MINUTES_PER_HOUR);
    db.prepare("DELETE FROM stat WHERE minute < ?").run(minute);
    db.prepare("DELETE FROM stat_hour WHERE hour < ?").run(hour);
    db.prepare("DELETE FROM gauge WHERE minute < ?").run(minute);
    db.prepare("DELETE FROM gauge_hour WHERE hour < ?").run(hour);
    db.prepare("DELETE FROM series WHERE id NOT IN (SELECT series FROM stat_hour)").run();
  })();
}

/**
 * The first minute of which the journal still tells; none: `Number.MAX_SAFE_INTEGER`. The first event need not be the
 * oldest: the clock may have stood ahead when it came.
 */
function oldestMinute(db: Database.Database): number {
  const one = (sql: string): number => db.prepare<[], number | null>(sql).pluck().get() ?? Infinity;
  const events = [
    one("SELECT received_at FROM event ORDER BY seq LIMIT 1"),
    // Of blocks that are there as a whole, and of those behind the last one.
    one("SELECT min(first_at) FROM event_block WHERE first_seq > (SELECT min(seq) FROM event)"),
    one("SELECT min(received_at) FROM event WHERE seq > (SELECT ifnull(max(last_seq), -1) FROM event_block)"),
  ];
  const traffic = one("SELECT min(minute) FROM traffic_fact");
  return Math.min(Number.MAX_SAFE_INTEGER, Math.floor(Math.min(...events) / MINUTE_MS), traffic);
}
