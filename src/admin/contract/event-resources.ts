/** Stored events and refused requests, as the admin API shows them. */
import { z } from "zod";
import { resolution, runDetail, runRef } from "./run-resources.ts";
import { anyJson, time } from "./values.ts";

export const eventStatus = z.enum(["received", "done", "failed", "unmatched", "refused", "duplicate"]);

export const answer = z.object({
  status: z.int(),
  by: z.enum(["ack", "flow", "deadline", "failed", "duplicate", "handshake", "problem"]),
  headers: z.record(z.string(), z.string()),
  body: anyJson,
  answered_at: time.nullable(),
  /** From the request's arrival; null where it was not recorded (our own 202). */
  duration_ms: z.number().nullable(),
});

export const eventSummary = z.object({
  id: z.string(),
  /** The place in the stream of changes. */
  sequence: z.int(),
  tenant: z.string(),
  event_type: z.string(),
  provider_type: z.string().nullable(),
  delivery_id: z.string().nullable(),
  received_at: time,
  method: z.string(),
  status: eventStatus,
  /** Only of a failed event, when nothing that failed of it is left to do: the replay that did the last of it. */
  resolved_by: resolution.nullable(),
  verdict: z.enum(["verified", "unsigned", "refused"]),
  duplicate_of: z.string().nullable(),
  body_bytes: z.int(),
  answer: z.object({ status: z.int(), by: answer.shape.by, duration_ms: z.number().nullable() }),
  runs: z.array(runRef),
  /** Set when an operator sent it from here. */
  test: z.boolean(),
  /**
   * The refused request that it was, and when it was verified again and accepted. `received_at` is when it came, `answer`
   * what its sender was told then.
   */
  accepted_from: z.object({ refusal_id: z.string(), accepted_at: time }).nullable(),
});

/** A header or query value; the value is absent while it is masked. */
export const fieldValue = z.union([
  z.object({ name: z.string(), masked: z.literal(false), value: z.string() }),
  z.object({ name: z.string(), masked: z.literal(true), length: z.int() }),
]);

/**
 * The body as shown: text with masked JSON paths blotted out, or hexadecimal of its start; raw bytes have a route. A body
 * that cannot be looked through and may hold a masked field has neither.
 */
export const shownBody = z.object({
  bytes: z.int(),
  content_type: z.string().nullable(),
  content_encoding: z.string().nullable(),
  /** `json`, `form`, `text`, `xml`, `multipart`, `binary`, `empty`. */
  kind: z.enum(["json", "form", "text", "xml", "multipart", "binary", "empty"]),
  text: z.string().nullable(),
  /** At most 16 KiB of it. */
  hex: z.string().nullable(),
  /** The decoded payload as the flows see it; integers keep their digits. Null when there is none or it cannot be read. */
  payload: anyJson,
  /** JSON paths that are blotted out in `text` and `payload`, or for which the body is not shown. */
  masked_paths: z.array(z.string()),
  truncated: z.boolean(),
});

/** What forensics made of a refused signature; `certain`: undoing the mistake makes it verify. */
const likely = z.object({ reason: z.string(), certain: z.boolean() }).nullable();

export const verification = z.object({
  status: z.enum(["verified", "unsigned", "refused"]),
  scheme: z.string().nullable(),
  provider: z.string().nullable(),
  key_name: z.string().nullable(),
  reason: z.string().nullable(),
  detail: z.string().nullable(),
  hint: z.string().nullable(),
  likely,
});

export const eventDetail = eventSummary.extend({
  target: z.string(),
  remote_address: z.string(),
  query: z.array(fieldValue),
  headers: z.array(fieldValue),
  body: shownBody,
  verification,
  dedupe: z.object({ id: z.string(), source: z.string(), signed: z.boolean() }).nullable(),
  refused_because: z.string().nullable(),
  response: answer,
  run_details: z.array(runDetail),
});

export const refusal = z.object({
  id: z.string(),
  tenant: z.string(),
  event_type: z.string(),
  received_at: time,
  http_status: z.int(),
  /** As in `gtc verify`, e.g. `signature_mismatch`. */
  reason: z.string(),
  detail: z.string(),
  /** What to do about it. */
  hint: z.string(),
  likely,
  method: z.string(),
  target: z.string(),
  remote_address: z.string(),
  body_bytes: z.int(),
  /** The event as which it was accepted later. */
  accepted_as: z.object({ event_id: z.string(), accepted_at: time }).nullable(),
});

/** Why a refused request is not accepted today. */
const stillRefused = z.object({
  reason: z.string(),
  detail: z.string(),
  /** What to do about it. */
  hint: z.string(),
  likely,
});

export const refusalDetail = refusal.extend({
  headers: z.array(fieldValue),
  body: shownBody,
  /** Why it could not be accepted whatever its signature says; null: it would be verified again. */
  hindrance: stillRefused.nullable(),
});

/** What became of a refused request that was verified again. */
export const acceptance = z.object({
  refusal_id: z.string(),
  /** `duplicate`: it is an event already, accepted before or delivered again by its sender. */
  outcome: z.enum(["accepted", "duplicate", "still_refused"]),
  /** Null when it is still refused. */
  event_id: z.string().nullable(),
  runs: z.array(z.object({ id: z.string(), flow: z.string() })),
  why: stillRefused.nullable(),
});
