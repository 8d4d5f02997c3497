import type { NewId } from "../base/index.ts";
import type { PlannedRun } from "../event-log/index.ts";
import { matchTriggers, type FlowSet } from "../flow/index.ts";

export interface EventPlan {
  readonly runs: readonly PlannedRun[];
  /** Runs that may answer the sender: only for them does a request wait. */
  readonly answering: readonly string[];
}

/** One run for every flow that the event triggers. Decided before the event is stored, so that both are one fact. */
export function planRuns(
  flows: FlowSet,
  event: { readonly id: string; readonly tenant: string; readonly eventType: string; readonly receivedAtMs: number },
  newId: NewId,
): EventPlan {
  const runs: PlannedRun[] = [];
  const answering: string[] = [];
  for (const { flow, startNode } of matchTriggers(flows, event.tenant, event.eventType)) {
    const id = newId();
    runs.push({
      id,
      eventId: event.id,
      tenant: event.tenant,
      flow: flow.name,
      flowHash: flow.hash,
      startNode,
      createdAtMs: event.receivedAtMs,
    });
    if (flow.answersFrom(startNode)) answering.push(id);
  }
  return { runs, answering };
}
