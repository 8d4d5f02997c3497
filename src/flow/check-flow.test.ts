import { describe, expect, it } from "vitest";
import { diagnosticsOf, expectFaults, flowOf, onlyFault, RESPOND, shortForm } from "../../test/support/flow-faults.ts";
import { loadFlows } from "./index.ts";

describe("ids and names", () => {
  it("are each used once", () => {
    expectFaults(flowOf(`${RESPOND}${RESPOND}`), [
      "flow.yaml:5:11 duplicate-id: There is already a node `respond`, in line 4.",
    ]);
    expectFaults(
      flowOf(
        "  - { id: a, type: template, config: { template: x }, output: b, next: b }\n  - { id: b, type: http_response }",
      ),
      ["flow.yaml:4:63 duplicate-id: `b` is the id of another node."],
    );
  });

  it("hide nothing that is built in", () => {
    expectFaults(flowOf("  - { id: event, type: http_response, next: end }\n  - { id: end, type: http_response }"), [
      "flow.yaml:4:11 reserved-name: `event` is a built-in name.",
      "flow.yaml:5:11 reserved-name: `end` is a built-in target.",
    ]);
    expectFaults(flowOf("  - { id: a, type: http_response, output: prev }"), [
      "flow.yaml:4:43 reserved-name: `prev` is a built-in name.",
    ]);
  });

  it("of flows are used once per owner", () => {
    const text = `name: same\n${flowOf(RESPOND)}`;
    const files = ["flows/a.yaml", "flows/b.yaml"].map((path) => ({ path, text }));
    expect(shortForm(loadFlows(files).diagnostics)).toEqual([
      "flows/b.yaml:1:7 duplicate-flow: The flow name `same` is already used by flows/a.yaml.",
    ]);
    const own = { path: "tenants/acme/flows/a.yaml", text, tenant: "acme" };
    expect(loadFlows([files[0]!, own]).diagnostics).toEqual([]);
  });
});

