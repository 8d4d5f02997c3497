import { describe, expect, it } from "vitest";
import { diagnosticsOf, expectFaults, flowOf, onlyFault, RESPOND, shortForm } from "../../test/support/flow-faults.ts";
import { locationOf, renderDiagnostic } from "../text/index.ts";
import { loadFlows } from "./index.ts";

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
        "flow.yaml:13:23 bad-value: `status` must be at least 200.",
        "flow.yaml:13:27 unknown-key: There is no key `bodi` here.",
        "flow.yaml:14:14 bad-value: `timeout` is no duration; write e.g. `500ms`, `30s`, `5m` or `1h30m`.",
        "flow.yaml:16:11 bad-value: `type` must be event or default.",
        "flow.yaml:17:5 missing-field: `event_type` is missing.",
        "flow.yaml:18:32 bad-event-type: A `*` can only stand at the end.",
        "flow.yaml:20:12 bad-value: `config.timeout` is no duration; write e.g. `500ms`, `30s`, `5m` or `1h30m`.",
        "flow.yaml:21:33 bad-value: `config.retry_policy.max_attempts` must be at least 1.",
      ],
    );
  });

  it("are told of event types that no webhook URL can have", () => {
    const trigger = (eventType: string) =>
      diagnosticsOf(`nodes:\n${RESPOND}triggers:\n  - { type: event, event_type: ${JSON.stringify(eventType)} }`);
    const [fault] = trigger("orders/create");
    expect(renderDiagnostic(fault!)).toContain('event_type: "orders/create"');
    expect(shortForm([fault!])).toEqual([
      "flow.yaml:4:32 bad-event-type: No webhook URL can have the event type `orders/create`.",
    ]);
    expect(fault?.hint).toBe(
      "Use letters, digits and `. _ : @ -`, the first a letter or digit, e.g. `orders.create`, in the webhook URL as well.",
    );
    const meant = (eventType: string) => /e\.g\. `(.*)`/.exec(trigger(eventType)[0]?.hint ?? "")?.[1];
    expect(["a b", "/orders/*", "é", "-x-", "日本", "a/"].map(meant)).toEqual([
      "a.b",
      "orders.*",
      "e",
      "x-",
      undefined,
      "a",
    ]);
    expect(shortForm(trigger("a".repeat(129)))).toEqual([
      "flow.yaml:4:32 bad-value: `event_type` must be at most 128 character(s) long.",
    ]);
    for (const right of ["order.created", "order.*", "o*", "*", "a_b:c@d-1", "a".repeat(128)])
      expect(trigger(right), right).toEqual([]);
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
    const trigger = (text: string) => onlyFault(`nodes:\n${RESPOND}triggers: [${text}]`);
    expect(trigger("{ type: defualt }").hint).toBe("Did you mean `default`?");
    expect(trigger("{ type: default, event_type: x }")).toMatchObject({
      message: "There is no key `event_type` here.",
      hint: "Known keys: type, target.",
    });
  });

  it("warn of braces in a key, which are not rendered, and take integers of any length as headers", () => {
    const fault = (config: string) => onlyFault(flowOf(`  - { id: a, type: http_response, config: ${config} }`));
    expect(fault("{ body: [{ x: { '{{payload.id}}': 1 } }] }")).toMatchObject({
      level: "warning",
      code: "braces-in-key",
      message: '`{{…}}` is not rendered in a key: this one stays "{{payload.id}}".',
    });
    expect(
      diagnosticsOf(flowOf("  - { id: a, type: http_response, config: { headers: { x: 12345678901234567890 } } }")),
    ).toEqual([]);
  });

  it("of a config say what is allowed", () => {
    const fault = (config: string) =>
      onlyFault(flowOf(`  - { id: a, type: http_response, config: ${config} }`)).message;
    expect(fault("{ status: 42 }")).toBe("`status` must be at least 200.");
    expect(fault("{ status: 700 }")).toBe("`status` must be at most 599.");
    expect(fault("{ status: [] }")).toBe("`status` must be a number or a text.");
    expect(fault("{ headers: { 'a b': x } }")).toBe('`headers["a b"]` is not allowed as a name.');
    expect(fault("{ headers: { __proto__: [x] } }")).toBe(
      "`headers.__proto__` must be a text or a number or true or false.",
    );
    expect(fault("{ headers: [] }")).toBe("`headers` must be a mapping.");
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
    expectFaults("", ["flow.yaml:1:1 bad-value: There is nothing in the file."]);
    expectFaults("# later\n", ["flow.yaml:1:1 bad-value: There is nothing in the file."]);
    expectFaults("just text", ["flow.yaml:1:1 bad-value: The file must be a mapping."]);
    expectFaults("name: x", ["flow.yaml:1:1 missing-field: `nodes` is missing."]);
    expectFaults("nodes: []", ["flow.yaml:1:8 bad-value: `nodes` needs at least one node."]);
    expectFaults("[]", ["flow.yaml:1:1 bad-value: `nodes` needs at least one node."]);
    expectFaults("nodes: 5", ["flow.yaml:1:8 bad-value: `nodes` must be a list."]);
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

  it("are told what `event` and the variables never have, and the flow loads", () => {
    const nodes = `  - id: a
    type: branch
    config:
      conditions:
        - { expression: "event.paylod.x == 1 || flow.mod == 'fast'", next: b }
        - { expression: "event['body'] == 1", next: b }
        - { expression: "has(flow.mode) && flow.?mode.orValue('') == 'fast'", next: b }
        - { expression: "payload.list.exists(event, event.body == flow.known)", next: b }
  - id: b
    type: http_response
    config: { status: "{{flow.code}}", body: ["{{payload.x}}", "{{#each payload.x}}{{@root.event.data}}{{/each}}", "{{default flow.mode 1}}"] }
variables: { known: 1 }
`;
    expectFaults(flowOf(nodes), [
      "flow.yaml:8:26 unknown-field: There is no `paylod` in `event`.",
      "flow.yaml:8:49 unknown-field: The flow has no variable `mod`.",
      "flow.yaml:9:26 unknown-field: There is no `body` in `event`.",
      "flow.yaml:14:26 unknown-field: The flow has no variable `code`.",
      "flow.yaml:14:86 unknown-field: There is no `data` in `event`.",
    ]);
    const found = diagnosticsOf(flowOf(nodes));
    expect(found.map(({ level }) => level)).toEqual(Array<string>(5).fill("warning"));
    expect(found.map(({ hint }) => hint)).toEqual([
      "Did you mean `payload`?",
      "Add it under `variables`, where there are: known.",
      expect.stringMatching(/^It has id, type, .*; the body is `payload`\.$/),
      expect.any(String),
      expect.any(String),
    ]);
  });

  it("may not set the headers that frame the answer", () => {
    expectFaults(flowOf("  - { id: a, type: http_response, config: { headers: { Content-Length: 5 } } }"), [
      "flow.yaml:4:72 bad-header: The header `Content-Length` is written by the gateway itself.",
    ]);
  });
});

