/**
 * The JSON forms of what the log keeps: one definition for the admin API and for `gtc events … --json`, so that a
 * program reads the same whether or not the gateway runs. Names are snake_case, times are ISO 8601 in UTC, and a field
 * that has no value is `null`: every object of a kind has the same keys.
 */
import { parseJson, stringifyJson, type JsonValue } from "../base/index.ts";
import type { AnswerRecord, Envelope, VerdictRecord } from "../event/index.ts";
import type { EventDetail, EventSummary, Refusal, RunDetail, RunError, StepDone } from "../event-log/index.ts";

export interface SummaryJson {
  readonly id: string;
  readonly tenant: string;
  readonly event_type: string;
  readonly received_at: string;
  readonly status: EventSummary["status"];
  readonly verdict: VerdictRecord["status"];
  readonly duplicate_of: string | null;
  readonly provider_type: string | null;
  readonly body_bytes: number;
  /** Why a refused request was refused; null for every other event. */
  readonly reason: string | null;
  readonly runs: readonly { readonly id: string; readonly flow: string; readonly status: string }[];
}

export interface DetailJson {
  readonly event: EventJson;
  /** What the sender was told; null while nothing but our own 202 was recorded. */
  readonly response: ResponseJson | null;
  readonly runs: readonly RunJson[];
}

export interface EventJson extends Omit<SummaryJson, "runs"> {
  readonly verification: VerificationJson;
  readonly dedupe: { readonly value: string; readonly source: string; readonly signed: boolean } | null;
  readonly method: string;
  readonly target: string;
  readonly remote_address: string;
  readonly headers: Envelope["headers"];
  /** As text when the bytes are UTF-8, else null. */
  readonly body: string | null;
  /** The bytes as base64 when they are no UTF-8 text, else null. */
  readonly body_base64: string | null;
}

export interface VerificationJson {
  readonly scheme: string | null;
  readonly provider: string | null;
  readonly key: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly hint: string | null;
}

export interface ResponseJson {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly by: AnswerRecord["by"];
  readonly at: string;
  readonly duration_ms: number;
}

export interface RunJson {
  readonly id: string;
  readonly flow: string;
  readonly status: RunDetail["status"];
  readonly attempt: number;
  readonly parent_run: string | null;
  readonly replay_of: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly resume_at: string | null;
  readonly error: RunError | null;
  readonly steps: readonly StepJson[];
}

export interface StepJson {
  readonly node: string;
  readonly type: string;
  readonly status: StepDone["status"];
  /** Bigints stand for integers whose digits a double cannot hold: write it with `stringifyJson`. */
  readonly output: JsonValue;
  readonly error: RunError | null;
  readonly attempt: number;
  readonly printed: readonly string[];
  readonly started_at: string;
  readonly duration_ms: number;
}

/** One line of `gtc events list --json`. */
export function summaryToJson(summary: EventSummary): SummaryJson {
  return {
    id: summary.id,
    tenant: summary.tenant,
    event_type: summary.eventType,
    received_at: isoTime(summary.receivedAtMs),
    status: summary.status,
    verdict: summary.verdict.status,
    duplicate_of: summary.duplicateOf ?? null,
    provider_type: summary.providerType ?? null,
    body_bytes: summary.bodyBytes,
    reason: summary.verdict.status === "refused" ? summary.verdict.reason : null,
    runs: summary.runs.map(({ id, flow, status }) => ({ id, flow, status })),
  };
}

/** `gtc events show --json`. */
export function detailToJson(detail: EventDetail): DetailJson {
  const { summary, envelope, answer } = detail;
  const { runs: _runs, ...event } = summaryToJson(summary);
  return {
    event: {
      ...event,
      reason: detail.refusedBecause ?? event.reason,
      verification: verificationToJson(envelope.verdict),
      dedupe: envelope.dedupe ?? null,
      method: envelope.method,
      target: envelope.target,
      remote_address: envelope.remoteAddress,
      headers: envelope.headers,
      ...bodyToJson(envelope.rawBody),
    },
    response: answer === undefined ? null : answerToJson(answer),
    runs: detail.runs.map(runToJson),
  };
}