describe("targets", () => {
  it("must exist", () => {
    expectFaults(
      flowOf(`  - { id: a, type: template, config: { template: x }, next: respnd, on_error: nowhere }
  - { id: b, type: branch, config: { conditions: [{ expression: "true", next: respond1 }], default: ingore } }
${RESPOND}`),
      [
        "flow.yaml:4:61 unknown-target: There is no node `respnd` in this flow.",
        "flow.yaml:4:79 unknown-target: There is no node `nowhere` in this flow.",
        "flow.yaml:5:79 unknown-target: There is no node `respond1` in this flow.",
        "flow.yaml:5:101 unknown-target: There is no node `ingore` in this flow.",
      ],
    );
    const twice = "  - { id: a, type: template, config: { template: x }, next: nowhere }\n";
    expectFaults(flowOf(`${twice}${twice.replace(", next: nowhere", "")}`), [
      "flow.yaml:4:61 unknown-target: There is no node `nowhere` in this flow.",
      "flow.yaml:5:11 duplicate-id: There is already a node `a`, in line 4.",
    ]);
    expect(onlyFault(flowOf("  - { id: a, type: http_response, next: other }")).hint).toBe(
      "Add a node with the id `other`, or name one of: a.",
    );
    const hints = diagnosticsOf(
      "nodes:\n  - { type: http_response }\ntriggers:\n  - { type: default, target: other }",
    ).map(({ hint }) => hint);
    expect(hints).toContain("Add a node with the id `other`.");
    expect(onlyFault(flowOf("  - { id: abc, type: http_response, to: ingore }"))).toMatchObject({
      hint: "Did you mean `ignore`? Or add the node.",
    });
    expectFaults(`nodes:\n${RESPOND}triggers:\n  - { type: default, target: rspond }`, [
      "flow.yaml:4:30 unknown-target: There is no node `rspond` in this flow.",
    ]);
    expectFaults(`nodes:\n${RESPOND}triggers:\n  - { type: default, target: end }`, [
      "flow.yaml:4:30 unknown-target: There is no node `end` in this flow.",
    ]);
  });

  it("are not reported when the node is there but faulty", () => {
    expectFaults(flowOf("  - { id: a, type: http_response, next: b }\n  - { id: b, type: http_response, nxt: end }"), [
      "flow.yaml:5:35 unknown-key: There is no key `nxt` here.",
    ]);
  });

  it("are given once, and only where they are used", () => {
    expectFaults(flowOf("  - { id: a, type: http_response, next: end, to: end }"), [
      "flow.yaml:4:50 two-targets: `to` is another name of `next`; only one of them can be set.",
    ]);
    expectFaults(
      flowOf("  - { id: a, type: branch, config: { conditions: [{ expression: 'true', next: end }] }, next: end }"),
      ["flow.yaml:4:95 unused-target: A `branch` goes on where its config says."],
    );
    expectFaults(
      flowOf("  - { id: a, type: branch, config: { conditions: [{ expression: 'true', next: end }] }, to: end }"),
      ["flow.yaml:4:93 unused-target: A `branch` goes on where its config says."],
    );
  });

  it("lead to every node", () => {
    expectFaults(
      flowOf(`${RESPOND}  - { id: lost, type: http_response, next: lost2 }\n  - { id: lost2, type: http_response }`),
      [
        "flow.yaml:5:11 unreachable-node: No way leads to the node `lost`.",
        "flow.yaml:6:11 unreachable-node: No way leads to the node `lost2`.",
      ],
    );
    expectFaults(
      `nodes:\n  - { id: a, type: http_response }\n${RESPOND}triggers:\n  - { type: default, target: respond }`,
      ["flow.yaml:2:11 unreachable-node: No way leads to the node `a`."],
    );
  });

  it("come to an end otherwise than by an error", () => {
    const loop = (more: string) =>
      onlyFault(flowOf(`  - { id: a, type: script, config: { script: "throw 1" }, next: a${more} }`));
    expect(loop(", on_error: end")).toMatchObject({
      code: "endless-loop",
      hint: "Give one of these nodes a way out, e.g. a `branch` with `default: end`; `on_error` is none, because a step need not fail.",
    });
    expect(loop("").hint).toBe("Give one of these nodes a way out, e.g. a `branch` with `default: end`.");
  });

  it("come to an end", () => {
    const step = (id: string, next: string) =>
      `  - { id: ${id}, type: template, config: { template: x }, next: ${next}, on_error: end }\n`;
    expectFaults(flowOf(step("a", "b") + step("b", "c") + step("c", "b")), [
      "flow.yaml:5:11 endless-loop: The run would never end: b → c → b.",
    ]);
    expectFaults(flowOf(step("a", "a")), ["flow.yaml:4:11 endless-loop: The run would never end: a → a."]);
    const choose =
      "  - { id: b, type: branch, config: { conditions: [{ expression: 'event.id == prev', next: a }] } }\n";
    expectFaults(flowOf(step("a", "b") + choose), []);
    const always = choose.replace("next: a }]", "next: a }], default: a");
    expectFaults(flowOf(step("a", "b") + always), ["flow.yaml:4:11 endless-loop: The run would never end: a → b → a."]);
  });
});

describe("on_error", () => {
  const failing = (id: string, onError: string) =>
    `  - { id: ${id}, type: template, config: { template: x }, on_error: ${onError}, next: ${onError} }\n`;

  it("leads away from the step that failed", () => {
    const self = "  - { id: a, type: template, config: { template: x }, on_error: a }\n";
    const fault = onlyFault(flowOf(self));
    expect(shortForm([fault])).toEqual([
      "flow.yaml:4:65 endless-loop: What fails here would be tried again at once, without end: a → a.",
    ]);
    expect(fault.hint).toMatch(/retry_policy/);
    const round =
      failing("a", "b") + failing("b", "c") + "  - { id: c, type: template, config: { template: x }, on_error: b }\n";
    expectFaults(flowOf(round), [
      "flow.yaml:5:65 endless-loop: What fails here would be tried again at once, without end: b → c → b.",
    ]);
    expectFaults(flowOf(`${failing("a", "b")}${failing("b", "end")}`), []);
  });
});

