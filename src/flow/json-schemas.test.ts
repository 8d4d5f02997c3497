import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NODE_TYPES } from "../nodes/index.ts";
import { bundleJsonSchema, flowJsonSchema, loadFlows } from "./index.ts";

// `not` speaks of properties that are defined beside it.
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
const isFlow = ajv.compile(flowJsonSchema());
const isBundle = ajv.compile(bundleJsonSchema());

/** The files of the original page, as printed there. */
const ORIGINALS = ["on_webhook.ygtc", "github.ygtc", "stripe.ygtc", "async_processing.ygtc"];

const LISTENING = "triggers: [{ type: default }]\n";
const NODES = "nodes: [{ id: a, type: http_response }]\n";
const BRANCH = ", config: { conditions: [{ expression: 'true', next: end }] }";

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

  const TIMEOUT = (timeout: string) => `${LISTENING}nodes: [{ id: a, type: http_response, timeout: ${timeout} }]`;
  const EVENT = (type: string) => `${NODES}triggers: [{ type: event, event_type: ${JSON.stringify(type)} }]`;
  const TARGETS = (type: string, targets: string) =>
    `${LISTENING}nodes: [{ id: a, type: ${type}${type === "branch" ? BRANCH : ""}, ${targets} }]`;

  it.each([
    ["`next` alone", true, TARGETS("http_response", "next: end")],
    ["`to` alone", true, TARGETS("http_response", "to: end")],
    ["`next` and `to`", false, TARGETS("http_response", "next: end, to: end")],
    ["a branch with `on_error`", true, TARGETS("branch", "on_error: end")],
    ["a branch with `next`", false, TARGETS("branch", "next: end")],
    ["a branch with `to`", false, TARGETS("branch", "to: end")],
    ["a timeout with a unit", true, TIMEOUT("0.5s")],
    ["a timeout of a millisecond", true, TIMEOUT("1")],
    ["a timeout of 24h in milliseconds", true, TIMEOUT("86400000")],
    ["a timeout beyond 24h in milliseconds", false, TIMEOUT("86400001")],
    ["no time", false, TIMEOUT("0")],
    ["less than no time", false, TIMEOUT("-1")],
    ["no time with a unit", false, TIMEOUT("0s")],
    ["no time in two units", false, TIMEOUT("0m0.0s")],
    ["no time for a run", false, `${LISTENING}${NODES}config: { timeout: 0 }`],
    ["no wait before a new try", true, `${LISTENING}${NODES}config: { retry_policy: { initial_delay: 0s } }`],
    ["a wait of a year", true, `${LISTENING}${NODES}config: { retry_policy: { max_delay: 31536000000 } }`],
    ["a wait beyond a year", false, `${LISTENING}${NODES}config: { retry_policy: { max_delay: 31536000001 } }`],
    ["every event type", true, EVENT("*")],
    ["the beginning of an event type", true, EVENT("order.*")],
    ["two stars", false, EVENT("**")],
    ["a star at the beginning", false, EVENT("*.created")],
    ["an event type with a slash", false, EVENT("orders/create")],
    ["the longest event type", true, EVENT("a".repeat(128))],
    ["an event type that is too long", false, EVENT("a".repeat(129))],
    ["a list of nodes", true, "[{ id: a, type: http_response }]"],
    ["a list of no nodes", false, "[]"],
    ["a list of something else", false, "[{ type: default }]"],
    ["a text", false, "nodes"],
  ])("says the same as the loader of %s", (_what, isRight, text) => {
    const errors = loadFlows([{ path: "x.yaml", text }]).diagnostics.filter(({ level }) => level === "error");
    expect({ loads: errors.length === 0, fits: isFlow(parse(text)) }).toEqual({ loads: isRight, fits: isRight });
  });

  it("knows each node type", () => {
    const { node } = flowJsonSchema()["definitions"] as { node: { oneOf: { title: string }[] } };
    expect(node.oneOf.map(({ title }) => title)).toEqual([...NODE_TYPES.keys()]);
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
