import { describe, expect, it } from "vitest";
import { findFlow, loadFlows, matchTriggers, type FlowFile } from "./index.ts";

interface Given {
  readonly name: string;
  readonly tenant?: string;
  /** `order.*`, or `default`; `>node` sets the target. */
  readonly on: readonly string[];
}

function flowsOf(...given: Given[]) {
  const files: FlowFile[] = given.map(({ name, tenant, on }, index) => {
    const triggers = on.map((trigger) => {
      const [type = "", target = "first"] = trigger.split(">");
      return type === "default" ? { type, target } : { type: "event", event_type: type, target };
    });
    const nodes = [
      { id: "first", type: "http_response", next: "second" },
      { id: "second", type: "http_response" },
    ];
    const text = JSON.stringify({ name, nodes, triggers });
    return { path: `${index}.yaml`, text, ...(tenant !== undefined && { tenant }) };
  });
  const { flows, diagnostics } = loadFlows(files);
  expect(diagnostics.filter(({ level }) => level === "error")).toEqual([]);
  return flows;
}

function expectStarts(
  flows: ReturnType<typeof flowsOf>,
  tenant: string,
  eventType: string,
  expected: readonly string[],
) {
  const found = matchTriggers(flows, tenant, eventType).map(
    ({ flow, startNode }) => `${flow.tenant ?? ""}/${flow.name}>${startNode}`,
  );
  expect(found, `${tenant} ${eventType}`).toEqual(expected);
}

describe("triggers", () => {
  it("match exactly, by a beginning, or always", () => {
    const flows = flowsOf(
      { name: "exact", on: ["order.created"] },
      { name: "some", on: ["order.*"] },
      { name: "all", on: ["*"] },
    );
    expectStarts(flows, "demo", "order.created", ["/exact>first", "/some>first", "/all>first"]);
    expectStarts(flows, "demo", "order.item.added", ["/some>first", "/all>first"]);
    expectStarts(flows, "demo", "orders", ["/all>first"]);
    expectStarts(flows, "demo", "Order.created", ["/all>first"]);
  });

  it("start a flow once, at the most exact match", () => {
    const flows = flowsOf({ name: "a", on: ["*>second", "order.*>second", "order.created>first"] });
    expectStarts(flows, "demo", "order.created", ["/a>first"]);
    expectStarts(flows, "demo", "order.deleted", ["/a>second"]);
    expectStarts(flowsOf({ name: "a", on: ["x>second", "x>first"] }), "demo", "x", ["/a>second"]);
  });

  it("of type default count only when no other matches", () => {
    const flows = flowsOf({ name: "known", on: ["order.created"] }, { name: "rest", on: ["default>first"] });
    expectStarts(flows, "demo", "order.created", ["/known>first"]);
    expectStarts(flows, "demo", "anything", ["/rest>first"]);
  });

  it("match nothing where there is nothing", () => {
    expectStarts(flowsOf(), "demo", "x", []);
    expectStarts(flowsOf({ name: "a", on: ["y"] }), "demo", "x", []);
  });
});

describe("tenants", () => {
  const flows = flowsOf(
    { name: "shared", on: ["order.created"] },
    { name: "both", on: ["order.created"] },
    { name: "both", tenant: "acme", on: ["order.deleted"] },
    { name: "own", tenant: "acme", on: ["order.created"] },
    { name: "rest", on: ["default"] },
  );

  it("see the shared flows and their own", () => {
    expectStarts(flows, "demo", "order.created", ["/shared>first", "/both>first"]);
    expectStarts(flows, "acme", "order.created", ["/shared>first", "acme/own>first"]);
  });

  it("hide a shared flow by one of the same name", () => {
    expectStarts(flows, "acme", "order.deleted", ["acme/both>first"]);
    expectStarts(flows, "demo", "order.deleted", ["/rest>first"]);
    expect(findFlow(flows, "acme", "both")?.tenant).toBe("acme");
    expect(findFlow(flows, "demo", "both")?.tenant).toBeUndefined();
    expect(findFlow(flows, "demo", "own")).toBeUndefined();
  });
});

it("answers the same again, and for more event types than it remembers", () => {
  const flows = flowsOf({ name: "all", on: ["*"] });
  for (let at = 0; at < 10_050; at++) expect(matchTriggers(flows, "demo", `type-${at}`)).toHaveLength(1);
  expect(matchTriggers(flows, "demo", "x")).toBe(matchTriggers(flows, "demo", "x"));
});
