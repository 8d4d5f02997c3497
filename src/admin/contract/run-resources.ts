/** Runs and their steps, as the admin API shows them. */
import { z } from "zod";
import { anyJson, time } from "./values.ts";

export const runStatus = z.enum(["queued", "running", "waiting", "succeeded", "failed"]);

export const runRef = z.object({ id: z.string(), flow: z.string(), status: runStatus });

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

/** The replay that did what had failed. */
export const resolution = z.object({ run_id: z.string(), event_id: z.string(), at: time });

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
  resolved_by: resolution.nullable(),
});

export const runDetail = runSummary.extend({
  steps: z.array(step),
  /** True: inputs and outputs would be too large beside those of the event's newer runs, and are null. The run alone has them. */
  outputs_left_out: z.boolean(),
});
