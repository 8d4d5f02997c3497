import { describe, expect, it } from "vitest";
import { parseJson, type JsonValue } from "../base/index.ts";
import {
  NODE_TYPES,
  outputFromJson,
  outputFromValue,
  type ConfigFault,
  type Outcome,
  type Output,
  type StepContext,
} from "./index.ts";

const PAYLOAD =
  '{"type":"push","commits":[{"id":"a"},{"id":"b"}],"big":12345678901234567890,"status":404,"name":"Ada"}';

function stepWith(more: Partial<StepContext> = {}): StepContext {
  return {
    event: {
      id: "e-1",
      tenant: "demo",
      type: "github",
      receivedAt: "2026-11-24T08:00:00.000Z",
      method: "POST",
      headers: { "x-github-event": "push" },
      query: { page: "2" },
      providerType: "push",
      payload: outputFromJson(PAYLOAD),
    },
    tenant: "demo",
    variables: { greeting: "Hello" },
    prev: outputFromValue({ total: 3 }),
    outputs: new Map([["first", outputFromValue([1, 2])]]),
    idempotencyKey: "r-1:n-1",
    now: () => 1_795_507_200_000,
    monotonic: () => 0,
    random: () => 0.5,
    deadlineMs: Number.MAX_SAFE_INTEGER,
    valueBytes: Number.POSITIVE_INFINITY,
    print: () => undefined,
    ...more,
  };
}

function compileNode(type: string, config: JsonValue, flowNames?: readonly string[]) {
  const nodeType = NODE_TYPES.get(type)!;
  const faults: ConfigFault[] = [];
  const compiled = nodeType.compile(nodeType.configSchema.parse(config), {
    nodeId: "n-1",
    outputNames: new Set(["first", "later"]),
    ...(flowNames !== undefined && { flowNames: new Set(flowNames) }),
    report: (fault) => faults.push(fault),
  });
  return { compiled, faults };
}

function run(type: string, config: JsonValue, more: Partial<StepContext> = {}): Outcome {
  const { compiled, faults } = compileNode(type, config);
  expect(faults).toEqual([]);
  return compiled!.execute(stepWith(more)) as Outcome;
}

function expectOutcome(outcome: Outcome, expected: object) {
  const { output } = outcome as { output?: Output };
  expect({ ...outcome, output: output?.value }).toMatchObject(expected);
}

describe("branch", () => {
  const push = { expression: "headers['x-github-event'] == 'push'", next: "handle_push" };
  const pull = { expression: "headers['x-github-event'] == 'pull_request'", next: "handle_pr" };

  it("goes on at the first condition that is true", () => {
    expectOutcome(run("branch", { conditions: [pull, push, { expression: "true", next: "x" }] }), {
      kind: "goto",
      target: "handle_push",
      output: { next: "handle_push", condition: 1 },
    });
  });

  it("goes on at the default, or ends the run", () => {
    expectOutcome(run("branch", { conditions: [pull], default: "other" }), {
      target: "other",
      output: { next: "other", condition: null },
    });
    expectOutcome(run("branch", { conditions: [pull], default: "ignore" }), {
      target: undefined,
      output: { next: "ignore", condition: null },
    });
    expectOutcome(run("branch", { conditions: [pull] }), {
      target: undefined,
      output: { next: null, condition: null },
    });
    expectOutcome(run("branch", { conditions: [{ ...push, next: "end" }] }), {
      target: undefined,
      output: { next: "end", condition: 0 },
    });
  });

  it("takes what is missing as false and keeps the reason", () => {
    const missing = { expression: "event.payload.pull.number == 1", next: "a" };
    const later = { expression: "later.x == 1", next: "a" };
    expectOutcome(run("branch", { conditions: [missing, later, push] }), {
      target: "handle_push",
      output: {
        next: "handle_push",
        condition: 2,
        missing: [
          { condition: 0, reason: "event.payload.pull: No such key: pull" },
          { condition: 1, reason: "Unknown variable: later (that step has not run)" },
        ],
      },
    });
  });

  it("sees all names", () => {
    const names = [
      "event.id == 'e-1' && event.type == 'github' && event.tenant == 'demo' && event.method == 'POST'",
      "event.received_at.startsWith('2026') && event.query.page == '2' && event.provider_type == 'push'",
      "event.headers['x-github-event'] == 'push' && size(event.payload.commits) == 2",
      "payload.big == 12345678901234567890 && tenant == 'demo' && flow.greeting == 'Hello'",
      "prev.total == 3 && first[1] == 2",
    ];
    for (const expression of names)
      expectOutcome(run("branch", { conditions: [{ expression, next: "yes" }] }), { target: "yes" });
  });

  it("fails for good when a condition cannot be decided", () => {
    expectOutcome(run("branch", { conditions: [{ expression: "payload.name > 3", next: "a" }] }), {
      kind: "failed",
      error: { code: "condition-error", message: "conditions[0]: no such overload: string > int", retryable: false },
    });
  });

  it("does not parse a payload that it does not ask for", () => {
    const payload: Output = {
      json: "{}",
      get value(): JsonValue {
        throw new Error("parsed");
      },
    };
    const { event } = stepWith();
    expectOutcome(run("branch", { conditions: [push] }, { event: { ...event, payload } }), { target: "handle_push" });
    const byId = { expression: "event.id == 'e-1'", next: "x" };
    expectOutcome(run("branch", { conditions: [byId] }, { event: { ...event, payload } }), { target: "x" });
  });
});

