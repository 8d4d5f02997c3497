/** Flows, their graphs and what they came to, as the admin API shows them. */
import { z } from "zod";
import { anyJson, percentiles, time } from "./values.ts";

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
