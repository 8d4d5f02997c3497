/**
 * Pages of events. Without a text the index finds them. With a text, few candidates are read one by one; many are not
 * read at all: the journal's bytes are searched backwards, window by window, and only a hit is looked up.
 */
import type Database from "better-sqlite3";
import type { AcceptedFrom, AnswerRecord } from "../../event/index.ts";
import type { EventQuery, EventRowView, Page } from "../event-queries.ts";
import { TextMatch } from "../text-match.ts";
import { EventFilter, type EventSelection, type FoundEvent } from "./event-filter.ts";
import { decodeEvent } from "./event-record.ts";
import { summaryOf } from "./event-source.ts";
import type { JournalView, Sendable } from "./query-protocol.ts";
import { beforeOf, cutPage, deadline, pageOf, type Steps } from "./query-page.ts";
import { readPrefix, recordBytes, RECORD_EVENT } from "./record-format.ts";
import type { RefusalReader } from "./refusal-reader.ts";
import type { RowLookup } from "./row-lookup.ts";
import { HEADER_BYTES } from "./segment-header.ts";
import type { StoredJournal } from "./stored-journal.ts";
import { bytesPattern } from "./text-needle.ts";

/** Rows looked at between two looks at the clock. */
const STEP_ROWS = 200;
const FIRST_WINDOW_BYTES = 256 * 1024;
const MOST_WINDOW_BYTES = 4 * 1024 * 1024;
/** When fewer than one event in so many is a candidate, reading the candidates is quicker than reading everything. */
const SPARSE = 12;
const FEW_EVENTS = 500;

interface Needle {
  readonly match: TextMatch;
  readonly pattern: RegExp;
}

interface Found {
  readonly seq: number;
  readonly item: EventRowView;
}

export class EventPages {
  readonly #filter: EventFilter;
  readonly #lookup: RowLookup;
  readonly #refusals: RefusalReader;
  readonly #journal: StoredJournal;
  readonly #firstFrom: Database.Statement<[number, number], number | null>;
  readonly #lastBefore: Database.Statement<[number], number | null>;
  readonly #receivedAt: Database.Statement<[number], number>;
  readonly #packed: Database.Statement<[number, number], number>;

  constructor(db: Database.Database, lookup: RowLookup, refusals: RefusalReader, journal: StoredJournal) {
    this.#filter = new EventFilter(db);
    this.#lookup = lookup;
    this.#refusals = refusals;
    this.#journal = journal;
    this.#firstFrom = db
      .prepare<[number, number], number | null>("SELECT min(seq) FROM event WHERE seq >= ? AND seq < ?")
      .pluck();
    this.#lastBefore = db.prepare<[number], number | null>("SELECT max(seq) FROM event WHERE seq < ?").pluck();
    this.#packed = db
      .prepare<[number, number], number>("SELECT seq FROM event WHERE packed = 1 AND seq >= ? AND seq < ?")
      .pluck();
    this.#receivedAt = db.prepare<[number], number>("SELECT received_at FROM event WHERE seq = ?").pluck();
  }

  *list(query: Sendable<EventQuery>, view: JournalView): Steps<Page<EventRowView>> {
    const selection = this.#filter.select(query, beforeOf(query.cursor));
    const { text } = query;
    const match = text === undefined ? undefined : new TextMatch(text);
    const isSparse = selection.matching * SPARSE < selection.total || selection.total < FEW_EVENTS;
    if (text === undefined || match === undefined || isSparse || query.deliveryId !== undefined) {
      return yield* this.#byRow(query, selection, match);
    }
    return yield* this.#byBytes(query, selection, { match, pattern: bytesPattern(text) }, view);
  }

