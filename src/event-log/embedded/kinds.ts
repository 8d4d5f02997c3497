/**
 * What many rows have in common stands once: a kind. This is the writer's side: it gives every event and run the
 * number of its kind, and counts the rows of each.
 *
 * Invariants:
 * 1. A kind that is handed out is written by the flush of the same transaction; after a transaction that failed,
 *    `load` forgets those that were not.
 * 2. There are at most `MOST_KINDS`; what comes after is of `MIXED_KIND`, and its row carries its own.
 */
import type Database from "better-sqlite3";
import type { EnvelopeHead } from "../../event/index.ts";
import { MIXED_KIND } from "./projection-schema.ts";

/** What the events of one kind have in common. */
export interface EventKind {
  readonly tenant: string;
  readonly eventType: string;
  readonly providerType: string | undefined;
  readonly method: string;
  /** JSON. */
  readonly verdict: string;
  /** Of the runs that were started for it, sorted, each once. */
  readonly flows: readonly string[];
}

/** What the runs of one kind have in common. */
export interface RunKind {
  readonly tenant: string;
  readonly eventType: string;
  readonly flow: string;
}

/** A sender may choose event types and provider types where no signature is asked for: their number has a bound. */
export const MOST_KINDS = 4096;

interface KindEntry<K> {
  readonly id: number;
  readonly kind: K;
  /** Rows that came or went since the last flush. */
  change: number;
  lastAtMs: number;
}

export interface KindTable<K> {
  readonly keyOf: (kind: K) => string;
  /** All kinds that were written. */
  readonly rows: () => readonly { readonly id: number; readonly kind: K }[];
  readonly insert: (id: number, kind: K) => void;
  readonly count: (id: number, change: number, lastAtMs: number) => void;
}

export class Kinds<K> {
  readonly #table: KindTable<K>;
  readonly #byKey = new Map<string, KindEntry<K>>();
  readonly #byId = new Map<number, KindEntry<K>>();
  #fresh: KindEntry<K>[] = [];
  readonly #changed = new Set<KindEntry<K>>();
  #next = MIXED_KIND + 1;

  constructor(table: KindTable<K>) {
    this.#table = table;
    this.load();
  }

  /** The number of a kind; `MIXED_KIND` when it is new and there are too many. */
  idOf(kind: K): number {
    const key = this.#table.keyOf(kind);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known.id;
    if (this.#byKey.size >= MOST_KINDS) return MIXED_KIND;
    const entry = this.#add(this.#next, kind, key);
    this.#fresh.push(entry);
    return entry.id;
  }

  /** Undefined for `MIXED_KIND`. */
  get(id: number): K | undefined {
    return this.#byId.get(id)?.kind;
  }

  count(id: number, change: number, atMs: number): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    entry.change += change;
    entry.lastAtMs = Math.max(entry.lastAtMs, atMs);
    this.#changed.add(entry);
  }

  /** Writes what is new. The caller holds the transaction. */
  flush(): void {
    for (const { id, kind } of this.#fresh) this.#table.insert(id, kind);
    this.#fresh = [];
    for (const entry of this.#changed) {
      this.#table.count(entry.id, entry.change, entry.lastAtMs);
      entry.change = 0;
      entry.lastAtMs = 0;
    }
    this.#changed.clear();
  }

  /** Knows what is written, and nothing else. */
  load(): void {
    this.#byKey.clear();
    this.#byId.clear();
    this.#changed.clear();
    this.#fresh = [];
    for (const { id, kind } of this.#table.rows()) this.#add(id, kind, this.#table.keyOf(kind));
  }

  #add(id: number, kind: K, key: string): KindEntry<K> {
    const entry: KindEntry<K> = { id, kind, change: 0, lastAtMs: 0 };
    this.#byKey.set(key, entry);
    this.#byId.set(id, entry);
    this.#next = Math.max(this.#next, id + 1);
    return entry;
  }
}

export function kindOfEvent(envelope: EnvelopeHead, flows: readonly string[]): EventKind {
  const { tenant, eventType, providerType, method } = envelope;
  return { tenant, eventType, providerType, method, verdict: JSON.stringify(envelope.verdict), flows };
}

export interface EventKindRow {
  readonly id: number;
  readonly tenant: string;
  readonly event_type: string;
  readonly provider_type: string | null;
  readonly method: string;
  readonly verdict: string;
  readonly flows: string;
}

export function eventKinds(db: Database.Database): Kinds<EventKind> {
  const insert = db.prepare("INSERT INTO event_kind VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)");
  const count = db.prepare(
    "UPDATE event_kind SET events = events + ?, last_received_at = max(last_received_at, ?) WHERE id = ?",
  );
  const all = db.prepare<[], EventKindRow>("SELECT * FROM event_kind ORDER BY id");
  return new Kinds<EventKind>({
    keyOf: (kind) =>
      `${kind.tenant}\0${kind.eventType}\0${kind.providerType ?? "\0"}\0${kind.method}\0${kind.verdict}\0${kind.flows.join("\0")}`,
    rows: () => all.all().map((row) => ({ id: row.id, kind: eventKindOf(row) })),
    insert: (id, { tenant, eventType, providerType, method, verdict, flows }) =>
      insert.run(id, tenant, eventType, providerType ?? null, method, verdict, JSON.stringify(flows)),
    count: (id, change, lastAtMs) => count.run(change, lastAtMs, id),
  });
}

export function eventKindOf(row: EventKindRow): EventKind {
  return {
    tenant: row.tenant,
    eventType: row.event_type,
    providerType: row.provider_type ?? undefined,
    method: row.method,
    verdict: row.verdict,
    flows: JSON.parse(row.flows) as readonly string[],
  };
}

interface RunKindRow {
  readonly id: number;
  readonly tenant: string;
  readonly event_type: string;
  readonly flow: string;
}

export function runKinds(db: Database.Database): Kinds<RunKind> {
  const insert = db.prepare("INSERT INTO run_kind VALUES (?, ?, ?, ?, 0)");
  const count = db.prepare("UPDATE run_kind SET runs = runs + ? WHERE id = ?");
  const all = db.prepare<[], RunKindRow>("SELECT * FROM run_kind ORDER BY id");
  return new Kinds<RunKind>({
    keyOf: ({ tenant, eventType, flow }) => `${tenant}\0${eventType}\0${flow}`,
    rows: () =>
      all.all().map(({ id, tenant, event_type, flow }) => ({ id, kind: { tenant, eventType: event_type, flow } })),
    insert: (id, { tenant, eventType, flow }) => insert.run(id, tenant, eventType, flow),
    count: (id, change) => count.run(change, id),
  });
}