/** A request of the ring of refused ones, in the form of an event that nothing came of. */
export function refusalToJson(refusal: Refusal): DetailJson {
  const { id, tenant, eventType, receivedAtMs, reason, detail, hint, bodyBytes, bodyStart } = refusal;
  const isWhole = bodyStart.length === bodyBytes;
  return {
    event: {
      ...{ id, tenant, event_type: eventType, received_at: isoTime(receivedAtMs), status: "refused" },
      ...{ verdict: "refused", duplicate_of: null, provider_type: null, body_bytes: bodyBytes, reason },
      verification: { scheme: null, provider: null, key: null, reason, detail, hint },
      dedupe: null,
      method: refusal.method,
      target: refusal.target,
      remote_address: refusal.remoteAddress,
      headers: refusal.headers,
      ...(isWhole ? bodyToJson(bodyStart) : { body: null, body_base64: null }),
    },
    response: {
      status: refusal.status,
      headers: {},
      body: "",
      by: "problem",
      at: isoTime(receivedAtMs),
      duration_ms: 0,
    },
    runs: [],
  };
}

/** A line of `gtc events list` for a refused request. */
export function refusalToSummaryJson(refusal: Refusal): SummaryJson {
  const { id, tenant, event_type, received_at, status, verdict, duplicate_of, provider_type, body_bytes, reason } =
    refusalToJson(refusal).event;
  return {
    ...{ id, tenant, event_type, received_at, status, verdict, duplicate_of, provider_type, body_bytes, reason },
    runs: [],
  };
}

/** The text of a view; integers of step outputs keep all their digits. */
export function viewToText(view: SummaryJson | DetailJson, indent?: number): string {
  // A view is JSON by construction; its interfaces only lack the index signature that the type asks for.
  return stringifyJson(view as unknown as JsonValue, indent);
}

function verificationToJson(verdict: VerdictRecord): VerificationJson {
  const nothing = { scheme: null, provider: null, key: null, reason: null, detail: null, hint: null };
  switch (verdict.status) {
    case "verified":
      return { ...nothing, scheme: verdict.scheme, provider: verdict.provider ?? null, key: verdict.keyName };
    case "unsigned":
      return nothing;
    case "refused":
      return { ...nothing, reason: verdict.reason, detail: verdict.detail, hint: verdict.hint };
    default:
      return verdict satisfies never;
  }
}

function bodyToJson(bytes: Uint8Array): Pick<EventJson, "body" | "body_base64"> {
  try {
    return { body: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), body_base64: null };
  } catch {
    return { body: null, body_base64: Buffer.from(bytes).toString("base64") };
  }
}

function answerToJson({ status, headers, body, by, atMs, durationMs }: AnswerRecord): ResponseJson {
  return { status, headers, body, by, at: isoTime(atMs), duration_ms: durationMs };
}

function runToJson({ run, status, attempts, error, resumeAtMs, startedAtMs, endedAtMs, steps }: RunDetail): RunJson {
  return {
    id: run.id,
    flow: run.flow,
    status,
    attempt: attempts,
    parent_run: run.parentRunId ?? null,
    replay_of: run.replayOf ?? null,
    started_at: isoTimeOrNull(startedAtMs),
    ended_at: isoTimeOrNull(endedAtMs),
    resume_at: isoTimeOrNull(resumeAtMs),
    error: error ?? null,
    steps: steps.map(stepToJson),
  };
}

function stepToJson(step: StepDone): StepJson {
  return {
    node: step.node,
    type: step.nodeType,
    status: step.status,
    output: step.outputJson === undefined ? null : parseJson(step.outputJson),
    error: step.error ?? null,
    attempt: step.attempt,
    printed: step.printed ?? [],
    started_at: isoTime(step.startedAtMs),
    duration_ms: step.durationMs,
  };
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function isoTimeOrNull(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : isoTime(timeMs);
}