describe("what starts a flow", () => {
  it("is said once for an event type", () => {
    const twice = `nodes:\n${RESPOND}triggers:
  - { type: event, event_type: a }
  - { type: event, event_type: "a*" }
  - { type: default }
  - { type: event, event_type: a }
  - { type: default, target: respond }
`;
    expectFaults(twice, [
      "flow.yaml:7:32 duplicate-trigger: There is already a trigger for `a`; this one is never taken.",
      "flow.yaml:8:13 duplicate-trigger: There is already a trigger for `type: default`; this one is never taken.",
    ]);
  });

  const child = "name: child\nnodes:\n  - { id: work, type: template, config: { template: x } }";

  it("is missed when there is nothing", () => {
    const found = diagnosticsOf(child);
    expect(shortForm(found)).toEqual([
      "flow.yaml:1:1 no-trigger: Nothing starts this flow: it has no trigger, and no other flow starts it.",
    ]);
    expect(found[0]?.level).toBe("warning");
    expect(loadFlows([{ path: "a.yaml", text: child }]).flows.all).toHaveLength(1);
  });

  it("may be another flow", () => {
    expect(shortForm(diagnosticsOf(flowOf("  - { id: a, type: async, config: { flow: child } }"), child))).toEqual([]);
  });

  it("must exist when a flow starts it", () => {
    const found = diagnosticsOf(flowOf("  - { id: a, type: async, config: { flow: chlid } }"), child);
    expect(shortForm(found)[0]).toBe("flow.yaml:4:43 unknown-flow: There is no flow `chlid`.");
    expect(found[0]?.hint).toBe("Did you mean `child`?");
  });

  it("must be seen by the tenant", () => {
    const parent = flowOf("  - { id: a, type: async, config: { flow: child } }");
    const files = (parentTenant: string | undefined, childTenant: string) => [
      { path: "a.yaml", text: parent, ...(parentTenant !== undefined && { tenant: parentTenant }) },
      { path: "b.yaml", text: child, tenant: childTenant },
    ];
    const errors = (...given: Parameters<typeof files>) =>
      loadFlows(files(...given)).diagnostics.filter(({ level }) => level === "error");
    expect(shortForm(errors("acme", "other"))).toEqual(["a.yaml:4:43 unknown-flow: There is no flow `child`."]);
    expect(errors("acme", "acme")).toEqual([]);
    expect(errors(undefined, "acme")).toEqual([]);
  });
});

describe("outputs", () => {
  const node = (id: string, template: string, more: string): string =>
    `  - { id: ${id}, type: template, config: { template: "${template}" }, ${more} }\n`;

  it("are read where they may be there", () => {
    const nodes =
      node("first", "{{late}}", "next: again, on_error: rescue") +
      node("again", "{{first}} {{again}} {{rescue}}", "output: shown, next: choose") +
      `  - { id: choose, type: branch, config: { conditions: [{ expression: "shown == late", next: again }], default: late } }\n` +
      node("rescue", "{{first}} {{again}}", "next: late") +
      `  - { id: late, type: script, config: { script: "first + rescue + shown + last" }, next: last }\n` +
      node("last", "{{late}}", "next: end");
    const found = diagnosticsOf(flowOf(nodes));
    expect(shortForm(found).map((line) => line.replace(/:\d+ unset-output/, ""))).toEqual([
      "flow.yaml:4: `late` is never there when this node runs: no way leads from that node to this one.",
      "flow.yaml:5: `rescue` is never there when this node runs: no way leads from that node to this one.",
      "flow.yaml:6: `late` is never there when this node runs: no way leads from that node to this one.",
      "flow.yaml:7: `again` is never there when this node runs: no way leads from that node to this one.",
      "flow.yaml:8: `last` is never there when this node runs: no way leads from that node to this one.",
    ]);
    expect(found.map(({ level }) => level)).toEqual(Array<string>(5).fill("warning"));
  });
});
