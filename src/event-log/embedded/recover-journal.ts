/**
 * What is done with the journal before anything else when a log is opened: find the segments, read the last one whole
 * (earlier ones were whole when the next was begun), and decide where writing goes on.
 *
 * A torn tail is cut off. Damage with whole records behind it stays where it is, and writing goes on in a new segment,
 * so that the damaged one is never extended. Both are reported.
 */
import { randomInt } from "node:crypto";
import { closeSync, mkdirSync, openSync, renameSync, truncateSync } from "node:fs";
import { SegmentScan, type Damage } from "./scan-segment.ts";
import { encodeHeader, HEADER_BYTES } from "./segment-header.ts";
import { fileSize, findSegments, segmentPath, syncPath, type Segment } from "./segment-files.ts";
import type { OpenJournalFile } from "./journal-file.ts";

/** What was found damaged and left out. Positions are bytes of the journal. */
export interface DamageReport {
  readonly path: string;
  readonly from: number;
  readonly bytes: number;
  /** `torn-tail`: nothing whole came after it, it was cut off. `skipped`: whole records behind it were kept. `unreadable-segment`: its header is damaged, the file was set aside. */
  readonly kind: "torn-tail" | "skipped" | "unreadable-segment";
}

export interface RecoveredJournal {
  readonly segments: readonly Segment[];
  readonly salt: number;
  /** After the last whole record. */
  readonly end: number;
  readonly damage: readonly DamageReport[];
  /** The last segment is damaged inside: writing goes on in a new one. */
  readonly mustRoll: boolean;
}

/**
 * Reads the journal of a folder without changing it.
 * @throws GtcError GTC_LOG_FORMAT when a newer gtc wrote it.
 */
export function inspectJournal(folder: string): RecoveredJournal {
  const { segments, unreadable } = findSegments(folder);
  const damage: DamageReport[] = unreadable.map((path) => ({
    path,
    from: 0,
    bytes: fileSize(path),
    kind: "unreadable-segment",
  }));
  const last = segments.at(-1);
  if (last === undefined) return { segments, salt: randomInt(1, 2 ** 32), end: 0, damage, mustRoll: false };
  const scanned = scanLast(last);
  damage.push(...scanned.damage);
  return { segments, salt: last.salt, end: scanned.end, damage, mustRoll: scanned.damage.some(isInside) };
}

/** Makes the folder fit for writing: sets unreadable files aside, cuts a torn tail, makes the first segment. */
export async function repairJournal(
  folder: string,
  found: RecoveredJournal,
  openFile: OpenJournalFile,
  nowMs: number,
): Promise<RecoveredJournal> {
  for (const { kind, path } of found.damage) if (kind === "unreadable-segment") renameSync(path, `${path}.damaged`);
  const last = found.segments.at(-1);
  if (last !== undefined && fileSize(last.path) > found.end - last.base) {
    truncateSync(last.path, found.end - last.base);
  }
  // The records of a process that was killed in the middle of a write may be whole in the system's cache alone: from
  // here on they count as stored, so they must be.
  if (last !== undefined) syncPath(last.path);
  syncPath(folder);
  if (last !== undefined && !found.mustRoll) return found;
  const base = found.end;
  const segment: Segment = { path: segmentPath(folder, base), salt: found.salt, base, createdAtMs: nowMs };
  const file = await openFile(segment.path, true);
  await file.write([encodeHeader(segment)], 0);
  await file.close();
  syncPath(folder);
  return { ...found, segments: [...found.segments, segment], end: base + HEADER_BYTES };
}

export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

function isInside(damage: DamageReport): boolean {
  return damage.kind === "skipped";
}

function scanLast(segment: Segment): { end: number; damage: DamageReport[] } {
  const fd = openSync(segment.path, "r");
  try {
    const to = segment.base + fileSize(segment.path);
    const scan = new SegmentScan({ fd, salt: segment.salt, base: segment.base, from: segment.base + HEADER_BYTES, to });
    while (scan.next() !== undefined);
    return { end: scan.end, damage: scan.damage.map((damage) => reportOf(segment, damage, scan.end)) };
  } finally {
    closeSync(fd);
  }
}

function reportOf(segment: Segment, damage: Damage, end: number): DamageReport {
  const kind = damage.from >= end ? "torn-tail" : "skipped";
  return { path: segment.path, from: damage.from, bytes: damage.to - damage.from, kind };
}