describe("http_response", () => {
  it("sends an object as JSON and a text as text", () => {
    expectOutcome(run("http_response", { status: 201, body: { success: true, n: "{{payload.big}}" } }), {
      kind: "respond",
      answer: {
        status: 201,
        headers: { "content-type": "application/json" },
        body: '{"success":true,"n":12345678901234567890}',
      },
      output: {
        status: 201,
        headers: { "content-type": "application/json" },
        body: { success: true, n: 12345678901234567890n },
      },
    });
    expectOutcome(run("http_response", { body: "{{flow.greeting}} {{payload.name}}" }), {
      answer: { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: "Hello Ada" },
    });
    expectOutcome(run("http_response", { body: "{{payload.commits}}" }), {
      answer: { headers: { "content-type": "application/json" }, body: '[{"id":"a"},{"id":"b"}]' },
    });
  });

  it("may be empty", () => {
    expectOutcome(run("http_response", {}), {
      answer: { status: 200, headers: {}, body: "" },
      output: { status: 200, headers: {}, body: null },
    });
    expectOutcome(run("http_response", { status: 204, body: "x" }), { answer: { status: 204, body: "" } });
  });

  it("sets headers, status and content type", () => {
    const config = {
      status: "{{payload.status}}",
      content_type: "text/xml",
      body: "<a/>",
      headers: { "X-Id": "{{event.id}}", "X-N": 5, "X-On": true },
    };
    expectOutcome(run("http_response", config), {
      answer: {
        status: 404,
        headers: { "content-type": "text/xml", "x-id": "e-1", "x-n": "5", "x-on": "true" },
        body: "<a/>",
      },
    });
    expectOutcome(run("http_response", { body: "x", headers: { "Content-Type": "text/css" } }), {
      answer: { headers: { "content-type": "text/css" } },
    });
  });

  it("sends a header of any name", () => {
    const headers = JSON.parse('{ "__proto__": "{{event.id}}", "Constructor": 1 }') as JsonValue;
    const outcome = run("http_response", { headers });
    const sent = outcome.kind === "respond" ? Object.entries(outcome.answer.headers) : [];
    expect(sent).toEqual([
      ["__proto__", "e-1"],
      ["constructor", "1"],
    ]);
    expect(outcome).toMatchObject({ output: { json: expect.stringContaining('"__proto__":"e-1"') } });
  });

  it("refuses what is no answer", () => {
    const failed = (message: RegExp) => ({
      kind: "failed",
      error: { code: "bad-answer", message: expect.stringMatching(message), retryable: false },
    });
    expectOutcome(run("http_response", { status: "{{payload.name}}" }), failed(/from 200 to 599, but is "Ada"/));
    expectOutcome(run("http_response", { status: "{{payload.nope}}" }), failed(/from 200 to 599/));
    expectOutcome(
      run("http_response", { headers: { a: "{{payload.name}}\r\nset-cookie: x" } }),
      failed(/printable ASCII/),
    );
  });

  it.each([["0x1f4"], ["200.0"], [" 200"], ["2e2"], [[200]], [true], [99], [600], [200.5]])(
    "does not take %j for a status",
    (status) => {
      const payload = outputFromValue({ status });
      const { event } = stepWith();
      const outcome = run("http_response", { status: "{{payload.status}}" }, { event: { ...event, payload } });
      expectOutcome(outcome, { kind: "failed", error: { code: "bad-answer" } });
    },
  );

  it("makes a text of a content type that a template gave, and takes nothing for the default", () => {
    const typeOf = (given: JsonValue): string | undefined => {
      const { event } = stepWith();
      const payload = outputFromValue({ given });
      const config = { content_type: "{{payload.given}}", body: "x" };
      const outcome = run("http_response", config, { event: { ...event, payload } });
      return outcome.kind === "respond" ? outcome.answer.headers["content-type"] : undefined;
    };
    expect([{ a: 1 }, "text/css", "", null].map(typeOf)).toEqual([
      '{"a":1}',
      "text/css",
      "text/plain; charset=utf-8",
      "text/plain; charset=utf-8",
    ]);
  });

  it.each<[string, JsonValue, string]>([
    ["a header that frames the answer", { headers: { "Content-Length": 5 } }, "headers.Content-Length: written by"],
    ["a header of the connection", { headers: { TE: "trailers" } }, "headers.TE: written by"],
    ["one header in two spellings", { headers: { "X-A": 1, "x-a": 2 } }, "headers.x-a: `x-a` is given twice"],
    [
      "two content types",
      { content_type: "a/b", headers: { "Content-Type": "c/d" } },
      "headers.Content-Type: `content",
    ],
    ["a line break", { headers: { "X-A": "a\r\nb" } }, "headers.X-A: may only hold"],
    ["a letter beyond ASCII", { content_type: "text/é" }, "content_type: may only hold"],
  ])("knows %s when the flow is loaded", (_what, config, expected) => {
    const { compiled, faults } = compileNode("http_response", config);
    expect(compiled).toBeUndefined();
    const [wanted, words] = expected.split(": ");
    expect(faults).toEqual([expect.objectContaining({ code: "bad-header", path: wanted!.split(".") })]);
    expect(faults[0]!.message).toContain(words);
  });
});

