import { describe, expect, it } from "vitest";
import { compileFlow, loadFlows } from "../flow/index.ts";
import { locationOf } from "../text/index.ts";
import { outputFromJson, outputFromValue, type Outcome, type StepContext } from "./index.ts";

const PAYLOAD = '{"big":9007199254740993,"commits":[{"id":"a"},{"id":"b"}],"price":1.0,"type":"push"}';

const indent = (script: string) => script.replaceAll(/^/gm, "        ");

function flowText(script: string): string {
  return `nodes:
  - id: earlier
    type: template
    config: { template: x }
    output: total
    next: run
  - id: run
    type: script
    config:
      script: |
${indent(script)}
triggers: [{ type: default }]
`;
}

function eventWith(payload: string): StepContext["event"] {
  return {
    id: "e-1",
    tenant: "demo",
    type: "github",
    receivedAt: "2026-11-24T08:00:00.000Z",
    method: "POST",
    headers: { "x-github-event": "push" },
    query: { page: "2" },
    providerType: null,
    payload: outputFromJson(payload),
  };
}

function run(script: string, more: Partial<StepContext> = {}): { outcome: Outcome; printed: string[] } {
  const { flows, diagnostics } = loadFlows([{ path: "flow.yaml", text: flowText(script) }]);
  expect(diagnostics.filter(({ level }) => level === "error").map(({ message }) => message)).toEqual([]);
  const printed: string[] = [];
  const outcome = compileFlow(flows.all[0]!.definitionJson)
    .node("run")!
    .compiled.execute({
      event: eventWith(PAYLOAD),
      tenant: "demo",
      variables: { greeting: "Hello" },
      prev: outputFromValue({ n: 3 }),
      outputs: new Map([
        ["earlier", outputFromValue([1, 2])],
        ["total", outputFromValue([1, 2])],
      ]),
      idempotencyKey: "r-1:run",
      now: () => 1_795_507_200_000,
      monotonic: () => 0,
      random: () => 0.5,
      deadlineMs: Number.MAX_SAFE_INTEGER,
      valueBytes: Number.POSITIVE_INFINITY,
      print: (line) => printed.push(line),
      ...more,
    }) as Outcome;
  return { outcome, printed };
}

function expectOutput(script: string, json: string) {
  const { outcome } = run(script);
  expect(outcome.kind === "done" ? outcome.output.json : outcome, script).toBe(json);
}

function errorOf(script: string, more: Partial<StepContext> = {}) {
  const { outcome } = run(script, more);
  if (outcome.kind !== "failed") throw new Error(`${script} gave ${outcome.kind}`);
  return outcome.error;
}

function faultsOf(script: string): string[] {
  const { diagnostics } = loadFlows([{ path: "flow.yaml", text: flowText(script) }]);
  return diagnostics.map((found) => `${locationOf(found)} ${found.code} ${found.message}`);
}

