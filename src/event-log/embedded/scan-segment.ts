/**
 * Reads the records of one segment in order, from a position to a limit. A place that is no whole record is skipped:
 * the scan goes on at the next whole record behind it (the salt in the checksum makes a false find as unlikely as a
 * collision of 32 bits), and the skipped bytes are reported. Zeros up to the limit are unwritten space, not damage.
 */
import { readSync } from "node:fs";
import { RangeSums } from "./range-sums.ts";
import {
  isWhole,
  MARK_BYTES,
  PREFIX_BYTES,
  readPrefix,
  recordBytes,
  startOfCrc,
  type RecordPrefix,
  type RecordType,
} from "./record-format.ts";

export interface ScannedRecord {
  /** Where the record starts in the journal. */
  readonly position: number;
  readonly type: RecordType;
  /** Valid until the next record is read. */
  readonly meta: Buffer;
  readonly bodyBytes: number;
}

export interface Damage {
  readonly from: number;
  readonly to: number;
}

export interface ScanRange {
  readonly fd: number;
  readonly salt: number;
  /** The segment's place in the journal: file offset 0. */
  readonly base: number;
  readonly from: number;
  readonly to: number;
  /** Records from here on are known to be whole: their checksums are not computed again. */
  readonly wholeFrom?: number;
  /** Where it may read to, of `CHUNK_BYTES`; given by who scans often. Memory that was used before costs no page faults. */
  readonly scratch?: Buffer<ArrayBuffer>;
}

/** What is read at once; it stays in a processor's cache. */
export const CHUNK_BYTES = 256 * 1024;

export class SegmentScan {
  readonly #range: ScanRange;
  readonly #scratch: Buffer<ArrayBuffer>;
  readonly damage: Damage[] = [];
  /** For what is looked at behind a damaged place. */
  #sums: RangeSums | undefined;
  #window = Buffer.allocUnsafe(0);
  #windowAt: number;
  #at: number;
  /** Where the last whole record ended. */
  end: number;

  constructor(range: ScanRange) {
    this.#range = range;
    this.#scratch = range.scratch ?? Buffer.allocUnsafe(Math.max(0, Math.min(CHUNK_BYTES, range.to - range.from)));
    this.#at = range.from;
    this.#windowAt = range.from;
    this.end = range.from;
  }

  /** The next whole record, or undefined at the limit. */
  next(): ScannedRecord | undefined {
    let damagedFrom: number | undefined;
    for (;;) {
      const record = this.#wholeRecordAt(this.#at, damagedFrom !== undefined);
      if (record !== undefined) {
        if (damagedFrom !== undefined) this.damage.push({ from: damagedFrom, to: this.#at });
        const total = PREFIX_BYTES + record.meta.length + record.bodyBytes;
        this.#at += total;
        this.end = this.#at;
        return record;
      }
      if (damagedFrom === undefined && this.#isUnwritten()) return undefined;
      damagedFrom ??= this.#at;
      const candidate = this.#nextMark(this.#at + 1);
      if (candidate === undefined) {
        if (damagedFrom < this.#range.to) this.damage.push({ from: damagedFrom, to: this.#range.to });
        this.#at = this.#range.to;
        return undefined;
      }
      this.#at = candidate;
    }
  }

  #wholeRecordAt(position: number, searching: boolean): ScannedRecord | undefined {
    if (position + PREFIX_BYTES > this.#range.to) return undefined;
    this.#load(position, PREFIX_BYTES);
    let at = position - this.#windowAt;
    const prefix = at + PREFIX_BYTES <= this.#window.length ? readPrefix(this.#window, at) : undefined;
    if (prefix === undefined || position + recordBytes(prefix) > this.#range.to) return undefined;
    if (searching && !this.#hasItsSum(position, prefix)) return undefined;
    this.#load(position, recordBytes(prefix));
    at = position - this.#windowAt;
    if (at + recordBytes(prefix) > this.#window.length) return undefined;
    const known = !searching && position >= (this.#range.wholeFrom ?? Infinity);
    if (!known && !isWhole(this.#window, at, prefix, this.#range.salt)) return undefined;
    const meta = this.#window.subarray(at + PREFIX_BYTES, at + PREFIX_BYTES + prefix.metaBytes);
    return { position, type: prefix.type, meta, bodyBytes: prefix.bodyBytes };
  }

  /** Whether what begins in the window is a record, without reading to its end: there may be very many that are none. */
  #hasItsSum(position: number, prefix: RecordPrefix): boolean {
    const { fd, base, salt } = this.#range;
    const offset = position - base;
    const start = startOfCrc(this.#window, position - this.#windowAt, salt);
    this.#sums ??= new RangeSums(fd, offset);
    return this.#sums.crcOf(offset + PREFIX_BYTES, offset + recordBytes(prefix), start) === prefix.crc;
  }

  /** Makes `bytes` bytes from `position` stand in the window, as far as the file holds them. */
  #load(position: number, bytes: number): void {
    const offset = position - this.#windowAt;
    if (offset >= 0 && offset + bytes <= this.#window.length) return;
    const wanted = Math.min(Math.max(bytes, CHUNK_BYTES), this.#range.to - position);
    const window = wanted <= this.#scratch.length ? this.#scratch : Buffer.allocUnsafe(wanted);
    let filled = 0;
    while (filled < wanted) {
      const fileOffset = position - this.#range.base + filled;
      const read = readSync(this.#range.fd, window, filled, wanted - filled, fileOffset);
      if (read === 0) break;
      filled += read;
    }
    this.#window = window.subarray(0, filled);
    this.#windowAt = position;
  }

  #nextMark(from: number): number | undefined {
    for (let position = from; position + PREFIX_BYTES <= this.#range.to;) {
      this.#load(position, PREFIX_BYTES);
      const offset = position - this.#windowAt;
      const found = this.#window.indexOf(MARK_BYTES, offset);
      if (found >= 0) return this.#windowAt + found;
      const scanned = this.#windowAt + this.#window.length;
      if (scanned <= position + 1) return undefined;
      position = scanned - 1;
    }
    return undefined;
  }

  #isUnwritten(): boolean {
    for (let position = this.#at; position < this.#range.to;) {
      this.#load(position, 1);
      const offset = position - this.#windowAt;
      if (offset >= this.#window.length) return true;
      for (let index = offset; index < this.#window.length; index++) if (this.#window[index] !== 0) return false;
      position = this.#windowAt + this.#window.length;
    }
    return true;
  }
}
