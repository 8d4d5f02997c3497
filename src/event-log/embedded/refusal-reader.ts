/**
 * Reads the refused requests, and gives all changes one order: a sequence is a place in the journal plus the number of
 * refusals up to there. Both only grow, so their sum names both; refusals keep theirs, which is how it is taken apart.
 */
import type Database from "better-sqlite3";
import type { Refusal } from "../event-log.ts";
import type { Page, RefusalQuery } from "../event-queries.ts";
import { beforeOf, cutPage, deadline, pageOf, type Steps } from "./query-page.ts";
import { TextMatch } from "../text-match.ts";
import type { Sendable } from "./query-protocol.ts";
import { openSqlite } from "./sqlite.ts";

/** Rows that are read at once, with their bodies, where a text is looked for. */
const STEP_ROWS = 100;
const NO_BODY = "zeroblob(0) AS body_start";

export interface RefusalRow {
  readonly seq: number;
  readonly received_at: number;
  readonly head: string;
  readonly body_start: Buffer;
  readonly accepted_as: string | null;
  readonly accepted_at: number | null;
}

export interface RefusalChange {
  readonly sequence: number;
  readonly id: string;
}

export class RefusalReader {
  readonly #db: Database.Database;
  readonly #countTo: Database.Statement<[number], number | null>;
  readonly #countBySequence: Database.Statement<[number], number | null>;
  readonly #first: Database.Statement<[], number | null>;
  readonly #last: Database.Statement<[], number>;

  constructor(path: string) {
    const db = openSqlite(path, { readonly: true, fileMustExist: true });
    this.#db = db;
    this.#countTo = db.prepare<[number], number | null>("SELECT max(seq) FROM refusal WHERE place < ?").pluck();
    this.#countBySequence = db
      .prepare<[number], number | null>("SELECT max(seq) FROM refusal WHERE sequence <= ?")
      .pluck();
    this.#first = db.prepare<[], number | null>("SELECT min(seq) FROM refusal").pluck();
    this.#last = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'refusal'").pluck();
  }

  /** The sequence of a place in the journal: refusals at an earlier place come before it. */
  sequenceOf(place: number): number {
    return place + (this.#countTo.get(place) ?? this.#before());
  }

  /** The sequence after everything, when the journal ends there. */
  latest(end: number): number {
    return end + (this.#last.get() ?? 0);
  }

  /** The place in the journal that a sequence speaks of. */
  placeOf(sequence: number): number {
    return sequence - (this.#countBySequence.get(sequence) ?? this.#before());
  }

  /** Everything up to this sequence may lack refusals. */
  forgotten(): number {
    return this.#db.prepare<[], number>("SELECT sequence FROM forgotten").pluck().get() ?? -1;
  }

  /** Refusals after a sequence, at most so many, and at most up to a place in the journal. */
  after(sequence: number, place: number, limit: number): readonly RefusalChange[] {
    return this.#db
      .prepare<[number, number, number], RefusalChange>(
        "SELECT sequence, id FROM refusal WHERE sequence > ? AND place <= ? ORDER BY sequence LIMIT ?",
      )
      .all(sequence, place, limit);
  }

  *list(query: Sendable<RefusalQuery>): Steps<Page<Refusal>> {
    const isOver = deadline(query.timeLimitMs);
    const body = query.withoutBodies === true && query.text === undefined ? NO_BODY : "body_start";
    const rows = this.#db.prepare<(string | number | null)[], RefusalRow>(
      `SELECT seq, received_at, head, ${body}, accepted_as, accepted_at FROM refusal WHERE seq < ?
         AND (? IS NULL OR tenant = ?) AND (? IS NULL OR event_type = ?) AND (? IS NULL OR reason = ?)
         AND (? IS NULL OR (accepted_as IS NOT NULL) = ?)
         AND (? IS NULL OR received_at >= ?) AND (? IS NULL OR received_at < ?) ORDER BY seq DESC LIMIT ?`,
    );
    const { tenant = null, eventType = null, reason = null, sinceMs = null, untilMs = null, limit } = query;
    const accepted = query.accepted === undefined ? null : Number(query.accepted);
    const values = [tenant, eventType, reason, accepted, sinceMs, untilMs].flatMap((value) => [value, value]);
    const match = query.text === undefined ? undefined : new TextMatch(query.text);
    const found: { seq: number; item: Refusal }[] = [];
    for (let before = beforeOf(query.cursor); ;) {
      const step = rows.all(before, ...values, match === undefined ? limit + 1 : STEP_ROWS);
      for (const row of step) {
        const item = refusalOf(row);
        if (match === undefined || match.isInRefusal(item)) found.push({ seq: row.seq, item });
        if (found.length > limit) return pageOf(found, limit);
        if (match === undefined) continue;
        // A few bytes may unpack to megabytes: whoever sends such bodies must not hold up every other question.
        if (isOver()) return cutPage(found, row.seq, row.received_at);
        yield;
      }
      const last = step.at(-1);
      if (last === undefined) return pageOf(found, limit);
      if (isOver()) return cutPage(found, last.seq, last.received_at);
      before = last.seq;
      yield;
    }
  }

  byId(id: string): Refusal | undefined {
    const row = this.#db.prepare<[string], RefusalRow>("SELECT * FROM refusal WHERE id = ?").get(id);
    return row && refusalOf(row);
  }

  /** Without their bodies. */
  byIds(ids: readonly string[]): readonly Refusal[] {
    const rowOf = this.#db.prepare<[string], RefusalRow>(
      `SELECT seq, received_at, head, ${NO_BODY}, accepted_as, accepted_at FROM refusal WHERE id = ?`,
    );
    return ids.flatMap((id) => {
      const row = rowOf.get(id);
      return row === undefined ? [] : [refusalOf(row)];
    });
  }

  /** Counts per minute or hour (since the epoch) and reason. */
  counts(
    span: "minute" | "hour",
    since: number,
    until: number,
    tenant: string | undefined,
  ): IterableIterator<RefusedCount> {
    const query = this.#db.prepare<(number | string | null)[], RefusedCount>(
      `SELECT ${span} AS at, reason, count FROM refused_${span} WHERE ${span} >= ? AND ${span} < ? AND (? IS NULL OR tenant = ?)`,
    );
    return query.iterate(since, until, tenant ?? null, tenant ?? null);
  }

  close(): void {
    this.#db.close();
  }

  /** How many refusals came before the oldest that is kept. */
  #before(): number {
    const first = this.#first.get();
    return typeof first === "number" ? first - 1 : (this.#last.get() ?? 0);
  }
}

export interface RefusedCount {
  readonly at: number;
  readonly reason: string;
  readonly count: number;
}

export function refusalOf({ head, body_start, accepted_as: eventId, accepted_at: atMs }: RefusalRow): Refusal {
  const refusal = { ...(JSON.parse(head) as Omit<Refusal, "bodyStart">), bodyStart: body_start };
  return eventId === null || atMs === null ? refusal : { ...refusal, acceptedAs: { eventId, atMs } };
}
