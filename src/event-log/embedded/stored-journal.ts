/** Reads the journal's bytes from a thread that may block: single records, and whole stretches for a search. */
import { closeSync, openSync, readSync } from "node:fs";
import { isWhole, PREFIX_BYTES, readPrefix, recordBytes } from "./record-format.ts";
import type { StoredRecord } from "./journal-reader.ts";
import { isMissing, type Segment } from "./segment-files.ts";

const FIRST_READ_BYTES = 8 * 1024;
const MOST_OPEN_FILES = 8;

export class StoredJournal {
  #segments: readonly Segment[] = [];
  readonly #files = new Map<string, number>();

  /** Looks at these segments from now on. */
  use(segments: readonly Segment[]): void {
    this.#segments = segments;
    const paths = new Set(segments.map((segment) => segment.path));
    for (const path of this.#files.keys()) if (!paths.has(path)) this.#close(path);
  }

  /** The segment in which a position lies; undefined when it was dropped. */
  segmentOf(position: number): Segment | undefined {
    return this.#segments.findLast((segment) => segment.base <= position);
  }

  /** The record at a position; undefined when it was dropped or is damaged. */
  record(position: number): StoredRecord | undefined {
    const segment = this.segmentOf(position);
    if (segment === undefined) return undefined;
    let bytes = this.bytes(position, FIRST_READ_BYTES);
    const prefix = bytes.length < PREFIX_BYTES ? undefined : readPrefix(bytes, 0);
    if (prefix === undefined) return undefined;
    const total = recordBytes(prefix);
    if (bytes.length < total) bytes = this.bytes(position, total);
    if (!isWhole(bytes, 0, prefix, segment.salt)) return undefined;
    const bodyAt = PREFIX_BYTES + prefix.metaBytes;
    return { type: prefix.type, meta: bytes.subarray(PREFIX_BYTES, bodyAt), body: bytes.subarray(bodyAt, total) };
  }

  /** At most so many bytes from a position of one segment; none when it was dropped. */
  bytes(position: number, most: number): Buffer {
    const index = this.#segments.findLastIndex(({ base }) => base <= position);
    const segment = this.#segments[index];
    const fd = segment && this.#open(segment.path);
    if (segment === undefined || fd === undefined) return Buffer.alloc(0);
    // What lies behind the start of the next segment was rejected.
    const count = Math.min(most, (this.#segments[index + 1]?.base ?? Infinity) - position);
    const buffer = Buffer.allocUnsafe(count);
    let filled = 0;
    while (filled < count) {
      const read = readSync(fd, buffer, filled, count - filled, position - segment.base + filled);
      if (read === 0) break;
      filled += read;
    }
    return buffer.subarray(0, filled);
  }

  close(): void {
    for (const path of this.#files.keys()) this.#close(path);
  }

  #open(path: string): number | undefined {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const [oldest] = this.#files.keys();
    if (this.#files.size >= MOST_OPEN_FILES && oldest !== undefined) this.#close(oldest);
    try {
      const fd = openSync(path, "r");
      this.#files.set(path, fd);
      return fd;
    } catch (error) {
      // Retention was quicker.
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #close(path: string): void {
    const fd = this.#files.get(path);
    this.#files.delete(path);
    if (fd !== undefined) closeSync(fd);
  }
}
