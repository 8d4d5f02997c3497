/**
 * The runs that `async` nodes start, or why one is not started.
 *
 * Invariant: no family (a run that an event or a replay began, and all below it) grows without end: its depth is bounded,
 * and so is the number of its runs, as a few flows that start each other would fill the disk within the depth alone. They
 * are counted from the gateway's start, so that a child costs no look into the log.
 */
import { RecentMap, type AnyText, type Clock, type NewId } from "../base/index.ts";
import type { PlannedRun } from "../event-log/index.ts";
import { findFlow, type FlowDefinition, type FlowSet } from "../flow/index.ts";
import type { ChildRefused, ChildRequest } from "../run/index.ts";

export interface ChildPlannerOptions {
  /** The flows of today: a child begins with what its flow is now. */
  readonly flows: () => FlowSet;
  /** How many runs may stand above a run; a flow that starts itself ends there. */
  readonly maxChildDepth: number;
  /** How many runs may stand below one that an event or a replay began. */
  readonly maxChildRuns: number;
  readonly newId: NewId;
  readonly clock: Clock;
}

export interface PlannedChild {
  readonly run: PlannedRun<AnyText>;
  readonly flow: FlowDefinition;
}

/** A family that grows without end is always among those that grew last. */
const COUNTED_FAMILIES = 10_000;

export class ChildPlanner {
  readonly #options: ChildPlannerOptions;
  /** How many runs were started below the run at the top. */
  readonly #started = new RecentMap<string, number>(COUNTED_FAMILIES);

  constructor(options: ChildPlannerOptions) {
    this.#options = options;
  }

  /** Plans the child of a run. */
  plan(
    parent: PlannedRun<unknown>,
    { flow: name, payloadJson }: Pick<ChildRequest, "flow" | "payloadJson">,
  ): PlannedChild | ChildRefused {
    const depth = (parent.depth ?? 0) + 1;
    const rootRunId = parent.rootRunId ?? parent.parentRunId ?? parent.id;
    const started = this.#started.get(rootRunId) ?? 0;
    const excess = this.#excess(name, depth, started);
    if (excess !== undefined) return { ok: false, code: "too-many-children", message: excess, retryable: false };
    const { flows, newId, clock } = this.#options;
    const flow = findFlow(flows(), parent.tenant, name);
    if (flow === undefined) {
      const message = `There is no flow "${name}" for tenant "${parent.tenant}".`;
      return { ok: false, code: "flow-not-started", message, retryable: true };
    }
    this.#started.set(rootRunId, started + 1);
    const run: PlannedRun<AnyText> = {
      id: newId(),
      eventId: parent.eventId,
      tenant: parent.tenant,
      flow: flow.name,
      flowHash: flow.hash,
      startNode: flow.startNode,
      parentRunId: parent.id,
      rootRunId,
      depth,
      payloadJson,
      createdAtMs: clock.now(),
      ...(parent.replayOf !== undefined && { replayOf: parent.replayOf }),
    };
    return { run, flow };
  }

  #excess(name: string, depth: number, started: number): string | undefined {
    const { maxChildDepth, maxChildRuns } = this.#options;
    if (depth > maxChildDepth)
      return `The flow "${name}" would be the ${depth}th run below one event; max_child_depth allows ${maxChildDepth}. Does a flow start itself?`;
    if (started < maxChildRuns) return undefined;
    return `The flow "${name}" would be one run too many: ${started} were started below one run of the event already, which is all that max_child_runs allows. Do flows start each other?`;
  }
}
