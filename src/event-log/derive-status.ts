import type { EventStatus, RunStatus } from "./event-log.ts";

/** Whether a run in this status is still to be worked on. */
export function isOpen(status: RunStatus): boolean {
  return status === "queued" || status === "running" || status === "waiting";
}

/**
 * An event's status follows from what was stored with it and from its runs: `duplicate` and `refused` as stored,
 * `received` while any run is open, then `failed` when any run failed for good, else `done`.
 */
export function deriveStatus(
  stored: { readonly duplicateOf?: string; readonly refusedBecause?: string },
  runs: readonly RunStatus[],
): EventStatus {
  if (stored.duplicateOf !== undefined) return "duplicate";
  if (stored.refusedBecause !== undefined) return "refused";
  if (runs.length === 0) return "unmatched";
  if (runs.some(isOpen)) return "received";
  return runs.includes("failed") ? "failed" : "done";
}