it("checks what can be read of a faulty node", () => {
  const nodes = `  - id: count
    type: script
    config: { script: "let x = ;", scrip: 2 }
    timeout: 5 parsecs
    next: choose
  - id: choose
    type: branch
    config: { conditions: [{ expression: "prev = 1", next: nowhere }] }
    timeout: 5 parsecs
  - id: count
    type: template
    config: { template: "{{choose}}", tmplate: x }
  - { id: lost, type: template, next: 5, config: { template: "{{lost}}" } }
`;
  expect(shortForm(diagnosticsOf(flowOf(nodes)))).toEqual([
    'flow.yaml:6:32 bad-script: An expression is expected, but ";" stands here.',
    "flow.yaml:6:36 unknown-key: There is no key `scrip` here.",
    "flow.yaml:7:14 bad-value: `timeout` is no duration; write e.g. `500ms`, `30s`, `5m` or `1h30m`.",
    "flow.yaml:11:48 bad-expression: Unexpected character: =",
    "flow.yaml:11:60 unknown-target: There is no node `nowhere` in this flow.",
    "flow.yaml:12:14 bad-value: `timeout` is no duration; write e.g. `500ms`, `30s`, `5m` or `1h30m`.",
    "flow.yaml:13:9 duplicate-id: There is already a node `count`, in line 4.",
    "flow.yaml:15:39 unknown-key: There is no key `tmplate` here.",
    "flow.yaml:16:39 bad-value: `next` must be a text.",
  ]);
});

it("warns of small durations without a unit", () => {
  const times = "config: { timeout: 30, retry_policy: { initial_delay: '5', max_delay: 250 } }\n";
  const node = "  - { id: a, type: template, config: { template: x }, timeout: 2 }\n";
  const found = diagnosticsOf(flowOf(node) + times);
  expect(shortForm(found)).toEqual([
    "flow.yaml:4:64 bare-duration: A number without a unit counts milliseconds: this is 2 ms.",
    "flow.yaml:5:20 bare-duration: A number without a unit counts milliseconds: this is 30 ms.",
    "flow.yaml:5:55 bare-duration: A number without a unit counts milliseconds: this is 5 ms.",
  ]);
  expect(found[1]).toMatchObject({ level: "warning", hint: "Write `30s` for seconds, or `30ms` if it is meant so." });
  expectFaults(flowOf(node.replace("2", "2ms")) + times.replace("30", "30s").replace("'5'", "0"), []);
});

