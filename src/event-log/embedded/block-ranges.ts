/**
 * Ranges of time as ranges of row ids, by the blocks of events: bounds between which everything from a time lies, and
 * somewhat more. Exact times are compared row by row.
 */
import type Database from "better-sqlite3";

export interface Period {
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/** Row ids lie in `[from, to)`. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** A run is queued by the clock of another moment than the events beside it were received by. */
const SLACK_MS = 60_000;

export class BlockRanges {
  readonly #firstSince: Database.Statement<[number], number | null>;
  readonly #lastUntil: Database.Statement<[number], number | null>;
  readonly #lastBefore: Database.Statement<[number], number | null>;
  readonly #isEarlyIn: Database.Statement<[number, number], number>;
  readonly #nextEvent: Database.Statement<[number], number | null>;

  constructor(db: Database.Database) {
    const one = (sql: string): Database.Statement<[number], number | null> =>
      db.prepare<[number], number | null>(sql).pluck();
    this.#firstSince = one("SELECT min(first_seq) FROM event_block WHERE last_at >= ?");
    this.#lastUntil = one("SELECT max(last_seq) FROM event_block WHERE first_at < ?");
    this.#lastBefore = one("SELECT max(last_seq) FROM event_block WHERE last_seq < ?");
    this.#nextEvent = one("SELECT min(seq) FROM event WHERE seq > ?");
    this.#isEarlyIn = db
      .prepare<[number, number], number>("SELECT 1 FROM event WHERE seq > ? AND received_at < ? LIMIT 1")
      .pluck();
  }

  /** Where events received in a period lie, before a row id. */
  events({ sinceMs, untilMs }: Period, before: number): SeqRange {
    const from = sinceMs === undefined ? 0 : (this.#firstSince.get(sinceMs) ?? this.#end);
    if (untilMs === undefined || this.#restIsEarly(untilMs)) return { from, to: before };
    return { from, to: Math.min(before, (this.#lastUntil.get(untilMs) ?? -1) + 1) };
  }

  /** Where runs queued in a period lie, before a row id: also between two blocks, where there are no events. */
  runs({ sinceMs, untilMs }: Period, before: number): SeqRange {
    const first = sinceMs === undefined ? 0 : (this.#firstSince.get(sinceMs - SLACK_MS) ?? this.#end);
    const from = sinceMs === undefined ? 0 : (this.#lastBefore.get(first) ?? -1) + 1;
    if (untilMs === undefined || this.#restIsEarly(untilMs + SLACK_MS)) return { from, to: before };
    const next = this.#nextEvent.get(this.#lastUntil.get(untilMs + SLACK_MS) ?? -1);
    return { from, to: Math.min(before, next ?? before) };
  }

  /** The row id after the last block. */
  get #end(): number {
    return (this.#lastBefore.get(Number.MAX_SAFE_INTEGER) ?? -1) + 1;
  }

  /** Whether an event behind the last block was received before a time. */
  #restIsEarly(timeMs: number): boolean {
    return this.#isEarlyIn.get(this.#end - 1, timeMs) !== undefined;
  }
}
