/**
 * What is done with the journal before anything else when a log is opened: find the segments, read the last one whole
 * (earlier ones were whole when the next was begun), and decide where writing goes on.
 *
 * A torn tail is cut off. Damage with whole records behind it stays where it is, and writing goes on in a new segment,
 * so that the damaged one is never extended. Both are reported, and so is a gap between two segments. A last segment
 * that was never begun is removed without a word: a process that dies while it makes one, or while the disk is full,
 * leaves it behind, and nothing can have been in it.
 */
import { randomInt } from "node:crypto";
import { closeSync, mkdirSync, openSync, renameSync, truncateSync, unlinkSync } from "node:fs";
import { SegmentScan, type Damage } from "./scan-segment.ts";
import { encodeHeader, HEADER_BYTES } from "./segment-header.ts";
import { fileSize, findSegments, segmentPath, syncPath, type Segment, type UnreadableFile } from "./segment-files.ts";
import type { OpenJournalFile } from "./journal-file.ts";

/** What was found damaged and left out. Positions are bytes of the journal. */
export interface DamageReport {
  readonly path: string;
  readonly from: number;
  readonly bytes: number;
  /**
   * `torn-tail`: nothing whole came after it, it was cut off. `skipped`: whole records behind it were kept. `unreadable-segment`: its header
   * is damaged, the file was set aside. `missing`: between this file and the next there is nothing.
   */
  readonly kind: "torn-tail" | "skipped" | "unreadable-segment" | "missing";
}

export interface RecoveredJournal {
  readonly segments: readonly Segment[];
  readonly salt: number;
  /** After the last whole record. */
  readonly end: number;
  readonly damage: readonly DamageReport[];
  /** The last segment is damaged inside: writing goes on in a new one. */
  readonly mustRoll: boolean;
  /** Files of a segment that was never begun. */
  readonly unbegun: readonly string[];
}

/**
 * Reads the journal of a folder without changing it.
 * @throws GtcError GTC_LOG_FORMAT when a newer gtc wrote it.
 */
export function inspectJournal(folder: string): RecoveredJournal {
  const { segments, unreadable } = findSegments(folder);
  const last = segments.at(-1);
  const scanned = last === undefined ? { end: 0, damage: [] } : scanLast(last);
  const { end } = scanned;
  const unbegun =
    last === undefined ? [] : unreadable.filter((file) => file.base === end && file.bytes <= HEADER_BYTES);
  const lost = unreadable.filter((file) => !unbegun.includes(file));
  const gaps = gapsBetween(segments).filter((gap) => !lost.some(({ base }) => isWithin(base, gap)));
  const damage = [...lost.map(unreadableReport), ...gaps, ...scanned.damage];
  const salt = last?.salt ?? randomInt(1, 2 ** 32);
  return { segments, salt, end, damage, mustRoll: damage.some(isInside), unbegun: unbegun.map(({ path }) => path) };
}

/** Where the first of what was lost stood, as far as an index may have known it: one that knows less knows none of it. */
export function firstLoss({ damage, end }: RecoveredJournal): number {
  // What is missing keeps its rows: they say which events those were.
  return Math.min(end, ...damage.filter(({ kind }) => kind !== "missing").map(({ from }) => from));
}

/** Makes the folder fit for writing: sets unreadable files aside, cuts a torn tail, makes the first segment. */
export async function repairJournal(
  folder: string,
  found: RecoveredJournal,
  openFile: OpenJournalFile,
  nowMs: number,
): Promise<RecoveredJournal> {
  for (const { kind, path } of found.damage) if (kind === "unreadable-segment") renameSync(path, `${path}.damaged`);
  for (const path of found.unbegun) unlinkSync(path);
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

function unreadableReport({ path, base, bytes }: UnreadableFile): DamageReport {
  return { path, from: base, bytes, kind: "unreadable-segment" };
}

function isWithin(position: number, { from, bytes }: DamageReport): boolean {
  return position >= from && position < from + bytes;
}

/** A segment begins where the one before ends, or before that: behind its start the older one holds what was rejected. */
function gapsBetween(segments: readonly Segment[]): readonly DamageReport[] {
  return segments.slice(1).flatMap((next, index) => {
    const { path, base } = segments[index]!;
    const from = base + fileSize(path);
    return from < next.base ? [{ path, from, bytes: next.base - from, kind: "missing" as const }] : [];
  });
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
