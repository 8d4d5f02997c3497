/** The JSON in which events, runs and refusals are shown, by the API and the CLI alike. */
import { isUtf8 } from "node:buffer";
import { stringifyJson, type JsonValue } from "../base/index.ts";
import { listHeaderOf, type AcceptedFrom, type AnswerRecord, type HeaderList } from "../event/index.ts";
import type { EventDetail, EventSummary, Refusal, RunDetail, RunResolution, StepDone } from "../event-log/index.ts";
import { payloadOf } from "./api/shown-body.ts";
import { isTooHeavy, runsWithRoom } from "./api/shown-runs.ts";
import { isoTime, jsonOr, timeOrNull } from "./json-values.ts";

export interface SummaryJson {
  readonly id: string;
  readonly tenant: string;
  readonly event_type: string;
  readonly received_at: string;
  readonly status: string;
  readonly verdict: string;
  readonly duplicate_of: string | null;
  /** Of a failed event: the run of a replay that did its work since. */
  readonly resolved_by: { readonly run_id: string; readonly event_id: string; readonly at: string } | null;
  readonly provider_type: string | null;
  readonly body_bytes: number;
  readonly runs: readonly { readonly id: string; readonly flow: string; readonly status: string }[];
}

export function summaryToJson(event: EventSummary): SummaryJson {
  return {
    id: event.id,
    tenant: event.tenant,
    event_type: event.eventType,
    received_at: isoTime(event.receivedAtMs),
    status: event.status,
    verdict: event.verdict.status,
    duplicate_of: event.duplicateOf ?? null,
    resolved_by: resolutionJson(event.resolvedBy),
    provider_type: event.providerType ?? null,
    body_bytes: event.bodyBytes,
    runs: event.runs.map(({ id, flow, status }) => ({ id, flow, status })),
  };
}

export function resolutionJson(resolution: RunResolution | undefined): SummaryJson["resolved_by"] {
  if (resolution === undefined) return null;
  return { run_id: resolution.runId, event_id: resolution.eventId, at: isoTime(resolution.atMs) };
}

/** Everything about one event, as `gtc events show --json` prints it. */
export type EventRecord = {
  readonly event: Record<string, JsonValue>;
  readonly response: JsonValue;
  readonly runs: JsonValue[];
};

/** The record of a stored event. */
export async function detailToJson(detail: EventDetail): Promise<EventRecord> {
  const { envelope, summary } = detail;
  return {
    event: {
      ...summaryToJson(summary),
      verification: { ...envelope.verdict },
      ...(detail.refusedBecause !== undefined && { refused_because: detail.refusedBecause }),
      ...(envelope.acceptedFrom !== undefined && { accepted_from: acceptedFromJson(envelope.acceptedFrom) }),
      dedupe:
        envelope.dedupe === undefined
          ? null
          : { id: envelope.dedupe.value, source: envelope.dedupe.source, signed: envelope.dedupe.signed },
      method: envelope.method,
      target: envelope.target,
      remote_address: envelope.remoteAddress,
      headers: envelope.headers.map(([name, value]) => [name, value]),
      body: bodyText(envelope.rawBody, envelope.headers),
      payload: await payloadOf(envelope.headers, envelope.rawBody),
    },
    response: responseOf(detail),
    runs: runsWithRoom(detail.runs, 0).map(runToJson),
  };
}

/** What the sender was told. Where nothing was recorded it was our own 202. */
function responseOf({ answer, summary, envelope }: EventDetail): JsonValue {
  if (envelope.acceptedFrom !== undefined) return { status: 401, by: "problem", body: null };
  if (answer !== undefined) return answerToJson(answer);
  const body =
    summary.duplicateOf === undefined
      ? { event_id: summary.id }
      : { event_id: summary.id, duplicate_of: summary.duplicateOf };
  return { status: 202, by: "ack", headers: { "content-type": "application/json" }, body };
}

function acceptedFromJson({ refusalId, atMs }: AcceptedFrom): JsonValue {
  return { refusal_id: refusalId, accepted_at: isoTime(atMs) };
}

function answerToJson({ status, by, headers, body, atMs, durationMs }: AnswerRecord): JsonValue {
  const isJson = /[/+]json\b/.test(headers["content-type"] ?? "");
  return {
    status,
    by,
    headers: { ...headers },
    body: isJson && !isTooHeavy(body) ? jsonOr(body) : body,
    answered_at: isoTime(atMs),
    duration_ms: durationMs,
  };
}

function runToJson(detail: RunDetail): JsonValue {
  const { run, status, attempts, error, resumeAtMs, startedAtMs, endedAtMs, steps, outputsLeftOut } = detail;
  return {
    id: run.id,
    flow: run.flow,
    flow_hash: run.flowHash,
    status,
    attempt: attempts,
    replay_of: run.replayOf ?? null,
    parent_run: run.parentRunId ?? null,
    error: error === undefined ? null : { ...error },
    created_at: isoTime(run.createdAtMs),
    started_at: timeOrNull(startedAtMs),
    ended_at: timeOrNull(endedAtMs),
    resume_at: timeOrNull(resumeAtMs),
    steps: steps.map(stepToJson),
    ...(outputsLeftOut && { outputs_left_out: true }),
  };
}

function stepToJson(step: StepDone): JsonValue {
  return {
    node: step.node,
    type: step.nodeType,
    status: step.status,
    attempt: step.attempt,
    output: step.outputJson === undefined ? null : jsonOr(step.outputJson),
    error: step.error === undefined ? null : { ...step.error },
    printed: [...(step.printed ?? [])],
    next: step.next ?? null,
    started_at: isoTime(step.startedAtMs),
    duration_ms: step.durationMs,
  };
}

/** A refused request as a line among events. */
export function refusalSummaryToJson(refusal: Refusal): SummaryJson {
  return {
    id: refusal.id,
    tenant: refusal.tenant,
    event_type: refusal.eventType,
    received_at: isoTime(refusal.receivedAtMs),
    status: "refused",
    verdict: "refused",
    duplicate_of: null,
    resolved_by: null,
    provider_type: null,
    body_bytes: refusal.bodyBytes,
    runs: [],
  };
}

/** A refused request in the form of an event of which nothing came. */
export function refusalDetailToJson(refusal: Refusal): EventRecord {
  const { reason, detail, hint, likely, method, target, headers, bodyBytes, bodyStart } = refusal;
  const { runs, ...summary } = refusalSummaryToJson(refusal);
  return {
    event: {
      ...summary,
      verification: { status: "refused", reason, detail, hint, likely: likely === undefined ? null : { ...likely } },
      refused_because: reason,
      ...(refusal.acceptedAs !== undefined && { accepted_as: refusal.acceptedAs.eventId }),
      dedupe: null,
      method,
      target,
      remote_address: refusal.remoteAddress,
      headers: headers.map(([name, value]) => [name, value]),
      // Only the start of a body is kept; a part must not pass for the whole.
      body: bodyStart.length === bodyBytes ? bodyText(bodyStart, headers) : null,
      payload: null,
    },
    response: { status: refusal.status, by: "problem", body: null },
    runs: [...runs],
  };
}

/** Writes a view as JSON text; integers keep their digits. */
export function viewText(view: JsonValue, indent?: number): string {
  return stringifyJson(view, indent);
}

/** The body as text where it is text, else in base64. */
function bodyText(body: Uint8Array, headers: HeaderList): JsonValue {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const isText = listHeaderOf(headers, "content-encoding") === undefined && !bytes.includes(0) && isUtf8(bytes);
  return isText ? { text: bytes.toString("utf8") } : { base64: bytes.toString("base64") };
}
