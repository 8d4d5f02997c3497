/** Drops whole segments from the journal's start, and their rows with them. */
import { isMissing, removeFiles } from "./segment-files.ts";
import type { Fact } from "../event-log.ts";
import type { EventSource } from "./event-source.ts";
import type { Journal } from "./journal.ts";
import type { JournalReader } from "./journal-reader.ts";
import type { Projection } from "./projection.ts";
import type { OlderThan } from "./projection-reader.ts";
import type { ReplayGate } from "./replay-gate.ts";
import { HEADER_BYTES } from "./segment-header.ts";

export interface RetentionOptions {
  readonly folder: string;
  readonly journal: Journal;
  readonly reader: JournalReader;
  readonly projection: Projection;
  readonly source: EventSource;
  readonly replays: Pick<ReplayGate, "given" | "settled">;
  readonly record: (facts: readonly Fact[]) => Promise<void>;
}

/** How often it is judged anew what may go, as something was replayed meanwhile. The next call of retention comes anyway. */
const MOST_TRIES = 5;

/**
 * Drops the oldest segments whose events are all older than `time` and whose runs have ended: facts never stand
 * before their event, so what a dropped prefix says is said of dropped events alone. Flow definitions in it are
 * recorded again first. Returns how many events went.
 */
export async function dropOldSegments(options: RetentionOptions, time: OlderThan): Promise<number> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const events = await dropUnlessReplayed(options, time);
    if (events !== undefined) return events;
  }
  return 0;
}

/** Undefined: something was replayed meanwhile, and may be of an event that was to go. */
async function dropUnlessReplayed(options: RetentionOptions, time: OlderThan): Promise<number | undefined> {
  const { folder, journal, reader, projection, source, replays, record } = options;
  const given = await replays.settled();
  let before = await endOfOldSegments(options, time);
  const active = journal.activeBase;
  if (before === active && journal.end > active + HEADER_BYTES) {
    const { end } = journal;
    // What holds definitions alone would be written again into the next one, at every start.
    const { value: isOver } = await projection.read(
      end,
      (rows) => rows.tellsOfEvents(active, end) && rows.isOver(active, end, time),
    );
    if (isOver) {
      await journal.roll();
      // New events may have come into the segment until it was closed: only now can it be judged.
      before = await endOfOldSegments(options, time);
    }
  }
  const first = reader.segments[0]?.base ?? before;
  if (before === first) return 0;
  const { value: positions, complete } = await projection.read(journal.end, (rows) => rows.flowsBefore(before));
  if (!complete) return 0;
  for (const position of positions) {
    const definitions = await definitionsAt(source, position);
    if (definitions.length > 0) await record(definitions);
  }
  if (replays.given !== given) return undefined;
  // From the next line on the events are gone for whoever replays one: nothing comes between.
  const dropped = await reader.dropBefore(before);
  removeFiles(
    folder,
    dropped.map((segment) => segment.path),
  );
  return projection.projector.drop(before);
}

/** What somebody removed with its segment is lost, and no reason to keep what is left. */
async function definitionsAt(source: EventSource, position: number): Promise<readonly Fact[]> {
  try {
    return await source.definitions(position);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Where the longest prefix of closed segments that may go ends. */
async function endOfOldSegments(options: RetentionOptions, time: OlderThan): Promise<number> {
  const { journal, reader, projection } = options;
  const { segments } = reader;
  let before = segments[0]?.base ?? 0;
  for (const [index, segment] of segments.entries()) {
    const next = segments[index + 1];
    if (next === undefined) break;
    const { value, complete } = await projection.read(journal.end, (rows) =>
      rows.isOver(segment.base, next.base, time),
    );
    if (!complete || !value) break;
    before = next.base;
  }
  return before;
}
