/**
 * The JSON of the admin API, as schemas: the server's answers are typed by them, the OpenAPI document is generated from
 * them, and the inspector takes its types from them. Names are snake_case, times ISO 8601 in UTC, durations say `_ms`.
 *
 * A value that may be sensitive is a `Masked` one: `{ "masked": true, "length": 43 }` until someone asks to reveal it.
 */
import { z } from "zod";
import type { JsonValue } from "../../base/index.ts";

export const eventStatus = z.enum(["received", "done", "failed", "unmatched", "refused", "duplicate"]);
export const runStatus = z.enum(["queued", "running", "waiting", "succeeded", "failed"]);
const time = z.iso.datetime();
/** Any JSON; integers keep their digits. */
export const anyJson = z.custom<JsonValue>(() => true);
const runRef = z.object({ id: z.string(), flow: z.string(), status: runStatus });

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
  verdict: z.enum(["verified", "unsigned", "refused"]),
  duplicate_of: z.string().nullable(),
  body_bytes: z.int(),
  answer: z.object({ status: z.int(), by: answer.shape.by, duration_ms: z.number().nullable() }),
  runs: z.array(runRef),
  /** Set when an operator sent it from here. */
  test: z.boolean(),
});

/** A header or query value; the value is absent while it is masked. */
export const fieldValue = z.union([
  z.object({ name: z.string(), masked: z.literal(false), value: z.string() }),
  z.object({ name: z.string(), masked: z.literal(true), length: z.int() }),
]);

/** The body as shown: text with masked JSON paths blotted out, or hexadecimal of its start; raw bytes have a route. */
export const shownBody = z.object({
  bytes: z.int(),
  content_type: z.string().nullable(),
  content_encoding: z.string().nullable(),
  /** `json`, `form`, `text`, `xml`, `multipart`, `binary`, `empty`. */
  kind: z.enum(["json", "form", "text", "xml", "multipart", "binary", "empty"]),
  text: z.string().nullable(),
  /** At most 64 KiB of it. */
  hex: z.string().nullable(),
  /** The decoded payload as the flows see it; integers keep their digits. Null when there is none or it is too big. */
  payload: anyJson,
  /** JSON paths that are blotted out in `text` and `payload`. */
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

export const runError = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  node: z.string().nullable(),
  /** A code frame, as text. */
  detail: z.string().nullable(),
});

export const step = z.object({
  ordinal: z.int(),
  node: z.string(),
  type: z.string(),
  status: z.enum(["succeeded", "failed"]),
  attempt: z.int(),
  /** The node's config as the flow has it: what it was asked to do. */
  config: anyJson,
  /** What the node had as `prev`: the output of the step before, or the payload. */
  input: anyJson,
  output: anyJson,
  printed: z.array(z.string()),
  error: runError.nullable(),
  next: z.string().nullable(),
  started_at: time,
  duration_ms: z.number(),
});

export const runSummary = z.object({
  id: z.string(),
  event_id: z.string(),
  tenant: z.string(),
  event_type: z.string(),
  flow: z.string(),
  flow_hash: z.string(),
  status: runStatus,
  attempt: z.int(),
  replay_of: z.string().nullable(),
  parent_run: z.string().nullable(),
  error: runError.nullable(),
  created_at: time,
  started_at: time.nullable(),
  ended_at: time.nullable(),
  resume_at: time.nullable(),
  /**
   * Only of a failed run: the run that did later what this one should have done, that is, a replay of its event or of an
   * edited copy that ran the same flow and succeeded.
   */
  resolved_by: z.object({ run_id: z.string(), event_id: z.string(), at: time }).nullable(),
});

export const runDetail = runSummary.extend({ steps: z.array(step) });

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
});

export const refusalDetail = refusal.extend({ headers: z.array(fieldValue), body: shownBody });

export const flowNode = z.object({ id: z.string(), type: z.string(), config: anyJson });
export const flowEdge = z.object({
  from: z.string(),
  /** A node's id, or `end` or `ignore`. */
  to: z.string(),
  kind: z.enum(["next", "choice", "error"]),
  label: z.string().nullable(),
});
export const flowGraph = z.object({ nodes: z.array(flowNode), edges: z.array(flowEdge), start_node: z.string() });
export const flowTrigger = z.object({
  type: z.enum(["event", "default"]),
  event_type: z.string().nullable(),
  target: z.string(),
});

export const percentiles = z.object({
  count: z.int(),
  p50_ms: z.number(),
  p95_ms: z.number(),
  p99_ms: z.number(),
});

export const flowSummary = z.object({
  name: z.string(),
  tenant: z.string().nullable(),
  version: z.string().nullable(),
  description: z.string().nullable(),
  /** Relative to the bundle. */
  file: z.string(),
  hash: z.string(),
  triggers: z.array(flowTrigger),
  node_count: z.int(),
});

