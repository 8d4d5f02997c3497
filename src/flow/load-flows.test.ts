import { describe, expect, it } from "vitest";
import { locationOf, renderDiagnostic, type Diagnostic } from "../text/index.ts";
import { loadFlows, type FlowFile } from "./index.ts";

function diagnosticsOf(...files: (string | FlowFile)[]): readonly Diagnostic[] {
  const given = files.map((file, index) =>
    typeof file === "string" ? { path: index === 0 ? "flow.yaml" : `flow${index + 1}.yaml`, text: file } : file,
  );
  return loadFlows(given).diagnostics;
}

/** `flow.yaml:3:5 code: message`, one per fault. */
function shortForm(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map((found) => `${locationOf(found)} ${found.code}: ${found.message}`);
}

function expectFaults(text: string, expected: readonly string[]) {
  expect(shortForm(diagnosticsOf(text))).toEqual(expected);
}

function onlyFault(text: string): Diagnostic {
  const found = diagnosticsOf(text);
  expect(shortForm(found)).toEqual([expect.any(String)]);
  return found[0]!;
}

/** A flow with one trigger and these nodes. */
function flowOf(nodes: string): string {
  return `triggers:\n  - { type: event, event_type: "*" }\nnodes:\n${nodes}`;
}

const RESPOND = "  - { id: respond, type: http_response }\n";

