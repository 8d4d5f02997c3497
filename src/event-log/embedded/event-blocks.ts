/**
 * What the events of a stretch of the log have in common, one row per `BLOCK_EVENTS`: the times they span, and a hash of
 * each delivery id. A delivery is found by going through the hashes (4 bytes an event) instead of an index over random
 * keys, whose every insert would dirty another page.
 *
 * Invariant: only full blocks are written. Those after the last block are in memory here, and readers look at their rows.
 */
import type Database from "better-sqlite3";
import { fingerprintOf } from "./fingerprint.ts";
import { BLOCK_EVENTS } from "./projection-schema.ts";

/** The hash by which a delivery id is found. */
export function deliveryHash(deliveryId: string): number {
  return fingerprintOf(deliveryId) >>> 0;
}

interface UnblockedRow {
  readonly seq: number;
  readonly received_at: number;
  readonly delivery_id: string | null;
  readonly created_at: number | null;
}

export class EventBlocks {
  readonly #db: Database.Database;
  readonly #insert: Database.Statement;
  #hashes: number[] = [];
  #firstSeq = 0;
  #lastSeq = 0;
  #firstAt = Infinity;
  #lastAt = -Infinity;
  #events = 0;
  #full: unknown[][] = [];

  constructor(db: Database.Database) {
    this.#db = db;
    this.#insert = db.prepare("INSERT INTO event_block VALUES (?, ?, ?, ?, ?)");
    this.load();
  }

  /** `queuedAtMs`: of the event's first run, which of an event that was accepted later is queued long after its receipt. */
  add(seq: number, receivedAtMs: number, deliveryId: string | null, queuedAtMs = receivedAtMs): void {
    if (this.#events === 0) this.#firstSeq = seq;
    this.#lastSeq = seq;
    this.#firstAt = Math.min(this.#firstAt, receivedAtMs);
    this.#lastAt = Math.max(this.#lastAt, receivedAtMs, queuedAtMs);
    if (deliveryId !== null) this.#hashes.push(deliveryHash(deliveryId));
    if (++this.#events < BLOCK_EVENTS) return;
    const deliveries = Buffer.from(Uint32Array.from(this.#hashes).buffer);
    this.#full.push([this.#lastSeq, this.#firstSeq, this.#firstAt, this.#lastAt, deliveries]);
    this.#begin();
  }

  /** Writes the blocks that are full. The caller holds the transaction. */
  flush(): void {
    for (const block of this.#full) this.#insert.run(...block);
    this.#full = [];
  }

  /** Begins with the events that are in no block yet. */
  load(): void {
    this.#full = [];
    this.#begin();
    const last = this.#db.prepare<[], number | null>("SELECT max(last_seq) FROM event_block").pluck().get() ?? -1;
    // The first run of an event has the event's own number.
    const rows = this.#db.prepare<[number], UnblockedRow>(
      `SELECT event.seq, received_at, delivery_id, run.created_at FROM event
         LEFT JOIN run ON run.seq = event.seq WHERE event.seq > ? ORDER BY event.seq`,
    );
    for (const row of rows.all(last)) this.add(row.seq, row.received_at, row.delivery_id, row.created_at ?? undefined);
  }

  #begin(): void {
    this.#hashes = [];
    this.#events = 0;
    this.#firstAt = Infinity;
    this.#lastAt = -Infinity;
  }
}
