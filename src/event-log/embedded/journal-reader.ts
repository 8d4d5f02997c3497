/** Reads single records of the journal by their position, for queries and resumed runs. Never blocks the event loop. */
import { open, type FileHandle } from "node:fs/promises";
import { isWhole, PREFIX_BYTES, readPrefix, recordBytes, type RecordType } from "./record-format.ts";
import { isMissing, type Segment } from "./segment-files.ts";

export interface StoredRecord {
  readonly type: RecordType;
  readonly meta: Buffer;
  readonly body: Buffer;
}

/** Most records are shorter than this: one read brings them whole. */
const FIRST_READ_BYTES = 16 * 1024;
const MOST_OPEN_FILES = 32;

interface OpenFile {
  readonly handle: Promise<FileHandle>;
  /** Reads that are under way. */
  readers: number;
}

/**
 * Invariants:
 * 1. A file is closed when nobody reads from it: made to leave under a read, that read would fail, and so would what it is for.
 * 2. At most `MOST_OPEN_FILES` are open; who needs one more waits until one is idle.
 */
export class JournalReader {
  readonly #segments: Segment[];
  /** The longest open first. */
  readonly #files = new Map<number, OpenFile>();
  #waiting: (() => void)[] = [];

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
    for (const segment of dropped) await this.#forget(segment.base);
    return dropped;
  }

  /** The record at a position; undefined when its segment has been dropped or its bytes are damaged. */
  async read(position: number): Promise<StoredRecord | undefined> {
    const segment = this.#segmentOf(position);
    if (segment === undefined) return undefined;
    const file = await this.#take(segment);
    try {
      return await readRecord(await file.handle, segment, position);
    } catch (error) {
      // Dropped before it could be opened.
      if (isMissing(error) && this.#segmentOf(position) !== segment) return undefined;
      throw error;
    } finally {
      await this.#release(segment.base, file);
    }
  }

  async close(): Promise<void> {
    for (const base of this.#files.keys()) await this.#forget(base);
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

  /** Whoever takes a file releases it. */
  async #take(segment: Segment): Promise<OpenFile> {
    for (;;) {
      const file = this.#files.get(segment.base) ?? this.#open(segment);
      if (file !== undefined) {
        file.readers += 1;
        return file;
      }
      // All are in use: each release lets one go on.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Undefined: there is no room for one more. */
  #open({ base, path }: Segment): OpenFile | undefined {
    if (this.#files.size >= MOST_OPEN_FILES) {
      const idle = [...this.#files].find(([, { readers }]) => readers === 0);
      if (idle === undefined) return undefined;
      // Its handle is there, or failed: nobody waits for it.
      this.#files.delete(idle[0]);
      void closeFile(idle[1]);
    }
    const file: OpenFile = { handle: open(path, "r"), readers: 0 };
    this.#files.set(base, file);
    // What could not be opened now, for want of a descriptor for example, is tried anew the next time.
    file.handle.catch(() => this.#files.get(base) === file && this.#files.delete(base));
    return file;
  }

  async #release(base: number, file: OpenFile): Promise<void> {
    file.readers -= 1;
    const isLeft = file.readers === 0 && this.#files.get(base) !== file;
    this.#waiting.shift()?.();
    if (isLeft) await closeFile(file);
  }

  async #forget(base: number): Promise<void> {
    const file = this.#files.get(base);
    this.#files.delete(base);
    this.#waiting.shift()?.();
    if (file?.readers === 0) await closeFile(file);
  }
}

async function readRecord(file: FileHandle, segment: Segment, position: number): Promise<StoredRecord | undefined> {
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

/** It was only read: that it could not be closed is nobody's concern. */
async function closeFile({ handle }: OpenFile): Promise<void> {
  await handle.then((file) => file.close()).catch(() => undefined);
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