  byIds(ids: readonly string[]): readonly EventRowView[] {
    return ids.flatMap((id) => {
      const found = this.#lookup.eventById(id);
      return found === undefined ? [] : [this.#view(found)];
    });
  }

  *#byRow(query: Sendable<EventQuery>, rows: EventSelection, match: TextMatch | undefined): Steps<Page<EventRowView>> {
    const { limit } = query;
    const isOver = deadline(query.timeLimitMs);
    const found: Found[] = [];
    for (;;) {
      const seqs = rows.next(Math.min(STEP_ROWS, match === undefined ? limit + 1 : STEP_ROWS));
      for (const seq of seqs) {
        const event = rows.get(seq);
        if (event === undefined) continue;
        if (match === undefined || this.#holds(seq, match)) found.push({ seq, item: this.#view(event) });
        if (found.length > limit) return pageOf(found, limit);
        if (match === undefined) continue;
        if (isOver()) return cutPage(found, seq, this.#storedAt(seq));
        yield;
      }
      const last = seqs.at(-1);
      if (last === undefined) return pageOf(found, limit);
      if (isOver()) return cutPage(found, last, this.#storedAt(last));
      yield;
    }
  }

  *#byBytes(
    query: Sendable<EventQuery>,
    rows: EventSelection,
    needle: Needle,
    view: JournalView,
  ): Steps<Page<EventRowView>> {
    const isOver = deadline(query.timeLimitMs);
    const found: Found[] = [];
    let to = Math.min(rows.to, view.end);
    for (let bytes = FIRST_WINDOW_BYTES; ; bytes = Math.min(bytes * 2, MOST_WINDOW_BYTES)) {
      const from = this.#windowStart(to, bytes, rows.from);
      if (from === undefined) return pageOf(found, query.limit);
      for (const seq of this.#candidates(from, to, needle)) {
        const event = rows.get(seq);
        if (event === undefined) continue;
        if (this.#holds(seq, needle.match)) found.push({ seq, item: this.#view(event) });
        if (found.length > query.limit) return pageOf(found, query.limit);
        if (isOver()) return cutPage(found, seq, this.#storedAt(seq));
        yield;
      }
      to = from;
      if (isOver()) return cutPage(found, from, this.#storedAt(from));
      yield;
    }
  }

  /** Where a window begins that ends at `to`: at an event, and in the segment of the last event before `to`. */
  #windowStart(to: number, bytes: number, least: number): number | undefined {
    const last = this.#lastBefore.get(to) ?? -1;
    if (last < least) return undefined;
    const base = this.#journal.segmentOf(last)?.base ?? 0;
    const first = this.#firstFrom.get(Math.max(to - bytes, base + HEADER_BYTES, least), to);
    return Math.min(first ?? last, last);
  }

  /** What may hold the text in a window, newest first: what the bytes show, and what is compressed there. */
  #candidates(from: number, to: number, { pattern }: Needle): readonly number[] {
    const all = new Set([...this.#hits(from, to, pattern), ...this.#packed.all(from, to)]);
    return [...all].sort((a, b) => b - a);
  }

  /** Row ids of the events in a window whose bytes have the text somewhere. */
  #hits(from: number, to: number, pattern: RegExp): number[] {
    const bytes = this.#journal.bytes(from, to - from);
    const text = bytes.toString("latin1");
    const hits: number[] = [];
    pattern.lastIndex = 0;
    for (let hit = pattern.exec(text); hit !== null; hit = pattern.exec(text)) {
      const seq = this.#lastBefore.get(from + hit.index + 1) ?? -1;
      const record = seq < from ? undefined : readPrefix(bytes, seq - from);
      const end = record === undefined ? hit.index : seq - from + recordBytes(record);
      if (record !== undefined && hit.index < end) {
        hits.push(seq);
        pattern.lastIndex = end;
      } else {
        // A fact of a run: go on at the next event.
        const next = this.#firstFrom.get(from + hit.index + 1, to);
        if (next === null || next === undefined) break;
        pattern.lastIndex = next - from;
      }
    }
    return hits;
  }

  /** Takes long where the body is large, or unpacks to much: others have their turn before the next one is looked into. */
  #holds(seq: number, match: TextMatch): boolean {
    const record = this.#journal.record(seq);
    if (record === undefined || record.type !== RECORD_EVENT) return false;
    return match.isIn(decodeEvent(record.meta).envelope, record.body);
  }

  /** What was stored before was received before this time: a request that was accepted later came long before it. */
  #storedAt(seq: number): number {
    return this.#acceptedFrom(seq)?.atMs ?? this.#receivedAt.get(seq) ?? 0;
  }

  #acceptedFrom(seq: number): AcceptedFrom | undefined {
    const record = this.#journal.record(seq);
    return record?.type === RECORD_EVENT ? decodeEvent(record.meta).envelope.acceptedFrom : undefined;
  }

  #view(found: FoundEvent): EventRowView {
    const { row, kind } = found;
    const summary = summaryOf(found, this.#lookup.runsOf(row));
    const { verdict } = summary;
    // Few are: only for them is the record looked into.
    const isLate = verdict.status === "verified" && verdict.afterRefusal === true;
    const acceptedFrom = isLate ? this.#acceptedFrom(row.seq) : undefined;
    return {
      ...summary,
      ...(acceptedFrom !== undefined && { acceptedFrom }),
      sequence: this.#refusals.sequenceOf(row.seq + 1),
      method: kind.method,
      ...(row.delivery_id !== null && { deliveryId: row.delivery_id }),
      ...(row.answer_status !== null && {
        answer: { status: row.answer_status, by: row.answer_by as AnswerRecord["by"], durationMs: row.answer_ms ?? 0 },
      }),
    };
  }
}
