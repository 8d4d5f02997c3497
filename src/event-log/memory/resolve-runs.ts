/** Finds the failed runs whose work a replay has done. */
import type { RunStory } from "../run-story.ts";

export interface RunsByEvent {
  readonly runsOf: (eventId: string) => readonly RunStory[];
  readonly run: (id: string) => RunStory | undefined;
}

/** Copies of copies that are followed back. */
const MOST_COPIES = 16;

/** Marks what a run resolves that has succeeded; see `embedded/batch-runs.ts` for the rule. */
export function resolveRuns(by: RunStory, atMs: number, runs: RunsByEvent): void {
  let eventId = by.plan.replayOf;
  for (let copies = 0; eventId !== undefined && copies < MOST_COPIES; copies++) {
    let copiedFrom: string | undefined;
    for (const failed of runs.runsOf(eventId)) {
      if (failed.status !== "failed" || failed.resolvedBy !== undefined || failed.plan.flow !== by.plan.flow) continue;
      if (rootOf(failed, runs) === rootOf(by, runs)) continue;
      failed.resolvedBy = { runId: by.plan.id, eventId: by.plan.eventId, atMs };
      if (failed.plan.replayOf !== eventId) copiedFrom = failed.plan.replayOf;
    }
    eventId = copiedFrom;
  }
}

function rootOf(run: RunStory, runs: RunsByEvent): string {
  const parent = run.plan.parentRunId === undefined ? undefined : runs.run(run.plan.parentRunId);
  return parent === undefined ? run.plan.id : rootOf(parent, runs);
}