export const flowDetail = flowSummary.extend({ graph: flowGraph, text: z.string() });

export const flowStats = z.object({
  since: time,
  until: time,
  runs: z.object({ succeeded: z.int(), failed: z.int(), durations: percentiles.nullable() }),
  nodes: z.array(
    z.object({
      node: z.string(),
      succeeded: z.int(),
      failed: z.int(),
      durations: percentiles.nullable(),
      next: z.record(z.string(), z.int()),
    }),
  ),
});

export const source = z.object({
  tenant: z.string(),
  event_type: z.string(),
  url: z.string(),
  verified: z.boolean(),
  /** In words. */
  verified_by: z.string(),
  flows: z.array(z.string()),
  last_received_at: time.nullable(),
  received_count: z.int(),
  last_refused_at: time.nullable(),
  secrets: z.array(
    z.object({
      name: z.string(),
      not_after: time.nullable(),
      last_used_at: time.nullable(),
      used_count: z.int(),
    }),
  ),
});

const diskUse = z.object({ journal_bytes: z.int(), projection_bytes: z.int(), free_bytes: z.int() });

export const trafficBucket = z.object({
  start: time,
  verified: z.int(),
  unsigned: z.int(),
  refused: z.int(),
  refused_by: z.record(z.string(), z.int()),
  duplicates: z.int(),
  unmatched: z.int(),
  runs_succeeded: z.int(),
  runs_failed: z.int(),
  acknowledgement: percentiles.nullable(),
  runs: percentiles.nullable(),
  /** Runs that had not ended, at the worst minute of the bucket; of the whole gateway. Null where no sample was taken. */
  backlog: z
    .object({ queued: z.int(), running: z.int(), waiting: z.int(), oldest_ms: z.number().nullable() })
    .nullable(),
  /** The most that the log took and the least that was free in the bucket. Null where no sample was taken. */
  storage: diskUse.nullable(),
});

export const overview = z.object({
  since: time,
  until: time,
  bucket_ms: z.int(),
  buckets: z.array(trafficBucket),
  totals: z.object({ events: z.record(eventStatus, z.int()), runs: z.record(runStatus, z.int()) }),
  /** Runs that have not ended now. */
  backlog: z.int(),
  /** When the oldest of them was queued. */
  oldest_open_at: time.nullable(),
  storage: diskUse.extend({ oldest_event_at: time.nullable() }),
  health: z.object({ status: z.enum(["ready", "unavailable"]), because: z.string().nullable() }),
});

export const finding = z.object({
  level: z.enum(["ok", "note", "warning", "error"]),
  check: z.string(),
  where: z.string(),
  message: z.string(),
  fix: z.string().nullable(),
  /** A code frame, as text. */
  frame: z.string().nullable(),
});

/** A bulk replay under way. */
export const replayJob = z.object({
  id: z.string(),
  status: z.enum(["running", "done", "cancelled"]),
  total: z.int(),
  started: z.int(),
  failed: z.int(),
  /** Events a second. */
  rate: z.number(),
  created_at: time,
  failures: z.array(z.object({ event_id: z.string(), message: z.string() })),
});

export const replayed = z.object({
  event_id: z.string(),
  replay_of: z.string(),
  runs: z.array(z.object({ id: z.string(), flow: z.string() })),
});

export const editedReplayed = replayed.extend({
  /** Names of headers that the copy does not have: those of the connection, and signatures of other bytes. */
  left_out: z.array(z.string()),
});

export const auditEntry = z.object({
  at: time,
  act: z.enum(["login", "replay", "replay_edited", "bulk_replay", "test", "reveal", "download", "export"]),
  subject: z.string(),
  /** `cookie` or `bearer`. */
  by: z.enum(["cookie", "bearer"]),
  remote_address: z.string(),
});

export const signedCurl = z.object({ command: z.string(), signed: z.boolean(), note: z.string().nullable() });

/** RFC 9457. `errors` names every mistake of a request at once. */
export const problem = z.object({
  type: z.string(),
  status: z.int(),
  code: z.string().optional(),
  title: z.string().optional(),
  detail: z.string(),
  fix: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export const gatewayInfo = z.object({
  version: z.string(),
  bundle: z.string(),
  public_base_url: z.string(),
  started_at: time,
  tenants: z.array(z.string()),
});

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable(),
    /** Set when the page was cut short by its time limit: everything after this time was looked at. */
    searched_to: time.nullable(),
  });
}

/** What the stream `/api/stream` sends: the SSE `event:` is `type`, its `id:` is `sequence`. */
export const streamMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("event"), sequence: z.int(), event: eventSummary }),
  z.object({ type: z.literal("refusal"), sequence: z.int(), refusal }),
  z.object({ type: z.literal("run"), sequence: z.int(), run: runSummary }),
  /** Changes were lost (too old): load the lists anew. */
  z.object({ type: z.literal("gap"), sequence: z.int() }),
]);
