import { createHash } from "node:crypto";
import { stringifyJson, type JsonValue } from "../base/index.ts";
import {
  STORED_FORMAT,
  type FlowDefinition,
  type FlowNode,
  type RetryPolicy,
  type StoredFlow,
  type Trigger,
} from "./flow-definition.ts";
import { edgesOf, leadingTo } from "./flow-graph.ts";
import type { FlowDraft } from "./read-flow-file.ts";

/** Makes the definition of a draft that has no errors. */
export function defineFlow(draft: FlowDraft): FlowDefinition | undefined {
  const { header, file, name } = draft;
  const nodes: readonly FlowNode[] = draft.nodes.map(
    ({ index: _index, isSound: _isSound, readable: _readable, ...node }) => node,
  );
  const [first] = nodes;
  if (header === undefined || first === undefined) return undefined;
  const { timeout: timeoutMs, retry_policy } = header.config;
  const retry: RetryPolicy = {
    maxAttempts: retry_policy.max_attempts,
    initialDelayMs: retry_policy.initial_delay,
    maxDelayMs: retry_policy.max_delay,
    factor: retry_policy.factor,
  };
  const startNode = first.id;
  const stored: StoredFlow = {
    format: STORED_FORMAT,
    name,
    timeoutMs,
    retry,
    variables: header.variables,
    startNode,
    nodes,
    file: file.inBundle ?? file.path,
    text: file.text,
    nodesPath: draft.nodesPath,
  };
  const definitionJson = stringifyJson(stored as unknown as JsonValue);
  const edges = nodes.flatMap(edgesOf);
  const answering = leadingTo(
    nodes.filter(({ type }) => type === "http_response").map(({ id }) => id),
    edges,
  );
  return {
    name,
    ...(header.version !== undefined && { version: String(header.version) }),
    ...(header.description !== undefined && { description: header.description }),
    ...(file.tenant !== undefined && { tenant: file.tenant }),
    file: file.path,
    hash: createHash("sha256").update(definitionJson).digest("hex"),
    definitionJson,
    startNode,
    timeoutMs,
    retry,
    nodes,
    triggers: draft.triggers.map((trigger) => triggerOf(trigger, startNode)),
    answersFrom: (id) => answering.has(id),
    graph: () => ({
      nodes: nodes.map(({ id, type }) => ({ id, type })),
      edges: edges.map(({ path: _path, ...edge }) => edge),
    }),
  };
}

function triggerOf({ type, eventType, target }: FlowDraft["triggers"][number], startNode: string): Trigger {
  if (type === "default" || eventType === undefined) return { type: "default", target: target ?? startNode };
  return { type, eventType, target: target ?? startNode };
}
