/**
 * Every operation of the admin API: its method and path, what it takes and what it answers. The router validates by this
 * table, the OpenAPI document is written from it; what is not here does not exist.
 */
import { z } from "zod";
import {
  bulkAcceptRequest,
  bulkReplayRequest,
  cursor,
  editedReplayRequest,
  eventFilters,
  limit,
  period,
  refusalFilters,
  revealRequest,
  runFilters,
} from "./requests.ts";
import * as resource from "./resources.ts";

const nothing = z.strictObject({});
const byId = z.strictObject({ id: z.string().max(100) });
const byName = z.strictObject({ name: z.string().max(200) });
const bySource = z.strictObject({ tenant: z.string().max(200), event_type: z.string().max(200) });
/** Of a name that is there more than once all values, each on its line. */
const revealed = z.object({ field: z.string(), value: z.string() });
const flowQuery = { tenant: z.string().optional() };

/** One row of the table; `{name}` in the path is a parameter. */
export interface Operation {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly summary: string;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body?: z.ZodType;
  readonly status: 200 | 202 | 204;
  /** Absent: no JSON (see `mediaType`). */
  readonly answer?: z.ZodType;
  /** Several with `, ` between. */
  readonly mediaType?: string;
}

export const operations = {
  login: post(
    "/api/login",
    "Exchange the token for a cookie",
    nothing,
    z.strictObject({ token: z.string().max(200) }),
    200,
    z.object({ ok: z.literal(true) }),
  ),
  logout: post(
    "/api/logout",
    "End the session of this browser",
    nothing,
    undefined,
    200,
    z.object({ ok: z.literal(true) }),
  ),
  info: get("/api/info", "What runs here", nothing, nothing, resource.gatewayInfo),
  listEvents: get(
    "/api/events",
    "Stored events, newest first",
    nothing,
    eventFilters.extend({ limit, cursor }),
    resource.pageOf(resource.eventSummary),
  ),
  showEvent: get("/api/events/{id}", "Everything about one event", byId, nothing, resource.eventDetail),
  eventRecord: get(
    "/api/events/{id}/record",
    "The event as `gtc events show --json` prints it",
    byId,
    nothing,
    z.object({
      event: z.record(z.string(), resource.anyJson),
      response: resource.anyJson,
      runs: z.array(resource.anyJson),
    }),
  ),
  rawBody: bytes("/api/events/{id}/body", "The raw body as it was sent", byId, nothing, "application/octet-stream"),
  eventCurl: get("/api/events/{id}/curl", "The event as a signed curl command", byId, nothing, resource.signedCurl),
  exportEvents: bytes(
    "/api/export",
    "Events that match, as NDJSON or HAR",
    nothing,
    eventFilters.extend({ limit, cursor, format: z.enum(["ndjson", "har"]).default("ndjson") }),
    "application/x-ndjson, application/json",
  ),
  replayEvent: post(
    "/api/events/{id}/replay",
    "Run it again on today's flows",
    byId,
    undefined,
    202,
    resource.replayed,
  ),
  replayEdited: post(
    "/api/events/{id}/replay-edited",
    "Send an edited copy through today's flows, marked as a test",
    byId,
    editedReplayRequest,
    202,
    resource.editedReplayed,
  ),
  reveal: post(
    "/api/events/{id}/reveal",
    "One masked value; written to the audit trail",
    byId,
    revealRequest,
    200,
    revealed,
  ),
  startReplayJob: post("/api/replays", "Replay many events", nothing, bulkReplayRequest, 202, resource.replayJob),
  showReplayJob: get("/api/replays/{id}", "How far a bulk replay is", byId, nothing, resource.replayJob),
  cancelReplayJob: remove("/api/replays/{id}", "Stop a bulk replay", byId, resource.replayJob),
  listRuns: get(
    "/api/runs",
    "Runs, newest first; status=failed are the dead letters, with resolved=false those that are left",
    nothing,
    z.strictObject({ ...runFilters, limit, cursor }),
    resource.pageOf(resource.runSummary),
  ),
  showRun: get("/api/runs/{id}", "A run and its steps", byId, nothing, resource.runDetail),
  listFlows: get("/api/flows", "The flows of the bundle", nothing, nothing, resource.pageOf(resource.flowSummary)),
  showFlow: get(
    "/api/flows/{name}",
    "A flow, its graph and its text",
    byName,
    z.strictObject({ ...flowQuery, hash: z.string().optional() }),
    resource.flowDetail,
  ),
  flowStats: get(
    "/api/flows/{name}/stats",
    "Counts, failures and times per node over a period",
    byName,
    z.strictObject({ ...flowQuery, ...period }),
    resource.flowStats,
  ),
  listSources: get(
    "/api/sources",
    "The URL table: verification, secrets, last received",
    nothing,
    nothing,
    resource.pageOf(resource.source),
  ),
  sourceCurl: get(
    "/api/sources/{tenant}/{event_type}/curl",
    "A signed sample request to paste",
    bySource,
    nothing,
    resource.signedCurl,
  ),
  testSource: post(
    "/api/sources/{tenant}/{event_type}/test",
    "Send a signed sample request to the gateway",
    bySource,
    undefined,
    200,
    z.object({ status: z.int(), body: z.string(), event_id: z.string().nullable() }),
  ),
  listRefused: get(
    "/api/refused",
    "Refused requests, newest first",
    nothing,
    z.strictObject({ ...refusalFilters, limit, cursor }),
    resource.pageOf(resource.refusal),
  ),
  showRefused: get("/api/refused/{id}", "Everything about a refused request", byId, nothing, resource.refusalDetail),
  revealRefused: post(
    "/api/refused/{id}/reveal",
    "One masked value of a refused request; written to the audit trail",
    byId,
    revealRequest,
    200,
    revealed,
  ),
  acceptRefused: post(
    "/api/refused/{id}/accept",
    "Verify it again as it came, with today's secrets, and store it as an event when it verifies",
    byId,
    undefined,
    200,
    resource.acceptance,
  ),
  startAcceptJob: post(
    "/api/refused/accept",
    "Verify many refused requests again and accept those that verify",
    nothing,
    bulkAcceptRequest,
    202,
    resource.acceptJob,
  ),
  showAcceptJob: get("/api/acceptances/{id}", "How far a bulk acceptance is", byId, nothing, resource.acceptJob),
  cancelAcceptJob: remove("/api/acceptances/{id}", "Stop a bulk acceptance", byId, resource.acceptJob),
  overview: get(
    "/api/overview",
    "Numbers for charts; tenant and period choose the buckets, the totals are of the whole log",
    nothing,
    z.strictObject({
      ...period,
      bucket: z.enum(["1m", "5m", "15m", "1h", "6h", "1d"]).optional(),
      tenant: z.string().optional(),
    }),
    resource.overview,
  ),
  doctor: get("/api/doctor", "What is wrong, and what to do", nothing, nothing, resource.pageOf(resource.finding)),
  listAudit: get(
    "/api/audit",
    "What operators did here",
    nothing,
    z.strictObject({ limit, cursor }),
    resource.pageOf(resource.auditEntry),
  ),
  stream: bytes(
    "/api/stream",
    "Live changes as server-sent events; `Last-Event-ID` goes on where a connection broke",
    nothing,
    eventFilters.omit({ q: true, since: true, until: true }).extend({ last_event_id: z.string().optional() }),
    "text/event-stream",
  ),
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

function get<P extends z.ZodObject, Q extends z.ZodObject, A extends z.ZodType>(
  path: string,
  summary: string,
  params: P,
  query: Q,
  answer: A,
) {
  return { method: "GET", path, summary, params, query, status: 200, answer } as const;
}

function remove<P extends z.ZodObject, A extends z.ZodType>(path: string, summary: string, params: P, answer: A) {
  return { method: "DELETE", path, summary, params, query: nothing, status: 200, answer } as const;
}

function bytes<P extends z.ZodObject, Q extends z.ZodObject>(
  path: string,
  summary: string,
  params: P,
  query: Q,
  mediaType: string,
) {
  return { method: "GET", path, summary, params, query, status: 200, mediaType } as const;
}

function post<P extends z.ZodObject, B extends z.ZodType | undefined, S extends 200 | 202, A extends z.ZodType>(
  path: string,
  summary: string,
  params: P,
  body: B,
  status: S,
  answer: A,
) {
  return {
    method: "POST",
    path,
    summary,
    params,
    query: nothing,
    status,
    answer,
    ...((body === undefined ? {} : { body }) as B extends z.ZodType ? { readonly body: B } : object),
  } as const;
}
