/**
 * Where in the journal the event with a given key stands: fingerprint → position, in typed arrays, without a disk.
 * It grows by adding tables, never by moving one, so that no append waits for a rehash; a table goes as a whole once
 * its newest key has left the window. Above the limit the oldest table goes early, and `forgotten` says so.
 */
import { randomInt } from "node:crypto";
import { mix } from "./fingerprint.ts";

interface Table {
  readonly fingerprints: Float64Array;
  readonly positions: Float64Array;
  readonly most: number;
  used: number;
  newestMs: number;
}

const FIRST_TABLE_KEYS = 1 << 14;
const LARGEST_TABLE_KEYS = 1 << 20;

export class FingerprintMap {
  readonly #maxKeys: number;
  readonly #tables: Table[] = [];
  #keys = 0;
  /** Keys that were given up before their window was over, because there were more than `maxKeys`. */
  forgotten = 0;

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  /** Positions that may hold the key, those of newer tables first. */
  find(fingerprint: number): readonly number[] {
    let found: number[] | undefined;
    for (let index = this.#tables.length - 1; index >= 0; index--) {
      const table = this.#tables[index]!;
      const mask = table.fingerprints.length - 1;
      let slot = firstSlotOf(table, fingerprint);
      for (; table.fingerprints[slot] !== 0; slot = (slot + 1) & mask)
        if (table.fingerprints[slot] === fingerprint) (found ??= []).push(table.positions[slot]!);
    }
    return found ?? NONE;
  }

  set(fingerprint: number, position: number, receivedAtMs: number): void {
    const table = this.#tableWithRoom();
    const mask = table.fingerprints.length - 1;
    let slot = firstSlotOf(table, fingerprint);
    // Beside one that is the same: it may be another key's, whose redelivery would be taken for a new event.
    while (table.fingerprints[slot] !== 0) slot = (slot + 1) & mask;
    table.fingerprints[slot] = fingerprint;
    table.positions[slot] = position;
    table.used += 1;
    this.#keys += 1;
    table.newestMs = Math.max(table.newestMs, receivedAtMs);
  }

  /** Gives up the tables whose keys were all received before the given time. */
  expire(beforeMs: number): void {
    while (this.#tables.length > 0 && this.#tables[0]!.newestMs < beforeMs) this.#dropOldest();
  }

  #tableWithRoom(): Table {
    const last = this.#tables.at(-1);
    if (last !== undefined && last.used < last.most) return last;
    const most = last === undefined ? FIRST_TABLE_KEYS : Math.min(last.most * 2, LARGEST_TABLE_KEYS);
    while (this.#tables.length > 0 && this.#keys + most > this.#maxKeys) this.forgotten += this.#dropOldest();
    const slots = most * 2;
    const table: Table = {
      fingerprints: new Float64Array(slots),
      positions: new Float64Array(slots),
      most,
      used: 0,
      newestMs: -Infinity,
    };
    this.#tables.push(table);
    return table;
  }

  #dropOldest(): number {
    const used = this.#tables.shift()?.used ?? 0;
    this.#keys -= used;
    return used;
  }
}

const NONE: readonly number[] = [];

/**
 * Others in each process: how a fingerprint is made is known, and whoever may choose delivery ids could choose them so that
 * all belong into one slot. Each would be looked for behind all others.
 */
const LOW_SEED = randomInt(2 ** 32);
const HIGH_SEED = randomInt(2 ** 32);

/** 32 bits that depend on every bit of the fingerprint. */
function scattered(fingerprint: number): number {
  return mix(mix(fingerprint ^ LOW_SEED) ^ Math.trunc(fingerprint / 2 ** 32) ^ HIGH_SEED);
}

/** Where a fingerprint is looked for first; behind that up to a free slot, of which a table has at least half. */
function firstSlotOf(table: Table, fingerprint: number): number {
  return scattered(fingerprint) & (table.fingerprints.length - 1);
}
