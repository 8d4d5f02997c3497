/** Events and refusals in the JSON of the contract, with what is sensitive masked. */
import type { JsonValue } from "../../base/index.ts";
import type { AnswerRecord, DedupeKey, VerdictRecord } from "../../event/index.ts";
import type { EventDetail, EventRowView, Refusal } from "../../event-log/index.ts";
import type * as Contract from "../contract/index.ts";
import { echoesOf, type Echoes } from "../echoes.ts";
import { maskHeaders, maskQuery, maskTarget, type MaskRules } from "../masking.ts";
import { isoTime, jsonOr } from "../json-values.ts";
import { resolutionJson } from "../views.ts";
import type { StillRefused } from "./backend.ts";
import { runDetailJson, type FlowsByHash } from "./run-json.ts";
import { readBody } from "./shown-body.ts";
import { isTooHeavy, runsWithRoom } from "./shown-runs.ts";

export function eventRowJson(row: EventRowView): Contract.EventSummary {
  return {
    id: row.id,
    sequence: row.sequence,
    tenant: row.tenant,
    event_type: row.eventType,
    provider_type: row.providerType ?? null,
    delivery_id: row.deliveryId ?? null,
    received_at: isoTime(row.receivedAtMs),
    method: row.method,
    status: row.status,
    resolved_by: resolutionJson(row.resolvedBy),
    verdict: row.verdict.status,
    duplicate_of: row.duplicateOf ?? null,
    body_bytes: row.bodyBytes,
    answer: rowAnswerJson(row),
    runs: row.runs.map(({ id, flow, status }) => ({ id, flow, status })),
    test: row.verdict.status === "unsigned" && row.verdict.sentBy === "operator",
    accepted_from:
      row.acceptedFrom === undefined
        ? null
        : { refusal_id: row.acceptedFrom.refusalId, accepted_at: isoTime(row.acceptedFrom.atMs) },
  };
}

function rowAnswerJson(row: EventRowView): Contract.EventSummary["answer"] {
  // Whatever a flow answers to what was accepted later, its sender was refused.
  if (row.acceptedFrom !== undefined) return { status: 401, by: "problem", duration_ms: null };
  const { answer } = row;
  if (answer !== undefined)
    return { status: answer.status, by: answer.by as AnswerRecord["by"], duration_ms: answer.durationMs };
  return row.status === "refused"
    ? { status: 400, by: "problem", duration_ms: null }
    : { status: 202, by: "ack", duration_ms: null };
}

/** What one event is shown with. */
export interface EventContext {
  readonly rules: MaskRules;
  readonly flows: FlowsByHash;
  /** Of a duplicate: what the first of its kind masks, whose answer was told again. */
  readonly first: Echoes | undefined;
}

export async function eventDetailJson(
  detail: EventDetail,
  row: EventRowView,
  { rules, flows, first }: EventContext,
): Promise<Contract.EventDetail> {
  const { envelope } = detail;
  const { body, payload, payloadChars } = await readBody(envelope.headers, envelope.rawBody, rules);
  const echoes = echoesOf(envelope, payload, rules);
  return {
    ...eventRowJson(row),
    target: maskTarget(envelope.target),
    remote_address: envelope.remoteAddress,
    query: maskQuery(envelope.target),
    headers: maskHeaders(envelope.headers, rules),
    body,
    verification: verificationJson(envelope.verdict),
    dedupe: dedupeJson(envelope.dedupe),
    refused_because: detail.refusedBecause ?? null,
    response: [echoes, ...(first === undefined ? [] : [first])].reduce(echoedAnswer, answerJson(detail)),
    run_details: runsWithRoom(detail.runs, payloadChars).map((run) =>
      runDetailJson(run, { eventType: envelope.eventType, payload: body.payload, echoes, flows }),
    ),
  };
}

function echoedAnswer(answer: Contract.Answer, echoes: Echoes): Contract.Answer {
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, echoes.text(value)]);
  return { ...answer, headers: Object.fromEntries(headers), body: echoes.value(answer.body) };
}

function dedupeJson(dedupe: DedupeKey | undefined): Contract.EventDetail["dedupe"] {
  return dedupe === undefined
    ? null
    : { id: dedupe.unsignedId ?? dedupe.value, source: dedupe.source, signed: dedupe.signed };
}

function verificationJson(verdict: VerdictRecord): Contract.Verification {
  const none = { scheme: null, provider: null, key_name: null, reason: null, detail: null, hint: null, likely: null };
  switch (verdict.status) {
    case "verified": {
      const { scheme, provider, keyName } = verdict;
      return { ...none, status: "verified", scheme, provider: provider ?? null, key_name: keyName };
    }
    case "unsigned":
      return { ...none, status: "unsigned" };
    case "refused":
      return { ...none, ...verdict };
    default:
      return verdict satisfies never;
  }
}

/** What the sender was told. Where nothing was recorded it was our own 202. */
function answerJson({ answer, summary, envelope }: EventDetail): Contract.Answer {
  if (envelope.acceptedFrom !== undefined)
    return { status: 401, by: "problem", headers: {}, body: null, answered_at: null, duration_ms: null };
  if (answer === undefined) {
    const body = {
      event_id: summary.id,
      ...(summary.duplicateOf !== undefined && { duplicate_of: summary.duplicateOf }),
    };
    const headers = { "content-type": "application/json" };
    return { status: 202, by: "ack", headers, body, answered_at: null, duration_ms: null };
  }
  const isJson = /[/+]json\b/.test(answer.headers["content-type"] ?? "");
  return {
    status: answer.status,
    by: answer.by,
    headers: { ...answer.headers },
    body: isJson ? shownValue(answer.body) : answer.body,
    answered_at: isoTime(answer.atMs),
    duration_ms: answer.durationMs,
  };
}

/** Not as text where it is too much: what is masked would be looked for in vain. */
function shownValue(json: string): JsonValue {
  return isTooHeavy(json) ? null : jsonOr(json);
}

export function refusalJson(refusal: Refusal): Contract.Refusal {
  return {
    id: refusal.id,
    tenant: refusal.tenant,
    event_type: refusal.eventType,
    received_at: isoTime(refusal.receivedAtMs),
    http_status: refusal.status,
    reason: refusal.reason,
    detail: refusal.detail,
    hint: refusal.hint,
    likely: refusal.likely ?? null,
    method: refusal.method,
    target: maskTarget(refusal.target),
    remote_address: refusal.remoteAddress,
    body_bytes: refusal.bodyBytes,
    accepted_as:
      refusal.acceptedAs === undefined
        ? null
        : { event_id: refusal.acceptedAs.eventId, accepted_at: isoTime(refusal.acceptedAs.atMs) },
  };
}

export function stillRefusedJson({ reason, detail, hint, likely }: StillRefused) {
  return { reason, detail, hint, likely: likely ?? null };
}

export async function refusalDetailJson(
  refusal: Refusal,
  hindrance: StillRefused | undefined,
  rules: MaskRules,
): Promise<Contract.RefusalDetail> {
  const isWhole = refusal.bodyStart.length === refusal.bodyBytes;
  const { body } = await readBody(refusal.headers, refusal.bodyStart, rules);
  return {
    ...refusalJson(refusal),
    headers: maskHeaders(refusal.headers, rules),
    body: { ...body, bytes: refusal.bodyBytes, truncated: body.truncated || !isWhole },
    hindrance: hindrance === undefined ? null : stillRefusedJson(hindrance),
  };
}
