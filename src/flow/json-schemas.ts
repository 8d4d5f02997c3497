/**
 * The JSON Schemas of the flow and bundle files, from the definitions that check them. Draft 7, which the YAML language
 * servers of editors know best. What only the graph or the languages can tell (targets, conditions, scripts) is not in
 * them: `gtc doctor` says it.
 */
import { z } from "zod";
import { NODE_TYPES, type AnyNodeType } from "../nodes/index.ts";
import { bundleSchema, flowSchema, nodeSchema, triggerSchema } from "./flow-schema.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

const DRAFT = "http://json-schema.org/draft-07/schema#";

/** The schema of a flow file; each node is one of the node types. The file may also be the list of nodes alone. */
export function flowJsonSchema(): JsonSchema {
  const flow = schemaOf(flowSchema);
  const properties = flow["properties"] as Record<string, JsonSchema>;
  const nodes = { ...properties["nodes"], items: { $ref: "#/definitions/node" } };
  const { description: _ofTheKey, ...list } = nodes as JsonSchema;
  const triggers = { ...properties["triggers"], items: schemaOf(triggerSchema) };
  return {
    $schema: DRAFT,
    title: "gtc flow",
    description: "A flow: what happens when a webhook event arrives.",
    ...flow,
    ...list,
    type: ["object", "array"],
    properties: { ...properties, nodes, triggers },
    definitions: { node: { oneOf: [...NODE_TYPES.values()].map(nodeJsonSchema) } },
  };
}

/** The schema of `bundle.yaml`. */
export function bundleJsonSchema(): JsonSchema {
  return {
    $schema: DRAFT,
    title: "gtc bundle",
    description: "A bundle: flows and the tenants that receive webhooks.",
    ...schemaOf(bundleSchema),
  };
}

function nodeJsonSchema({ type, summary, configSchema, routes }: AnyNodeType): JsonSchema {
  const config = configSchema.safeParse({}).success ? configSchema.optional() : configSchema;
  const described = config.describe("What the node type needs to know.");
  const node = nodeSchema.extend({ type: z.literal(type).describe(summary), config: described });
  if (routes === true) return { title: type, ...schemaOf(node.omit({ next: true, to: true })) };
  return { title: type, ...schemaOf(node), not: { required: ["next", "to"] } };
}

function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _draft, ...rest } = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
  });
  return rest;
}
