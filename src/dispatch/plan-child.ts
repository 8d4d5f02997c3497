/** The run that an `async` node starts, or why it is not started. */
import type { NewId } from "../base/index.ts";
import type { PlannedRun } from "../event-log/index.ts";
import { findFlow, type FlowDefinition, type FlowSet } from "../flow/index.ts";
import type { ChildRefused, ChildRequest } from "../run/index.ts";

export interface ChildRules {
  /** The flows of today: a child begins with what its flow is now. */
  readonly flows: FlowSet;
  /** How many runs may stand above a run; a flow that starts itself ends there. */
  readonly maxDepth: number;
  readonly newId: NewId;
  readonly nowMs: number;
}

/** Plans the child of a run. */
export function planChild(
  parent: PlannedRun,
  { flow: name, payloadJson }: Pick<ChildRequest, "flow" | "payloadJson">,
  { flows, maxDepth, newId, nowMs }: ChildRules,
): { readonly run: PlannedRun; readonly flow: FlowDefinition } | ChildRefused {
  const depth = (parent.depth ?? 0) + 1;
  if (depth > maxDepth) {
    const message = `The flow "${name}" would be the ${depth}th run below one event; max_child_depth allows ${maxDepth}. Does a flow start itself?`;
    return { ok: false, code: "too-many-children", message, retryable: false };
  }
  const flow = findFlow(flows, parent.tenant, name);
  if (flow === undefined) {
    const message = `There is no flow "${name}" for tenant "${parent.tenant}".`;
    return { ok: false, code: "flow-not-started", message, retryable: true };
  }
  const run: PlannedRun = {
    id: newId(),
    eventId: parent.eventId,
    tenant: parent.tenant,
    flow: flow.name,
    flowHash: flow.hash,
    startNode: flow.startNode,
    parentRunId: parent.id,
    depth,
    payloadJson,
    createdAtMs: nowMs,
    ...(parent.replayOf !== undefined && { replayOf: parent.replayOf }),
  };
  return { run, flow };
}
