/**
 * Which sources and secrets sent how much, and when last. The kinds know it, unless there are more of them than are told
 * apart: then all events are gone through one by one, once, and later only those that came since.
 */
import type Database from "better-sqlite3";
import type { VerdictRecord } from "../../event/index.ts";
import type { SourceUse } from "../event-queries.ts";
import { eventKindOf, type EventKind, type EventKindRow } from "./kinds.ts";
import { MIXED_KIND } from "./projection-schema.ts";
import type { Steps } from "./query-page.ts";

const STEP_ROWS = 1000;
/** Where no signature is asked for, senders may invent event types: those that come after so many are left out. */
const MOST_UNSIGNED = 5000;

type Source = Pick<EventKind, "tenant" | "eventType" | "verdict">;

type CountedKindRow = EventKindRow & { readonly events: number; readonly last_received_at: number };

interface SourceRow {
  readonly seq: number;
  readonly kind: number;
  readonly own: string | null;
  readonly received_at: number;
}

export class SourceUses {
  readonly #db: Database.Database;
  /** Of the events from `first` to `last`. */
  #gone = { first: -1, last: -1, tally: new Tally() };

  constructor(db: Database.Database) {
    this.#db = db;
  }

  *answer(): Steps<readonly SourceUse[]> {
    const isMixed = this.#db.prepare("SELECT 1 FROM event WHERE kind = ? LIMIT 1").get(MIXED_KIND) !== undefined;
    return isMixed ? yield* this.#ofEvents() : this.#ofKinds();
  }

  #ofKinds(): readonly SourceUse[] {
    const tally = new Tally();
    for (const row of this.#kinds()) if (row.events > 0) tally.add(eventKindOf(row), row.events, row.last_received_at);
    return tally.uses();
  }

  *#ofEvents(): Steps<readonly SourceUse[]> {
    const first = this.#db.prepare<[], number | null>("SELECT min(seq) FROM event").pluck().get() ?? -1;
    // Old events have gone, and what they counted with them.
    if (first !== this.#gone.first) this.#gone = { first, last: -1, tally: new Tally() };
    const after = this.#db.prepare<[number, number], SourceRow>(
      "SELECT seq, kind, own, received_at FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
    );
    for (let kinds = this.#sources(); ;) {
      const rows = after.all(this.#gone.last, STEP_ROWS);
      const last = rows.at(-1);
      if (last === undefined) return this.#gone.tally.uses();
      if (rows.some(({ kind, own }) => own === null && !kinds.has(kind))) kinds = this.#sources();
      for (const { kind, own, received_at: atMs } of rows) {
        const source = own === null ? kinds.get(kind) : (JSON.parse(own) as EventKind);
        if (source !== undefined) this.#gone.tally.add(source, 1, atMs);
      }
      this.#gone.last = last.seq;
      yield;
    }
  }

  #sources(): ReadonlyMap<number, Source> {
    return new Map(this.#kinds().map((row) => [row.id, eventKindOf(row)]));
  }

  #kinds(): readonly CountedKindRow[] {
    return this.#db.prepare<[], CountedKindRow>("SELECT * FROM event_kind ORDER BY id").all();
  }
}

class Tally {
  readonly #uses = new Map<string, SourceUse>();
  #unsigned = 0;

  add({ tenant, eventType, verdict: json }: Source, count: number, atMs: number): void {
    const verdict = JSON.parse(json) as VerdictRecord;
    if (verdict.status === "refused") return;
    const keyName = verdict.status === "verified" ? verdict.keyName : undefined;
    const key = JSON.stringify([tenant, eventType, verdict.status, keyName]);
    const known = this.#uses.get(key);
    if (known === undefined && verdict.status === "unsigned" && ++this.#unsigned > MOST_UNSIGNED) return;
    this.#uses.set(key, {
      tenant,
      eventType,
      verdict: verdict.status,
      ...(keyName !== undefined && { keyName }),
      count: (known?.count ?? 0) + count,
      lastReceivedAtMs: Math.max(known?.lastReceivedAtMs ?? 0, atMs),
    });
  }

  uses(): readonly SourceUse[] {
    return [...this.#uses.values()];
  }
}
