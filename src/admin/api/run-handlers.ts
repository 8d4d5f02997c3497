/** Runs, flows and their graphs, and what they came to. */
import { defined, GtcError } from "../../base/index.ts";
import type { Percentiles } from "../../event-log/index.ts";
import { findFlow, viewStoredFlow, type FlowDefinition, type StoredFlowView } from "../../flow/index.ts";
import type * as Contract from "../contract/index.ts";
import type { AdminBackend } from "./backend.ts";
import { flowsOf, periodOf } from "./event-handlers.ts";
import { runRowsJson } from "./run-rows.ts";
import { isoTime, timeOrNull } from "../json-values.ts";
import { notFound, PrintedJson, type Handlers } from "./handler.ts";
import { maskRulesOf } from "../mask-rules.ts";

const DAY_MS = 86_400_000;

export const runHandlers: Pick<Handlers, "listRuns" | "showRun" | "listFlows" | "showFlow" | "flowStats"> = {
  listRuns: async ({ query: { type, since, until, ...same }, backend, signal }) => {
    const query = {
      signal,
      ...defined(same),
      limit: same.limit,
      ...defined({ eventType: type }),
      ...periodOf({ since, until }),
    };
    const page = await backend.queries.listRuns(query);
    return {
      items: await runRowsJson(backend, page.items),
      next_cursor: page.nextCursor ?? null,
      searched_to: timeOrNull(page.searchedToMs),
    };
  },

  showRun: async ({ params: { id }, backend, printer }) => {
    const [row] = await backend.queries.runsById([id]);
    const detail = row && (await backend.log.getEvent(row.run.eventId, { runIds: [id] }));
    const [run] = detail?.runs ?? [];
    if (detail === undefined || run === undefined) throw notFound("run", id);
    const { envelope } = detail;
    const flows = await flowsOf(backend, [run.run.flowHash]);
    return new PrintedJson(await printer.print({ what: "run", run, envelope, rules: maskRulesOf(backend), flows }));
  },

  listFlows: async ({ backend }) => {
    const items = backend.bundle().flows.all.map((flow) => flowJson(flow, backend));
    return { items, next_cursor: null, searched_to: null };
  },

  showFlow: async ({ params: { name }, query: { tenant, hash }, backend }) => {
    const flow = namedFlow(backend, name, tenant);
    const json = hash === undefined ? flow?.definitionJson : await backend.log.flowDefinition(hash);
    if (json === undefined) throw notFound("flow", name);
    const view = viewStoredFlow(json);
    if (view.name !== name) throw notFound("flow", name);
    return {
      ...(flow === undefined ? pastFlow(view, hash ?? "", backend) : flowJson(flow, backend)),
      ...(hash !== undefined && { hash }),
      graph: {
        nodes: view.nodes.map((node) => ({ ...node })),
        edges: view.edges.map(({ from, to, kind, label }) => ({ from, to, kind, label: label ?? null })),
        start_node: view.startNode,
      },
      text: view.text,
    };
  },

  flowStats: async ({ params: { name }, query: { tenant, since, until }, backend }) => {
    const untilMs = until === undefined ? backend.clock.now() : Date.parse(until);
    const sinceMs = since === undefined ? untilMs - DAY_MS : Date.parse(since);
    if (sinceMs >= untilMs) throw new GtcError("GTC_BAD_REQUEST", { detail: "since must be before until." });
    const stats = await backend.queries.flowStats({ flow: name, sinceMs, untilMs, ...defined({ tenant }) });
    return {
      since: isoTime(sinceMs),
      until: isoTime(untilMs),
      runs: {
        succeeded: stats.runs.succeeded,
        failed: stats.runs.failed,
        durations: percentilesJson(stats.runs.durations),
      },
      nodes: stats.nodes.map(({ node, succeeded, failed, durations, next }) => ({
        node,
        succeeded,
        failed,
        durations: percentilesJson(durations),
        next: { ...next },
      })),
    };
  },
};

export function percentilesJson(percentiles: Percentiles | undefined): Contract.TrafficBucket["runs"] {
  if (percentiles === undefined) return null;
  const { count, p50Ms, p95Ms, p99Ms } = percentiles;
  return { count, p50_ms: p50Ms, p95_ms: p95Ms, p99_ms: p99Ms };
}

function namedFlow({ bundle }: AdminBackend, name: string, tenant: string | undefined): FlowDefinition | undefined {
  const { flows } = bundle();
  return tenant === undefined ? flows.all.find((flow) => flow.name === name) : findFlow(flows, tenant, name);
}

function flowJson(flow: FlowDefinition, { bundle }: AdminBackend): Contract.FlowSummary {
  return {
    name: flow.name,
    tenant: flow.tenant ?? null,
    version: flow.version ?? null,
    description: flow.description ?? null,
    file: relativeTo(bundle().folder, flow.file),
    hash: flow.hash,
    triggers: flow.triggers.map((trigger) => ({
      type: trigger.type,
      event_type: trigger.type === "event" ? trigger.eventType : null,
      target: trigger.target,
    })),
    node_count: flow.nodes.length,
  };
}

/** A flow of which only a definition of some run is left. */
function pastFlow(view: StoredFlowView, hash: string, { bundle }: AdminBackend): Contract.FlowSummary {
  const none = { tenant: null, version: null, description: null, triggers: [] };
  return {
    ...none,
    name: view.name,
    file: relativeTo(bundle().folder, view.file),
    hash,
    node_count: view.nodes.length,
  };
}

function relativeTo(folder: string, file: string): string {
  return file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
}
