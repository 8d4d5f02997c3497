import { closeSync, fsyncSync, openSync, readdirSync, readSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { withPath } from "../../base/index.ts";
import { decodeHeader, HEADER_BYTES, type SegmentHeader } from "./segment-header.ts";

export interface Segment extends SegmentHeader {
  readonly path: string;
}

const NAME = /^(\d{16})\.journal$/;

/** The file of the segment that starts at `base`; names sort in the order of the journal. */
export function segmentPath(folder: string, base: number): string {
  return join(folder, `${String(base).padStart(16, "0")}.journal`);
}

export interface FoundSegments {
  /** In the order of the journal. */
  readonly segments: readonly Segment[];
  /** Files whose header is not whole: nothing in them can be trusted. */
  readonly unreadable: readonly UnreadableFile[];
}

export interface UnreadableFile {
  readonly path: string;
  /** Where it starts in the journal, as its name says. */
  readonly base: number;
  readonly bytes: number;
}

/**
 * Finds the segments of a folder and reads their headers.
 * @throws GtcError GTC_LOG_FORMAT when a newer gtc wrote one of them.
 */
export function findSegments(folder: string): FoundSegments {
  const segments: Segment[] = [];
  const unreadable: UnreadableFile[] = [];
  for (const name of readdirSync(folder).sort()) {
    const digits = NAME.exec(name)?.[1];
    if (digits === undefined) continue;
    const path = join(folder, name);
    const base = Number(digits);
    const header = decodeHeader(readStart(path), path);
    if (header === undefined || header.base !== base) unreadable.push({ path, base, bytes: fileSize(path) });
    else segments.push({ ...header, path });
  }
  return { segments, unreadable };
}

export function fileSize(path: string): number {
  return statSync(path).size;
}

/** Removes files, as far as nobody else has, and makes the removal durable. */
export function removeFiles(folder: string, paths: readonly string[]): void {
  for (const path of paths) {
    try {
      unlinkSync(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  syncPath(folder);
}

/** Whether there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Makes a file's content durable, or, for a folder, the names in it. */
export function syncPath(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function readStart(path: string): Buffer {
  const fd = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(HEADER_BYTES);
    return bytes.subarray(0, readSync(fd, bytes, 0, HEADER_BYTES, 0));
  } catch (error) {
    throw withPath(path, error);
  } finally {
    closeSync(fd);
  }
}
