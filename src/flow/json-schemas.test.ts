import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NODE_TYPES } from "../nodes/index.ts";
import { bundleJsonSchema, flowJsonSchema, loadFlows, type JsonSchema } from "./index.ts";

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true });
const isFlow = ajv.compile(flowJsonSchema());
const isBundle = ajv.compile(bundleJsonSchema());

/** The files of the original page, as printed there. */
const ORIGINALS = ["on_webhook.ygtc", "github.ygtc", "stripe.ygtc", "async_processing.ygtc"];

function textOf(name: string): string {
  return readFileSync(new URL(`originals/${name}`, import.meta.url), "utf8");
}

function expectValid(text: string) {
  isFlow(parse(text));
  expect(isFlow.errors ?? [], text).toEqual([]);
}

function expectInvalid(text: string, message: RegExp) {
  expect(isFlow(parse(text)), text).toBe(false);
  expect(JSON.stringify(isFlow.errors)).toMatch(message);
}

describe("the schema of flows", () => {
  it("accepts the flows of the original page", () => {
    for (const name of ORIGINALS) expectValid(textOf(name));
  });

  it("accepts the examples", () => {
    const folder = new URL("../../examples/quickstart/", import.meta.url);
    const names = readdirSync(new URL("flows/", folder));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expectValid(readFileSync(new URL(`flows/${name}`, folder), "utf8"));
    expect(isBundle(parse(readFileSync(new URL("bundle.yaml", folder), "utf8")))).toBe(true);
  });

  it("accepts what the loader accepts", () => {
    const text = `
name: x
version: 1.5
variables: { a: { b: [1, null] } }
config: { timeout: 1m30s, retry_policy: { max_attempts: 3, initial_delay: 250, max_delay: 1h, factor: 1.5 } }
nodes:
  - { id: a, type: template, config: { template: { deep: ["{{event.id}}"] } }, to: b, output: o, timeout: 5s, on_error: end }
  - { id: b, type: http_response, config: { status: "{{payload.status}}", headers: { x: 5 }, body: [1], content_type: a/b }, next: c }
  - { id: c, type: http_response, next: end }
triggers: [{ type: event, event_type: "a.*" }, { type: default, target: a }]
`;
    expect(loadFlows([{ path: "x.yaml", text }]).diagnostics).toEqual([]);
    expectValid(text);
  });

  it("refuses what the loader refuses by its shape", () => {
    expectInvalid("name: x", /required property 'nodes'/);
    expectInvalid("nodes: [{ id: a, type: http_respons }]", /oneOf/);
    expectInvalid("nodes: [{ id: a, type: template }]", /required property 'config'/);
    expectInvalid("nodes: [{ id: a, type: template, config: {} }]", /required property 'template'/);
    expectInvalid("nodes: [{ id: a, type: http_response, config: { stats: 200 } }]", /additionalProperty":"stats"/);
    expectInvalid("nodes: [{ id: a, type: http_response, timeout: soon }]", /pattern/);
    expectInvalid(
      "nodes: [{ id: a, type: http_response }]\ntriggers: [{ type: event }]",
      /required property 'event_type'/,
    );
  });

  it("knows each node type", () => {
    const nodes = (flowJsonSchema()["properties"] as Record<string, JsonSchema>)["nodes"] as {
      items: { oneOf: { title: string }[] };
    };
    expect(nodes.items.oneOf.map(({ title }) => title)).toEqual([...NODE_TYPES.keys()]);
  });
});

describe("the schema of bundles", () => {
  it("accepts and refuses", () => {
    expect(isBundle({ schema_version: 1, bundle_id: "a", name: "b" })).toBe(true);
    expect(isBundle({ schema_version: "1.0", bundle_id: "a", name: "b", tenants: ["demo"] })).toBe(true);
    expect(isBundle({ schema_version: 1, bundle_id: "a", name: "b", tenants: ["Demo"] })).toBe(false);
    expect(isBundle({ schema_version: 1, bundle_id: "a", name: "b", tenant: "demo" })).toBe(false);
  });
});

describe("both schemas", () => {
  it("describe every field", () => {
    const missing = [...undescribed(flowJsonSchema(), "flow"), ...undescribed(bundleJsonSchema(), "bundle")];
    expect(missing).toEqual([]);
  });

  it("are what the generated files hold", () => {
    const file = (name: string) =>
      JSON.parse(readFileSync(new URL(`../../schemas/${name}`, import.meta.url), "utf8")) as unknown;
    expect(file("flow.schema.json")).toEqual(structuredClone(JSON.parse(JSON.stringify(flowJsonSchema()))));
    expect(file("bundle.schema.json")).toEqual(JSON.parse(JSON.stringify(bundleJsonSchema())));
  });
});

/** Paths of properties without a description. */
function undescribed(schema: unknown, path: string): string[] {
  if (schema === null || typeof schema !== "object") return [];
  const { properties, ...rest } = schema as { properties?: Record<string, { description?: string }> };
  const own = Object.entries(properties ?? {}).filter(([, property]) => property.description === undefined);
  const inner = Object.entries(properties ?? {}).flatMap(([key, property]) => undescribed(property, `${path}.${key}`));
  const others = Object.entries(rest).flatMap(([key, value]) => undescribed(value, `${path}/${key}`));
  return [...own.map(([key]) => `${path}.${key}`), ...inner, ...others];
}