describe("async", () => {
  it("starts a flow with a value as its payload", () => {
    expectOutcome(run("async", { flow: "child", payload: "{{event.payload}}" }), {
      kind: "start",
      flow: "child",
      output: { flow: "child" },
    });
    const outcome = run("async", {
      flow: "child",
      payload: { who: "{{payload.name}}", all: "{{event.payload.commits}}" },
    });
    expect(outcome.kind === "start" && outcome.payload.value).toEqual({ who: "Ada", all: [{ id: "a" }, { id: "b" }] });
  });

  it("passes the event's payload when none is given", () => {
    const outcome = run("async", { flow: "child" });
    expect(outcome.kind === "start" && outcome.payload.json).toBe(PAYLOAD);
  });

  it("knows the flows of the bundle", () => {
    expect(compileNode("async", { flow: "chidl" }, ["child"]).faults).toEqual([
      {
        level: "error",
        code: "unknown-flow",
        message: "There is no flow `chidl`.",
        hint: "Did you mean `child`?",
        path: ["flow"],
      },
    ]);
    expect(compileNode("async", { flow: "child" }, ["child"]).compiled).toBeDefined();
  });
});

describe("template", () => {
  it("gives what it renders to", () => {
    expectOutcome(run("template", { template: "{{flow.greeting}}, {{payload.name}}!" }), {
      kind: "done",
      output: "Hello, Ada!",
    });
    expectOutcome(run("template", { template: "{{payload.commits}}" }), {
      kind: "done",
      output: [{ id: "a" }, { id: "b" }],
    });
    expectOutcome(run("template", { template: { at: "{{event.received_at}}", list: ["{{first}}", "{{later}}"] } }), {
      output: { at: "2026-11-24T08:00:00.000Z", list: [[1, 2], null] },
    });
    expectOutcome(run("template", { template: "all: {{event}}" }), {
      output: expect.stringContaining('"payload":{"type":"push"') as unknown as string,
    });
  });

  it("fails for good when the text grows without bound", () => {
    const big = {
      ...stepWith().event,
      payload: outputFromValue({ list: Array(2000).fill("x".repeat(10_000)) as string[] }),
    };
    expectOutcome(run("template", { template: "{{#each payload.list}}{{this}}{{/each}}" }, { event: big }), {
      kind: "failed",
      error: { code: "template-too-large", retryable: false },
    });
  });
});

it("reads a payload once, with all its digits", () => {
  expect(outputFromJson(PAYLOAD).value).toEqual(parseJson(PAYLOAD));
});

describe("numbers and texts at their edges", () => {
  const seenBy = (payload: string) => {
    const event = { ...stepWith().event, payload: outputFromJson(payload) };
    const more = { event };
    const output = (outcome: Outcome): string | undefined => ("output" in outcome ? outcome.output?.json : undefined);
    const answered = run("http_response", { body: { v: "{{payload.v}}" } }, more);
    return {
      answer: "answer" in answered ? answered.answer.body : undefined,
      text: output(run("template", { template: "<{{payload.v}}>" }, more)),
      script: output(run("script", { script: "payload.v" }, more)),
    };
  };

  it.each([
    ["-0", '{"v":0}', '"<0>"', "0"],
    ["1.0", '{"v":1}', '"<1>"', "1.0"],
    ["9007199254740993", '{"v":9007199254740993}', '"<9007199254740993>"', "9007199254740993"],
    ["9223372036854775807", '{"v":9223372036854775807}', '"<9223372036854775807>"', "9223372036854775807"],
    ["9223372036854775808", '{"v":9223372036854775808}', '"<9223372036854775808>"', "9223372036854776000.0"],
    ["1e400", '{"v":null}', '"<Infinity>"', undefined],
    ['"\\ud800"', '{"v":"\\ud800"}', '"<\\ud800>"', '"\\ud800"'],
    ['"a\\u0000\\ufeff"', '{"v":"a\\u0000\ufeff"}', '"<a\\u0000\ufeff>"', '"a\\u0000\ufeff"'],
    ['1,"v":2', '{"v":2}', '"<2>"', "2"],
    [
      '{"b":1,"2":1,"10":1,"":1,"__proto__":1}',
      '{"v":{"2":1,"10":1,"b":1,"":1,"__proto__":1}}',
      '"<{\\"2\\":1,\\"10\\":1,\\"b\\":1,\\"\\":1,\\"__proto__\\":1}>"',
      '{"":1,"10":1,"2":1,"__proto__":1,"b":1}',
    ],
  ])("%s", (value, answer, text, script) => {
    expect(seenBy(`{"v":${value}}`)).toEqual({ answer, text, script });
  });
});
