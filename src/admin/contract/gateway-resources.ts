/** The gateway itself: sources, numbers, findings, what operators do, and what the stream sends. */
import { z } from "zod";
import { acceptance, eventStatus, eventSummary, refusal } from "./event-resources.ts";
import { runStatus, runSummary } from "./run-resources.ts";
import { percentiles, time } from "./values.ts";

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
  /**
   * Runs that had not ended, at the worst minute of the bucket; of the whole gateway. Null where no sample was taken. The
   * bucket that is not over yet has the present moment as a sample.
   */
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
  totals: z.object({
    events: z.record(eventStatus, z.int()),
    runs: z.record(runStatus, z.int()),
    /** Failed runs whose work no replay has done. */
    dead_letters: z.int(),
  }),
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

const bulkJob = z.object({
  id: z.string(),
  status: z.enum(["running", "done", "cancelled"]),
  total: z.int(),
  failed: z.int(),
  /** How many a second. */
  rate: z.number(),
  created_at: time,
});

/** A bulk replay under way. */
export const replayJob = bulkJob.extend({
  started: z.int(),
  /** Also those that no flow handles today. */
  failures: z.array(z.object({ event_id: z.string(), message: z.string() })),
});

/** Refused requests that are verified again, one after the other. */
export const acceptJob = bulkJob.extend({
  accepted: z.int(),
  duplicates: z.int(),
  still_refused: z.int(),
  /** What became of the first of them, in the order in which they came. */
  results: z.array(acceptance),
  failures: z.array(z.object({ refusal_id: z.string(), message: z.string() })),
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
  act: z.enum([
    "login",
    "replay",
    "replay_edited",
    "bulk_replay",
    "accept_refused",
    "bulk_accept",
    "test",
    "reveal",
    "download",
    "export",
  ]),
  subject: z.string(),
  /** `cookie`, `bearer`, or `command`: the command line while no gateway ran. */
  by: z.enum(["cookie", "bearer", "command"]),
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

/** What the stream `/api/stream` sends: the SSE `event:` is `type`, its `id:` is `sequence`. */
export const streamMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("event"), sequence: z.int(), event: eventSummary }),
  z.object({ type: z.literal("refusal"), sequence: z.int(), refusal }),
  z.object({ type: z.literal("run"), sequence: z.int(), run: runSummary }),
  /** Changes were lost (too old): load the lists anew. */
  z.object({ type: z.literal("gap"), sequence: z.int() }),
]);
