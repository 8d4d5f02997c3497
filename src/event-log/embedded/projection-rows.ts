import { deriveStatus } from "../derive-status.ts";
import type { EventStatus, RunResolution, RunStatus } from "../event-log.ts";
import type { EventQuery } from "../event-queries.ts";
import { EVENT_STATUSES, FAILED_RESOLVED, RUN_STATUSES } from "./projection-schema.ts";

/** A row of `event` while a batch is applied. */
export interface EventRow {
  readonly seq: number;
  readonly id: string;
  kind: number;
  readonly received_at: number;
  status: number;
  readonly duplicate_of: string | null;
  readonly delivery_id: string | null;
  readonly body_bytes: number;
  runs: number;
  open_runs: number;
  failed_runs: number;
  /** Failed runs whose work a replay has done. */
  resolved_runs: number;
  answered_at: number | null;
  answer_status: number | null;
  answer_by: string | null;
  answer_ms: number | null;
  /** Its kind as JSON, when it is of `MIXED_KIND`. */
  own: string | null;
  /** 1: the body is compressed, so that a text in it does not stand in the journal's bytes. */
  readonly packed: number;
}

/** A row of `run` while a batch is applied. */
export interface RunRow {
  readonly seq: number;
  readonly id: string;
  readonly event_seq: number;
  readonly queued_at: number;
  readonly kind: number;
  readonly created_at: number;
  status: number;
  attempts: number;
  started_at: number | null;
  ended_at: number | null;
  resume_at: number | null;
  /** JSON list of the positions of all records that hold facts of the run. */
  facts_at: string;
  /** Its kind as JSON, when it is of `MIXED_KIND`. */
  readonly own: string | null;
  /** The event of which it is a replay. */
  readonly replay_of: string | null;
  /** The run at the top of those that started this one; null: it stands at the top itself. */
  readonly root_seq: number | null;
  /** Of a failed run: the run that did later what this one should have done (`RunResolution` as JSON). */
  resolved: string | null;
}

/** By whom the work of a failed run was done. */
export function resolutionOf({ resolved }: RunRow): { readonly resolvedBy?: RunResolution } {
  return resolved === null ? {} : { resolvedBy: JSON.parse(resolved) as RunResolution };
}

export function eventStatusOf(code: number): EventStatus {
  return EVENT_STATUSES[code] ?? "received";
}

export function eventStatusCode(status: EventStatus): number {
  return EVENT_STATUSES.indexOf(status);
}

export function runStatusOf(code: number): RunStatus {
  return RUN_STATUSES[code] ?? "queued";
}

export function runStatusCode(status: RunStatus): number {
  return RUN_STATUSES.indexOf(status);
}

/** The codes of the events that are asked for by status, and by whether replays have done what failed. */
export function eventCodes({ status, resolved }: Pick<EventQuery, "status" | "resolved">): readonly number[] {
  return EVENT_STATUSES.flatMap((each, code) => {
    if (status !== undefined && each !== status) return [];
    const isAsked = resolved === undefined || (each === "failed" && (code === FAILED_RESOLVED) === resolved);
    return isAsked ? [code] : [];
  });
}

/** The status of an event from its stored one and its counts of runs: the same rule as `deriveStatus`. */
export function statusByCounts(row: EventRow): number {
  const stored = eventStatusOf(row.status);
  if (stored === "duplicate" || stored === "refused") return row.status;
  if (row.runs === 0) return eventStatusCode(deriveStatus({}, []));
  if (row.open_runs > 0) return eventStatusCode("received");
  if (row.failed_runs === 0) return eventStatusCode("done");
  return row.resolved_runs < row.failed_runs ? eventStatusCode("failed") : FAILED_RESOLVED;
}
