/** How what a runner thread reports of a run is written down. Pure. */
import type { Fact, NewFact, WrittenSteps } from "../event-log/index.ts";
import type { RunEnd } from "../run/index.ts";

/** A run that took its thread down so often is not tried again. */
const MAX_LOST_TRIES = 5;
const LOST_CODES = new Set(["crashed", "hung"]);

/** Steps as the thread wrote them. */
export function stepsFacts(runId: string, steps: WrittenSteps["steps"]): readonly NewFact[] {
  return steps.length === 0 ? [] : [{ type: "written_steps", runId, steps }];
}

/** How a try ended. */
export function endFact(runId: string, end: RunEnd, nowMs: number): Fact {
  switch (end.status) {
    case "succeeded":
      return { type: "run_ended", runId, status: "succeeded", atMs: nowMs };
    case "failed":
      return { type: "run_ended", runId, status: "failed", error: end.error, atMs: nowMs };
    case "waiting":
      return { type: "run_waiting", runId, resumeAtMs: nowMs + end.delayMs, error: end.error };
    default:
      return end satisfies never;
  }
}

/** A run whose thread was lost waits for its next try, but not for ever. @param failedTries those before this one */
export function settleLost(end: RunEnd, failedTries: number): RunEnd {
  const isLost = end.status === "waiting" && LOST_CODES.has(end.error.code) && failedTries + 1 >= MAX_LOST_TRIES;
  return isLost ? { status: "failed", error: end.error } : end;
}
