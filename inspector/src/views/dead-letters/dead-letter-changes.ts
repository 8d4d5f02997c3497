/** Which failed runs the view shows, and what the stream makes of them. Pure. */
import type { RunSummary, StreamMessage } from "../../../../src/admin/contract/index.ts";

/** Those that are left to do, those that a replay has done, or both. */
export const SHOWN = ["left", "done", "all"] as const;
export type Shown = (typeof SHOWN)[number];

export interface DeadLetterFilters {
  readonly flow: string | undefined;
  readonly shown: Shown;
}

export function filtersOf(search: URLSearchParams): DeadLetterFilters {
  const shown = SHOWN.find((one) => one === search.get("show"));
  return { flow: search.get("flow") || undefined, shown: shown ?? "left" };
}

/** The failed run that a change brings, where it belongs to the list. */
export function newDeadLetter(message: StreamMessage, { flow, shown }: DeadLetterFilters): RunSummary | undefined {
  if (message.type !== "run" || message.run.status !== "failed") return undefined;
  const { run } = message;
  const isShown = shown === "all" || (shown === "done") === (run.resolved_by !== null);
  return isShown && (flow === undefined || flow === run.flow) ? run : undefined;
}

/** A listed run after a change: a replay that succeeded has done what it should have. */
export function updatedDeadLetter(listed: RunSummary, message: StreamMessage): RunSummary {
  if (message.type !== "run") return listed;
  const { run } = message;
  if (run.id === listed.id) return run;
  const isReplay = run.replay_of === listed.event_id && run.flow === listed.flow && run.status === "succeeded";
  if (!isReplay || listed.resolved_by !== null) return listed;
  return { ...listed, resolved_by: { run_id: run.id, event_id: run.event_id, at: run.ended_at ?? run.created_at } };
}