describe("a sound flow", () => {
  it("is read with its defaults", () => {
    const { flows, diagnostics } = loadFlows([{ path: "flows/hello.ygtc", text: flowOf(RESPOND) }]);
    expect(diagnostics).toEqual([]);
    expect(flows.all[0]).toMatchObject({
      name: "hello",
      file: "flows/hello.ygtc",
      startNode: "respond",
      timeoutMs: 30_000,
      retry: { maxAttempts: 5, initialDelayMs: 1000, maxDelayMs: 300_000, factor: 2 },
      triggers: [{ type: "event", eventType: "*", target: "respond" }],
      nodes: [{ id: "respond", type: "http_response", config: {} }],
    });
  });

  it("may set everything", () => {
    const text = `# yaml-language-server: $schema=x
name: all.of-it
version: 1.0
description: says it all
variables: { limit: 12345678901234567890, list: [1, 2.5, null, true] }
config:
  timeout: 1m30s
  retry_policy: { max_attempts: 2, initial_delay: 250, max_delay: 10s, factor: 1.5 }
nodes:
  - id: first
    type: template
    config: { template: "{{flow.limit}}" }
    output: total
    timeout: 2s
    on_error: ignore
    to: second
  - { id: second, type: http_response, config: { body: "{{total}}", status: 201 }, next: end }
triggers:
  - { type: event, event_type: order.*, target: first }
  - { type: default, target: second }
`;
    const { flows, diagnostics } = loadFlows([{ path: "x.yaml", text, tenant: "acme" }]);
    expect(shortForm(diagnostics)).toEqual([]);
    expect(flows.all[0]).toMatchObject({
      name: "all.of-it",
      version: "1",
      description: "says it all",
      tenant: "acme",
      timeoutMs: 90_000,
      retry: { maxAttempts: 2, initialDelayMs: 250, maxDelayMs: 10_000, factor: 1.5 },
      triggers: [
        { type: "event", eventType: "order.*", target: "first" },
        { type: "default", target: "second" },
      ],
    });
    expect(flows.all[0]?.nodes[0]).toEqual({
      id: "first",
      type: "template",
      config: { template: "{{flow.limit}}" },
      next: "second",
      onError: "ignore",
      output: "total",
      timeoutMs: 2000,
    });
    expect(flows.all[0]?.definitionJson).toContain("12345678901234567890");
  });

  it("has a hash of its content, not of where the bundle lies", () => {
    const load = (text: string) => loadFlows([{ path: "a.yaml", text }]).flows.all[0]?.hash;
    expect(load(flowOf(RESPOND))).toMatch(/^[0-9a-f]{64}$/);
    expect(load(flowOf(RESPOND))).toBe(load(flowOf(RESPOND)));
    expect(load(flowOf(RESPOND))).not.toBe(
      load(flowOf("  - { id: respond, type: http_response, config: { status: 201 } }")),
    );
  });

  it("knows from which nodes an answer can come", () => {
    const nodes = `${RESPOND}  - { id: quiet, type: template, config: { template: x } }
  - { id: fails, type: template, config: { template: x }, on_error: respond }
  - { id: choose, type: branch, config: { conditions: [{ expression: "true", next: respond }] } }`;
    const triggers = ["quiet", "fails", "choose", "respond"].map(
      (id) => `  - { type: event, event_type: ${id}, target: ${id} }`,
    );
    const { flows, diagnostics } = loadFlows([
      { path: "a.yaml", text: `nodes:\n${nodes}\ntriggers:\n${triggers.join("\n")}` },
    ]);
    expect(shortForm(diagnostics)).toEqual([]);
    const answers = (id: string) => flows.all[0]?.answersFrom(id);
    expect([answers("respond"), answers("quiet"), answers("fails"), answers("choose"), answers("nope")]).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it("can be drawn", () => {
    const nodes = `  - id: choose
    type: branch
    config: { conditions: [{ expression: "headers.a == 'b'", next: respond }], default: ignore }
    on_error: end
${RESPOND}`;
    expect(loadFlows([{ path: "a.yaml", text: flowOf(nodes) }]).flows.all[0]?.graph()).toEqual({
      nodes: [
        { id: "choose", type: "branch" },
        { id: "respond", type: "http_response" },
      ],
      edges: [
        { from: "choose", to: "respond", kind: "choice", label: "headers.a == 'b'" },
        { from: "choose", to: "ignore", kind: "choice", label: "default" },
        { from: "choose", to: "end", kind: "error" },
        { from: "respond", to: "end", kind: "next" },
      ],
    });
  });
});

describe("faults of the shape", () => {
  it("are all reported, each at its place", () => {
    expectFaults(
      `name: "no spaces"
nods: []
nodes:
  - id: a b
    type: http_response
  - type: template
    config: { template: x }
    nxt: end
  - id: c
    type: htp_response
  - id: d
    type: http_response
    config: { status: 42, bodi: x }
    timeout: soon
triggers:
  - type: evnt
  - { type: event }
  - { type: event, event_type: "a.*.b" }
config:
  timeout: 10 seconds
  retry_policy: { max_attempts: 0 }
`,
      [
        "flow.yaml:1:7 bad-value: `name` must begin with a letter or digit and hold only letters, digits, `.`, `_` and `-`.",
        "flow.yaml:2:1 unknown-key: There is no key `nods` here.",
        "flow.yaml:4:9 bad-value: `id` must hold only letters, digits, `_` and `-`.",
        "flow.yaml:6:5 missing-field: `id` is missing.",
        "flow.yaml:8:5 unknown-key: There is no key `nxt` here.",
        "flow.yaml:10:11 unknown-node-type: There is no node type `htp_response`.",
        "flow.yaml:14:14 bad-value: `timeout` is no duration; write e.g. `500ms`, `30s`, `5m` or `1h30m`.",
        "flow.yaml:16:11 bad-value: `type` must be event or default.",
        "flow.yaml:17:5 missing-field: `event_type` is missing.",
        "flow.yaml:18:32 bad-event-type: A `*` can only stand at the end.",
        "flow.yaml:20:12 bad-value: `config.timeout` is no duration; write e.g. `500ms`, `30s`, `5m` or `1h30m`.",
        "flow.yaml:21:33 bad-value: `config.retry_policy.max_attempts` must be at least 1.",
      ],
    );
  });

  it("suggest what was meant", () => {
    expect(onlyFault(flowOf("  - { id: a, type: http_respond }")).hint).toBe("Did you mean `http_response`?");
    expect(onlyFault(flowOf("  - { id: a, type: http_response, config: { stats: 200 } }")).hint).toBe(
      "Did you mean `status`?",
    );
    expect(onlyFault(flowOf("  - { id: a, type: http_response, confg: {} }")).hint).toBe("Did you mean `config`?");
    expect(onlyFault(`${flowOf(RESPOND)}config: { retry_policy: { max_retries: 3 } }`).hint).toMatch(
      /Known keys: max_attempts/,
    );
    expect(
      onlyFault(
        flowOf(
          "  - { id: a, type: branch, config: { conditions: [{ expresion: 'true', next: end, expression: 'true' }] } }",
        ),
      ).hint,
    ).toBe("Did you mean `expression`?");
    expect(onlyFault(flowOf("  - { id: a, type: rhino }")).hint).toMatch(/^Node types: .*branch/);
  });

  it("of a config say what is allowed", () => {
    const fault = (config: string) =>
      onlyFault(flowOf(`  - { id: a, type: http_response, config: ${config} }`)).message;
    expect(fault("{ status: 42 }")).toBe("`status` must be at least 200.");
    expect(fault("{ status: 700 }")).toBe("`status` must be at most 599.");
    expect(fault("{ status: [] }")).toBe("`status` must be a number or a text.");
    expect(fault("{ headers: { 'a b': x } }")).toBe("`headers.a b` is not allowed as a name.");
    expect(fault("{ headers: { a: [x] } }")).toBe("`headers.a` must be a text or a number or true or false.");
    expect(fault("5")).toBe("`config` must be a mapping.");
    expect(onlyFault(flowOf("  - { id: a, type: branch }")).message).toBe("`conditions` is missing.");
    expect(onlyFault(flowOf("  - { id: a, type: branch, config: { conditions: [] } }")).message).toBe(
      "`conditions` must be at least 1 item(s) long.",
    );
    expect(onlyFault(flowOf("  - { id: a, type: template, config: { template: x }, on_error: [] }")).message).toBe(
      "`on_error` must be a text.",
    );
  });

  it("of the whole file say so", () => {
    expectFaults("", ["flow.yaml:1:1 bad-value: The file must be a mapping."]);
    expectFaults("just text", ["flow.yaml:1:1 bad-value: The file must be a mapping."]);
    expectFaults("name: x", ["flow.yaml:1:1 missing-field: `nodes` is missing."]);
    expectFaults("nodes: []", ["flow.yaml:1:8 bad-value: `nodes` needs at least one node."]);
    expectFaults("[]", ["flow.yaml:1:1 bad-value: `nodes` needs at least one node."]);
    expectFaults("nodes: 5", ["flow.yaml:1:8 bad-value: `nodes` must be a list."]);
  });
});

describe("faults of the YAML", () => {
  it("have their place", () => {
    expectFaults("nodes:\n  - id: a\n\ttype: x", ["flow.yaml:3:1 bad-yaml: Tabs are not allowed as indentation"]);
    expectFaults("name: a\nname: b", ["flow.yaml:2:1 bad-yaml: This key stands twice in the same mapping."]);
    expectFaults("a: 1\n---\nb: 2", ["flow.yaml:2:1 bad-yaml: The file holds more than one YAML document."]);
    expectFaults("name: *nope", ["flow.yaml:1:7 bad-yaml: There is no anchor `&nope` before this."]);
    expectFaults("variables: { x: .inf }", ["flow.yaml:1:17 bad-yaml: This number does not exist in JSON."]);
    expectFaults("? [a]\n: 1", ["flow.yaml:1:3 bad-yaml: A key must be a text."]);
  });

  it("do not bring it down", () => {
    expect(shortForm(diagnosticsOf("[".repeat(100_000)))[0]).toMatch(/nested too deep|bad-yaml/);
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...Array.from("bcdefghi", (key, at) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[at]}`).join(",")}]`),
    ];
    expectFaults(bomb.join("\n"), [expect.stringMatching(/bad-yaml: The file has too many values/)]);
    expect(shortForm(diagnosticsOf("a".repeat(2_000_000)))[0]).toMatch(/file-too-large/);
  });

  it("aliases and odd keys are plain data", () => {
    const text = flowOf(
      "  - { id: a, type: template, config: { template: { __proto__: &x { deep: 1 }, constructor: *x } } }",
    );
    const { flows, diagnostics } = loadFlows([{ path: "a.yaml", text }]);
    expect(shortForm(diagnostics)).toEqual([]);
    expect(JSON.stringify(flows.all[0]?.nodes[0]?.config)).toBe(
      '{"template":{"__proto__":{"deep":1},"constructor":{"deep":1}}}',
    );
  });
});

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
    expect(onlyFault(flowOf("  - { id: a, type: http_response, next: other }")).hint).toBe(
      "Add a node with the id `other`, or name one of: a.",
    );
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

