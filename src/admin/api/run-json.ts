/** Runs and their steps in the JSON of the contract. What they repeat of what is masked in the request is masked too. */
import type { JsonValue } from "../../base/index.ts";
import type { RunDetail, RunError, RunRowView, StepDone } from "../../event-log/index.ts";
import type { StoredFlowView } from "../../flow/index.ts";
import type * as Contract from "../contract/index.ts";
import type { Echoes } from "../echoes.ts";
import { isoTime, jsonOr, timeOrNull } from "../json-values.ts";
import { resolutionJson } from "../views.ts";

/** How the definitions with which runs began are found by their hash. */
export type FlowsByHash = ReadonlyMap<string, StoredFlowView>;

export function runRowJson(row: RunRowView, echoes: Echoes): Contract.RunSummary {
  const { run } = row;
  return {
    id: run.id,
    event_id: run.eventId,
    tenant: run.tenant,
    event_type: row.eventType,
    flow: run.flow,
    flow_hash: run.flowHash,
    status: row.status,
    attempt: row.attempts,
    replay_of: run.replayOf ?? null,
    parent_run: run.parentRunId ?? null,
    error: errorJson(row.error, echoes),
    created_at: isoTime(run.createdAtMs),
    started_at: timeOrNull(row.startedAtMs),
    ended_at: timeOrNull(row.endedAtMs),
    resume_at: timeOrNull(row.resumeAtMs),
    resolved_by: resolutionJson(row.resolvedBy),
  };
}

export interface RunContext {
  readonly eventType: string;
  /** What the first step had as its input. */
  readonly payload: JsonValue;
  readonly echoes: Echoes;
  readonly flows: FlowsByHash;
}

export function runDetailJson(
  detail: RunDetail,
  { eventType, payload, echoes, flows }: RunContext,
): Contract.RunDetail {
  const nodes = new Map(flows.get(detail.run.flowHash)?.nodes.map((node) => [node.id, node.config]));
  const given = detail.run.payloadJson;
  const isLeftOut = detail.outputsLeftOut === true;
  let input = isLeftOut ? null : given === undefined ? payload : echoes.value(jsonOr(given));
  const steps = detail.steps.map((step) => {
    const shown = stepJson(step, nodes.get(step.node) ?? null, input, echoes);
    if (step.status === "succeeded") input = shown.output;
    return shown;
  });
  return { ...runRowJson({ ...detail, eventType }, echoes), steps, outputs_left_out: isLeftOut };
}

function stepJson(step: StepDone, config: JsonValue, input: JsonValue, echoes: Echoes): Contract.Step {
  return {
    ordinal: step.ordinal,
    node: step.node,
    type: step.nodeType,
    status: step.status,
    attempt: step.attempt,
    config,
    input,
    output: step.outputJson === undefined ? null : echoes.value(jsonOr(step.outputJson)),
    printed: (step.printed ?? []).map((line) => echoes.text(line)),
    error: errorJson(step.error, echoes),
    next: step.next ?? null,
    started_at: isoTime(step.startedAtMs),
    duration_ms: step.durationMs,
  };
}

function errorJson(error: RunError | undefined, echoes: Echoes): Contract.RunError | null {
  if (error === undefined) return null;
  const { code, message, retryable, node, detail } = error;
  return {
    code,
    message: echoes.text(message),
    retryable,
    node: node ?? null,
    detail: detail === undefined ? null : echoes.text(detail),
  };
}
