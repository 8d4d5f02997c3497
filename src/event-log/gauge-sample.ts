/** Samples of the work that is left and of the disk: how one is taken, and which of two is the worse. */
import type { GaugeSample, LogCounts } from "./event-log.ts";
import type { StorageUse } from "./event-queries.ts";

/** The sample of a moment, from what the log says then. */
export function gaugeSampleOf({ runs, oldestOpenAtMs }: LogCounts, storage: StorageUse, nowMs: number): GaugeSample {
  const { queued, running, waiting } = runs;
  const { journalBytes, projectionBytes, freeBytes } = storage;
  return {
    queued,
    running,
    waiting,
    ...(oldestOpenAtMs !== undefined && { oldestMs: Math.max(0, nowMs - oldestOpenAtMs) }),
    journalBytes,
    projectionBytes,
    freeBytes,
  };
}

/** The worse, value by value; the counts of runs are those of the sample with the most of them. */
export function worseSample(one: GaugeSample, other: GaugeSample): GaugeSample {
  const { queued, running, waiting } = openIn(other) > openIn(one) ? other : one;
  const oldestMs = Math.max(one.oldestMs ?? -1, other.oldestMs ?? -1);
  return {
    queued,
    running,
    waiting,
    ...(oldestMs >= 0 && { oldestMs }),
    journalBytes: Math.max(one.journalBytes, other.journalBytes),
    projectionBytes: Math.max(one.projectionBytes, other.projectionBytes),
    freeBytes: Math.min(one.freeBytes, other.freeBytes),
  };
}

function openIn({ queued, running, waiting }: GaugeSample): number {
  return queued + running + waiting;
}
