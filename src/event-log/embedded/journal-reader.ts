/** Reads single records of the journal by their position, for queries and resumed runs. Never blocks the event loop. */
import { open, type FileHandle } from "node:fs/promises";
import { isWhole, PREFIX_BYTES, readPrefix, recordBytes, type RecordType } from "./record-format.ts";
import type { Segment } from "./segment-files.ts";

export interface StoredRecord {
  readonly type: RecordType;
  readonly meta: Buffer;
  readonly body: Buffer;
}

/** Most records are shorter than this: one read brings them whole. */
const FIRST_READ_BYTES = 16 * 1024;
const MOST_OPEN_FILES = 32;

export class JournalReader {
  readonly #segments: Segment[];
  readonly #files = new Map<number, Promise<FileHandle>>();

  constructor(segments: readonly Segment[]) {
    this.#segments = [...segments];
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
  }

  /** Forgets the oldest segments, up to the one that starts at `base`. */
  async dropBefore(base: number): Promise<readonly Segment[]> {
    const kept = this.#segments.findIndex((segment) => segment.base >= base);
    const dropped = this.#segments.splice(0, kept === -1 ? this.#segments.length : kept);
    for (const segment of dropped) await this.#closeFile(segment.base);
    return dropped;
  }

  /** The record at a position; undefined when its segment has been dropped or its bytes are damaged. */
  async read(position: number): Promise<StoredRecord | undefined> {
    const segment = this.#segmentOf(position);
    if (segment === undefined) return undefined;
    try {
      return await this.#readFrom(segment, position);
    } catch (error) {
      // The file was closed to make room for another, or dropped, between two steps of this read.
      if (!isClosedFile(error)) throw error;
      if (this.#segmentOf(position) !== segment) return undefined;
      return this.#readFrom(segment, position);
    }
  }

  async #readFrom(segment: Segment, position: number): Promise<StoredRecord | undefined> {
    const file = await this.#file(segment);
    const offset = position - segment.base;
    let bytes = await readAt(file, offset, FIRST_READ_BYTES);
    const prefix = bytes.length < PREFIX_BYTES ? undefined : readPrefix(bytes, 0);
    if (prefix === undefined) return undefined;
    const total = recordBytes(prefix);
    if (bytes.length < total) bytes = await readAt(file, offset, total);
    if (!isWhole(bytes, 0, prefix, segment.salt)) return undefined;
    const bodyAt = PREFIX_BYTES + prefix.metaBytes;
    return {
      type: prefix.type,
      meta: bytes.subarray(PREFIX_BYTES, bodyAt),
      body: bytes.subarray(bodyAt, total),
    };
  }

  async close(): Promise<void> {
    for (const base of this.#files.keys()) await this.#closeFile(base);
  }

  #segmentOf(position: number): Segment | undefined {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#segments[middle]!.base <= position) low = middle + 1;
      else high = middle;
    }
    return this.#segments[low - 1];
  }

  async #file(segment: Segment): Promise<FileHandle> {
    const known = this.#files.get(segment.base);
    if (known !== undefined) return known;
    const opened = open(segment.path, "r");
    this.#files.set(segment.base, opened);
    // What could not be opened now, for want of a descriptor for example, is tried anew the next time.
    opened.catch(() => this.#files.get(segment.base) === opened && this.#files.delete(segment.base));
    if (this.#files.size > MOST_OPEN_FILES) {
      const [oldest] = this.#files.keys();
      if (oldest !== undefined) await this.#closeFile(oldest);
    }
    return opened;
  }

  async #closeFile(base: number): Promise<void> {
    const file = this.#files.get(base);
    this.#files.delete(base);
    const handle = await file?.catch(() => undefined);
    await handle?.close();
  }
}

function isClosedFile(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EBADF" || error.code === "ENOENT");
}

async function readAt(file: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
