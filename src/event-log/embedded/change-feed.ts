/**
 * What changed since a sequence, read from the journal itself: a restart, a rebuilt projection or a slow reader loses
 * nothing. Refused requests are merged in by their own sequence (see `refusal-reader.ts`).
 */
import type { AnyText } from "../../base/index.ts";
import type Database from "better-sqlite3";
import type { Fact } from "../event-log.ts";
import type { Change, ChangePage } from "../event-queries.ts";
import { readFactsUnread } from "../fact-json.ts";
import { decodeEvent } from "./event-record.ts";
import { JournalFollower } from "./journal-follower.ts";
import type { JournalView } from "./query-protocol.ts";
import { RECORD_EVENT } from "./record-format.ts";
import type { RefusalReader } from "./refusal-reader.ts";
import type { RowLookup } from "./row-lookup.ts";
import type { ScannedRecord } from "./scan-segment.ts";

/** A page reads at most about so much of the journal behind the place that it is asked from. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Ends of pages that are remembered: there are no more viewers at a time. */
const MOST_ENDS = 64;

export class ChangeFeed {
  readonly #refusals: RefusalReader;
  readonly #lookup: RowLookup;
  readonly #lastBefore: Database.Statement<[number], number | null>;
  readonly #eventId: Database.Statement<[number], string>;
  /**
   * By the sequences at which pages ended, the oldest first: the record to go on at. Without it a page begins at the last
   * event, and reads all that came since then again.
   */
  readonly #ends = new Map<number, number>();

  constructor(db: Database.Database, lookup: RowLookup, refusals: RefusalReader) {
    this.#refusals = refusals;
    this.#lookup = lookup;
    this.#lastBefore = db.prepare<[number], number | null>("SELECT max(seq) FROM event WHERE seq < ?").pluck();
    this.#eventId = db.prepare<[number], string>("SELECT id FROM event WHERE seq = ?").pluck();
  }

  since(sequence: number, limit: number, view: JournalView): ChangePage {
    const first = view.segments[0]?.base ?? 0;
    const latest = this.#refusals.latest(view.end);
    const place = this.#refusals.placeOf(sequence);
    const gap = sequence > latest || place < first || sequence < this.#refusals.forgotten();
    if (sequence > latest) return { changes: [], sequence: latest, gap };
    const { changes, starts, end } = this.#stored(Math.max(place, first), sequence, limit, view);
    for (const { sequence: at, id } of this.#refusals.after(sequence, end, limit + 1)) {
      changes.push({ sequence: at, type: "refused", refusalId: id });
    }
    changes.sort((a, b) => a.sequence - b.sequence);
    if (changes.length <= limit) {
      const last = this.#refusals.sequenceOf(end + 1) - 1;
      this.#noteEnd(last, end);
      return { changes: coalesced(changes), sequence: last, gap };
    }
    const page = changes.slice(0, limit);
    const last = page.at(-1)?.sequence ?? sequence;
    const reached = this.#refusals.placeOf(last);
    this.#noteEnd(last, starts.findLast((start) => start <= reached) ?? reached);
    return { changes: coalesced(page), sequence: last, gap };
  }

  /** Changes told by records from a place on, where those records begin, and where the reading ended. */
  #stored(place: number, sequence: number, limit: number, view: JournalView): Stored {
    const start = this.#recordAt(place, sequence, view);
    const follower = new JournalFollower(view.segments, start, Infinity);
    const changes: Change[] = [];
    const starts = [start];
    try {
      follower.read(view.end, (record) => {
        starts.push(record.position);
        for (const change of this.#told(record)) if (change.sequence > sequence) changes.push(change);
        return changes.length <= limit && record.position - place < MOST_BYTES;
      });
    } finally {
      follower.close();
    }
    return { changes, starts, end: follower.position };
  }

  #noteEnd(sequence: number, start: number): void {
    this.#ends.delete(sequence);
    this.#ends.set(sequence, start);
    const [oldest] = this.#ends.keys();
    if (this.#ends.size > MOST_ENDS && oldest !== undefined) this.#ends.delete(oldest);
  }

  /** Where a record begins, at the place or before it. */
  #recordAt(place: number, sequence: number, view: JournalView): number {
    const known = this.#ends.get(sequence);
    if (known !== undefined && known <= place) return known;
    if (place >= view.end) return place;
    const segment = view.segments.findLast(({ base }) => base <= place)?.base ?? 0;
    return Math.max(segment, this.#lastBefore.get(place + 1) ?? segment);
  }

  *#told(record: ScannedRecord): Generator<Change> {
    const sequenceOf = (index: number): number => this.#refusals.sequenceOf(record.position + 1 + index);
    if (record.type === RECORD_EVENT) {
      yield { sequence: sequenceOf(0), type: "event_stored", eventId: decodeEvent(record.meta).envelope.id };
      return;
    }
    for (const [index, fact] of readFactsUnread(record.meta).entries()) {
      const change = this.#change(fact, sequenceOf(index));
      if (change !== undefined) yield change;
    }
  }

  #change(fact: Fact<AnyText>, sequence: number): Change | undefined {
    switch (fact.type) {
      case "answered":
        return { sequence, type: "event_answered", eventId: fact.eventId };
      case "run_queued":
        return { sequence, type: "run_changed", runId: fact.run.id, eventId: fact.run.eventId, status: "queued" };
      case "run_started":
        return this.#ran(fact.runId, "running", sequence);
      case "run_waiting":
        return this.#ran(fact.runId, "waiting", sequence);
      case "run_ended":
        return this.#ran(fact.runId, fact.status, sequence);
      case "step_done":
      case "flow_stored":
      case "traffic_minute":
        return undefined;
      default:
        return fact satisfies never;
    }
  }

  #ran(
    runId: string,
    status: Extract<Change, { type: "run_changed" }>["status"],
    sequence: number,
  ): Change | undefined {
    const run = this.#lookup.runById(runId);
    const eventId = run && this.#eventId.get(run.row.event_seq);
    return eventId === undefined ? undefined : { sequence, type: "run_changed", runId, eventId, status };
  }
}

interface Stored {
  readonly changes: Change[];
  readonly starts: readonly number[];
  readonly end: number;
}

/** Of several changes of one run the last. */
function coalesced(changes: readonly Change[]): readonly Change[] {
  const last = new Map<string, Change>();
  for (const change of changes) if (change.type === "run_changed") last.set(change.runId, change);
  return changes.filter((change) => change.type !== "run_changed" || last.get(change.runId) === change);
}