describe("a script", () => {
  it("gives its last expression", () => {
    expectOutput("let data = event.payload;\n// Process webhook data\ndata", PAYLOAD);
    expectOutput(
      'let commits = event.payload.commits;\nformat!("Received {} commits", commits.len())',
      '"Received 2 commits"',
    );
    expectOutput("#{ a: 1, b: [true, ()], c: 2.0 }", '{"a":1,"b":[true,null],"c":2.0}');
    expectOutput("let x = 1;", "null");
  });

  it("sees the names of the step", () => {
    expectOutput('event.id + " " + event.type + " " + event.tenant + " " + event.method', '"e-1 github demo POST"');
    expectOutput("[event.received_at, event.query.page, event.provider_type]", '["2026-11-24T08:00:00.000Z","2",null]');
    expectOutput(
      '[headers["x-github-event"], event.headers["x-github-event"], tenant, flow.greeting]',
      '["push","push","demo","Hello"]',
    );
    expectOutput("[payload.type, prev.n, earlier, total]", '["push",3,[1,2],[1,2]]');
  });

  it("keeps the digits of integers and the point of floats", () => {
    expectOutput("[payload.big + 1, payload.price]", "[9007199254740994,1.0]");
  });

  it("reads of a payload what there is memory for, and ends where it would take more", () => {
    const event = eventWith(`{"few":[1,2,3],"many":[${"[[1],[2]],".repeat(1000)}0]}`);
    const read = (script: string, valueBytes: number) => run(script, { event, valueBytes }).outcome;
    expect(read("payload.few.len()", 150_000)).toMatchObject({ kind: "done", output: { json: "3" } });
    expect(read("payload.many.len()", 1_500_000)).toMatchObject({ kind: "done", output: { json: "1001" } });
    const tooLarge = { kind: "failed", error: { code: "script-too-large", retryable: false } };
    expect(read("payload.many.len()", 150_000)).toMatchObject(tooLarge);
    expect(read("try { payload.many.len() } catch { 0 }", 150_000)).toMatchObject(tooLarge);
    expect(read("payload.few.len()", 50_000)).toMatchObject(tooLarge);
  });

  it("changes only its own copies", () => {
    const prev = outputFromValue({ n: 3 });
    const { outcome } = run("prev.n = 4; payload.type = 1; prev", { prev });
    expect(outcome.kind === "done" && outcome.output.value).toEqual({ n: 4 });
    expect(prev.value).toEqual({ n: 3 });
  });

  it("prints into the step's record", () => {
    expect(run('print("one"); debug("two"); 3').printed).toEqual(["one", '"two"']);
  });

  it("does not convert what it does not mention", () => {
    const { outcome } = run("headers.len()", { prev: { json: "not JSON", value: null } });
    expect(outcome.kind === "done" && outcome.output.json).toBe("1");
  });
});

describe("a script's error", () => {
  it("shows the lines of the flow's file", () => {
    const error = errorOf("let a = 1;\nlet b = a / (a - 1);\nb");
    expect(error).toMatchObject({ code: "script-error", retryable: false });
    expect(error.message).toMatch(/zero/i);
    expect(error.detail).toMatch(/^flow.yaml:12:17\n/);
    expect(error.detail).toContain("> 12 |         let b = a / (a - 1);\n     |                 ^");
  });

  it("may be thrown", () => {
    expect(errorOf('throw "no such customer"')).toMatchObject({
      code: "script-threw",
      message: expect.stringContaining("no such customer"),
      retryable: true,
    });
  });

  it.each([
    ["a function that is not there", "payload.polish()"],
    ["a missing key of a typed operation", "payload.nothing + 1"],
    ["an index beyond the end", "[1, 2][7]"],
    ["a wrong type", "if payload.type { 1 }"],
    ["a number out of range", "9223372036854775807 + 1"],
    ["a text that is no number", 'parse_int("many")'],
    ["a text that is no JSON", 'parse_json("{")'],
  ])("by %s would come again, so it is not tried again", (_, script) => {
    expect(errorOf(script)).toMatchObject({ code: "script-error", retryable: false });
  });

  it("that was caught and thrown again is the script's own word", () => {
    expect(errorOf("try { payload.polish() } catch (error) { throw error }")).toMatchObject({
      code: "script-threw",
      retryable: true,
    });
  });

  it("tells a missing output", () => {
    expect(errorOf("earlier", { outputs: new Map() }).message).toMatch(/earlier/);
  });

  it("of its budget is not tried again", () => {
    expect(errorOf("loop { }")).toMatchObject({ code: "script-too-long", retryable: false });
    expect(errorOf('let s = "x"; loop { s += s; }')).toMatchObject({ code: "script-too-large", retryable: false });
    const deep = errorOf("// deep\nfn f(n) { f(n + 1) }\nf(0)");
    expect(deep).toMatchObject({ code: "script-too-large", retryable: false });
    expect(deep.detail).toContain("> 12 |         fn f(n) { f(n + 1) }");
  });

  it("by an output that is no JSON says where in it", () => {
    const noJson = (script: string): string => errorOf(script).message;
    expect(noJson("1.0 / 0.0")).toBe("Infinity cannot be written as JSON");
    expect(noJson('#{ "a b": [1, #{ rate: 0.0 / 0.0 }] }')).toBe('NaN cannot be written as JSON (at ["a b"][1].rate)');
    expect(noJson("[1, |x| x]")).toBe("a function, range or timestamp cannot be written as JSON (at [1])");
  });

  it("comes when the step's time is up", () => {
    let nowMs = 0;
    const error = errorOf("loop { }", { monotonic: () => (nowMs += 10), deadlineMs: 100 });
    expect(error).toMatchObject({ code: "script-deadline", retryable: true });
  });
});