describe("what starts a flow", () => {
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

describe("conditions and templates", () => {
  it("have their faults in the file's own lines", () => {
    const plain = onlyFault(
      flowOf("  - { id: a, type: branch, config: { conditions: [{ expression: hedaers.x == 1, next: end }] } }"),
    );
    expect(renderDiagnostic(plain)).toContain("hedaers.x == 1");
    expect(locationOf(plain)).toBe("flow.yaml:4:65");
    expect(plain.hint).toBe("Did you mean `headers`?");
    const quoted = `  - id: a
    type: branch
    config:
      conditions:
        - expression: "payload.x == \\"y\\" && evnt.id == 1"
          next: end`;
    expect(shortForm(diagnosticsOf(flowOf(quoted)))).toEqual(["flow.yaml:8:46 unknown-name: Unknown variable: evnt"]);
    const block = `  - id: a
    type: template
    config:
      template: |
        Hello {{event.id}},
          you have {{paylod.count}} left
        Bye`;
    expect(shortForm(diagnosticsOf(flowOf(block)))).toEqual([
      "flow.yaml:9:22 unknown-name: There is no `paylod` in this flow.",
    ]);
    const folded = block.replace("|", ">-");
    expect(shortForm(diagnosticsOf(flowOf(folded)))).toEqual([
      "flow.yaml:9:22 unknown-name: There is no `paylod` in this flow.",
    ]);
    const single = "  - { id: a, type: template, config: { template: 'it''s {{paylod.count}}' } }";
    expect(shortForm(diagnosticsOf(flowOf(single)))).toEqual([
      "flow.yaml:4:59 unknown-name: There is no `paylod` in this flow.",
    ]);
  });

  it("may name the outputs of nodes", () => {
    const nodes = `  - { id: first, type: template, config: { template: x }, output: total, next: second }
  - { id: second, type: branch, config: { conditions: [{ expression: "first == total", next: third }] } }
  - { id: third, type: http_response, config: { body: "{{first}} {{total}}" } }`;
    expectFaults(flowOf(nodes), []);
  });

  it("may not set the headers that frame the answer", () => {
    expectFaults(flowOf("  - { id: a, type: http_response, config: { headers: { Content-Length: 5 } } }"), [
      "flow.yaml:4:72 bad-header: The header `Content-Length` is written by the gateway itself.",
    ]);
  });
});

it("reports the faults of all files, in the order of their lines", () => {
  const found = diagnosticsOf(
    flowOf("  - { id: a, type: http_response, next: x, timeout: y }"),
    "nodes: 5",
    flowOf(RESPOND),
  );
  expect(shortForm(found)).toEqual([
    "flow.yaml:4:53 bad-value: `timeout` is no duration; write e.g. `500ms`, `30s`, `5m` or `1h30m`.",
    "flow2.yaml:1:8 bad-value: `nodes` must be a list.",
  ]);
});