it("takes no wait that ends at a time which no date can say", () => {
  const wait = "99999999999999999999d";
  expectFaults(`config: { retry_policy: { initial_delay: ${wait}, max_delay: 366d } }\n${flowOf(RESPOND)}`, [
    "flow.yaml:1:42 bad-value: `config.retry_policy.initial_delay` must be at most 365d.",
    "flow.yaml:1:76 bad-value: `config.retry_policy.max_delay` must be at most 365d.",
  ]);
});

it("warns of what a shared flow starts and not every tenant has", () => {
  const starts = (name: string, flow: string): string =>
    `name: ${name}\n${flowOf(`  - { id: go, type: async, config: { flow: ${flow} } }`)}`;
  const files = [
    { path: "flows/shared.yaml", text: starts("shared", "own") },
    { path: "tenants/a/own.yaml", text: `name: own\n${flowOf(RESPOND)}`, tenant: "a" },
    { path: "tenants/b/shared.yaml", text: starts("shared", "other"), tenant: "b" },
    { path: "flows/other.yaml", text: `name: other\n${flowOf(RESPOND)}` },
  ];
  const found = (tenants: string[]): string[] => shortForm(loadFlows(files, tenants).diagnostics);
  expect(found(["a", "b"])).toEqual([]);
  expect(found(["a", "b", "c", "d"])).toEqual([
    "flows/shared.yaml:5:44 unknown-flow: For `c`, `d` there is no flow `own`: there this step fails.",
  ]);
});

it("checks the config of a node whose id is missing or none", () => {
  const nodes = `  - { type: script, config: { script: "1 +* 2" } }
  - { id: 5, type: template, config: { template: "{{nope}}", tmpl: 1 } }
  - { id: lost, config: { script: "1 +* 2" } }
`;
  expectFaults(flowOf(nodes), [
    "flow.yaml:4:5 missing-field: `id` is missing.",
    'flow.yaml:4:43 bad-script: An expression is expected, but "*" stands here.',
    "flow.yaml:5:11 bad-value: `id` must be a text.",
    "flow.yaml:5:53 unknown-name: There is no `nope` in this flow.",
    "flow.yaml:5:62 unknown-key: There is no key `tmpl` here.",
    "flow.yaml:6:5 missing-field: `type` is missing.",
  ]);
  expect(diagnosticsOf(flowOf(nodes))[2]?.hint).toBe("Write it in quotes, as it stands there.");
});

it("checks the sound conditions of a branch that has a faulty one", () => {
  const nodes = `  - id: choose
    type: branch
    config:
      conditions:
        - { expression: "payload.a = 1", next: end }
        - { expression: 5, next: end }
        - { expression: "payload.c == 1" }
        - { expression: "hedaers.d == 1", next: nowhere }
      default: elsewhere
`;
  expectFaults(flowOf(nodes), [
    "flow.yaml:8:36 bad-expression: Unexpected character: =",
    "flow.yaml:9:25 bad-value: `conditions[1].expression` must be a text.",
    "flow.yaml:10:11 missing-field: `conditions[2].next` is missing.",
    "flow.yaml:11:26 unknown-name: Unknown variable: hedaers",
    "flow.yaml:11:49 unknown-target: There is no node `nowhere` in this flow.",
    "flow.yaml:12:16 unknown-target: There is no node `elsewhere` in this flow.",
  ]);
});

it("points behind the last word where a text ends too early", () => {
  const script = `  - id: a\n    type: script\n    config:\n      script: |+\n        let x = 1 +\n\n\n`;
  expectFaults(flowOf(script), ["flow.yaml:8:20 bad-script: The script ends where an expression is expected."]);
});

it("reports no fault that is only the shadow of another", () => {
  const broken = "  - { id: total, type: template, output: 1x, config: { template: x } }\n";
  const uses = '  - { id: say, type: template, config: { template: "{{total}}" } }\n';
  const start = "  - { id: start, type: async, config: { flow: pay } }\n";
  const found = diagnosticsOf(flowOf(broken + uses + start), `name: pay\nnods: 1\n${flowOf(RESPOND)}`);
  expect(found.map(({ source, code }) => `${source.name} ${code}`)).toEqual([
    "flow.yaml bad-value",
    "flow2.yaml unknown-key",
  ]);
});

it("reports the faults of all files, in the order of their lines", () => {
  const found = diagnosticsOf(
    flowOf("  - { id: a, type: http_response, next: x, timeout: y }"),
    "nodes: 5",
    flowOf(RESPOND),
  );
  expect(shortForm(found)).toEqual([
    "flow.yaml:4:41 unknown-target: There is no node `x` in this flow.",
    "flow.yaml:4:53 bad-value: `timeout` is no duration; write e.g. `500ms`, `30s`, `5m` or `1h30m`.",
    "flow2.yaml:1:8 bad-value: `nodes` must be a list.",
  ]);
});