describe("a faulty script", () => {
  it("is found when the flow is loaded, at its place", () => {
    expect(faultsOf("let a = ;\na")).toEqual([expect.stringMatching(/^flow.yaml:11:17 bad-script /)]);
    expect(faultsOf("let a = 1;\nlet b = a +* 2;")).toEqual([expect.stringMatching(/^flow.yaml:12:20 bad-script /)]);
  });

  it("may not use names that are not there", () => {
    expect(faultsOf('// evnt\nlet a = "evnt";\nevnt.id')).toEqual([
      "flow.yaml:13:9 unknown-name There is no `evnt` in this flow or script.",
    ]);
    expect(faultsOf("for i in 0..3 { }\ni")).toEqual([
      expect.stringMatching(/^flow.yaml:1\d:\d+ unknown-name There is no `i`/),
    ]);
    expect(faultsOf("let a = #{ count: 1 };\na.count + count")).toEqual([
      "flow.yaml:12:19 unknown-name There is no `count` in this flow or script.",
    ]);
    expect(faultsOf("let n = 0;\nfor i in 0..count { n += i }")).toEqual([
      "flow.yaml:12:21 unknown-name There is no `count` in this flow or script.",
    ]);
    expect(faultsOf("let a = `n ${paylod.x}`;\na")).toEqual([
      "flow.yaml:11:22 unknown-name There is no `paylod` in this flow or script.",
    ]);
  });
});

describe("what a script cannot do is told when the flow is loaded", () => {
  it.each([
    ["payload.commits.map(|c| c.id.to_uper())", 'suspect-script There is no function "to_uper".'],
    ["fn first() { payload.commits[0] }\nfirst()", 'suspect-script There is no variable "payload" in this function.'],
    [
      'headers["X-GitHub-Event"] == "push"',
      "unknown-field Header names are lower-case: there is never a `X-GitHub-Event`.",
    ],
    ["event.headers.Host", "unknown-field Header names are lower-case: there is never a `Host`."],
    ["event.body.commits", "unknown-field There is no `body` in `event`."],
    ["`Hi ${flow.greting}`", "unknown-field The flow has no variable `greting`."],
  ])("%s", (script, warning) => {
    const { flows, diagnostics } = loadFlows([{ path: "flow.yaml", text: flowText(script) }]);
    expect(flows.all).toHaveLength(1);
    expect(diagnostics.map(({ level, code, message }) => `${level} ${code} ${message}`)).toEqual([
      `warning ${warning}`,
    ]);
  });

  it.each([
    'event.note = "x"; event.note',
    'event.set("note", 1); event.note',
    "let event = #{ body: 1 }; event.body",
    "payload.commits.map(|event| event.body)",
    "for flow in payload.commits { flow.id }",
    "fn of(event) { event.body } of(payload)",
    "flow?.mode",
    'flow.mode ?? "fast"',
    '"Host" in headers',
    "event.payload.anything.at.all",
  ])("but not of what may be: %s", (script) => expect(faultsOf(script)).toEqual([]));
});
