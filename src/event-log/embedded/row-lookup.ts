/** Single rows of the projection with what they have in common with others, for readers on any thread. */
import type Database from "better-sqlite3";
import type { FoundEvent } from "./event-filter.ts";
import { eventKindOf, type EventKind, type EventKindRow, type RunKind } from "./kinds.ts";
import type { EventRow, RunRow } from "./projection-rows.ts";

export interface FoundRun {
  readonly row: RunRow;
  readonly kind: RunKind;
}

type JoinedRun = RunRow & {
  readonly tenant: string | null;
  readonly event_type: string | null;
  readonly flow: string | null;
};

const RUNS = `SELECT run.*, tenant, event_type, flow FROM run LEFT JOIN run_kind ON run_kind.id = run.kind`;

export class RowLookup {
  readonly #eventById: Database.Statement<[string], EventRow>;
  readonly #kindById: Database.Statement<[number], EventKindRow>;
  readonly #plannedRuns: Database.Statement<[number, number], JoinedRun>;
  readonly #laterRuns: Database.Statement<[number], JoinedRun>;
  readonly #runById: Database.Statement<[string], JoinedRun>;
  readonly #runAt: Database.Statement<[number], JoinedRun>;

  constructor(db: Database.Database) {
    this.#eventById = db.prepare("SELECT * FROM event WHERE id = ?");
    this.#kindById = db.prepare("SELECT * FROM event_kind WHERE id = ?");
    this.#plannedRuns = db.prepare(`${RUNS} WHERE seq >= ? AND seq < ? ORDER BY seq`);
    this.#laterRuns = db.prepare(`${RUNS} WHERE queued_at <> event_seq AND event_seq = ? ORDER BY seq`);
    this.#runById = db.prepare(`${RUNS} WHERE run.id = ?`);
    this.#runAt = db.prepare(`${RUNS} WHERE seq = ?`);
  }

  eventById(id: string): FoundEvent | undefined {
    const row = this.#eventById.get(id);
    if (row === undefined) return undefined;
    if (row.own !== null) return { row, kind: JSON.parse(row.own) as EventKind };
    const kind = this.#kindById.get(row.kind);
    return kind && { row, kind: eventKindOf(kind) };
  }

  runById(id: string): FoundRun | undefined {
    const row = this.#runById.get(id);
    return row && foundRun(row);
  }

  runAt(seq: number): FoundRun | undefined {
    const row = this.#runAt.get(seq);
    return row && foundRun(row);
  }

  /** The runs of an event, in the order in which they were queued. */
  runsOf(event: EventRow): readonly FoundRun[] {
    if (event.runs === 0) return [];
    // Ids of planned runs follow their event's at once, and no other record's ids come between.
    const planned = this.#plannedRuns.all(event.seq, event.seq + event.runs);
    const own = planned.filter((run) => run.event_seq === event.seq && run.queued_at === event.seq);
    const rows = own.length === event.runs ? own : [...own, ...this.#laterRuns.all(event.seq)];
    return rows.map(foundRun);
  }
}

function foundRun({ tenant, event_type, flow, ...row }: JoinedRun): FoundRun {
  if (row.own !== null) return { row, kind: JSON.parse(row.own) as RunKind };
  return { row, kind: { tenant: tenant ?? "", eventType: event_type ?? "", flow: flow ?? "" } };
}
