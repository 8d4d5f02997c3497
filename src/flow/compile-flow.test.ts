import { describe, expect, it } from "vitest";
import { outputFromValue, type StepContext } from "../nodes/index.ts";
import { compileFlow, loadFlows } from "./index.ts";

function compiled(text: string) {
  const { flows, diagnostics } = loadFlows([{ path: "flow.yaml", text }]);
  expect(diagnostics.filter(({ level }) => level === "error").map(({ message }) => message)).toEqual([]);
  return compileFlow(flows.all[0]!.definitionJson);
}

const FLOW = `
name: shop
variables: { limit: 12345678901234567890 }
config: { timeout: 5s, retry_policy: { max_attempts: 3 } }
nodes:
  - { id: check, type: branch, config: { conditions: [{ expression: "flow.limit > 1", next: answer }], default: ignore }, on_error: end }
  - { id: answer, type: http_response, config: { body: "{{flow.limit}}" }, output: said, timeout: 1s, on_error: last, next: last }
  - { id: last, type: template, config: { template: "{{said.status}}" }, to: ignore }
triggers: [{ type: default }]
`;

describe("a compiled flow", () => {
  const flow = compiled(FLOW);

  it("has what a run needs", () => {
    expect(flow).toMatchObject({
      name: "shop",
      timeoutMs: 5000,
      startNode: "check",
      retry: { maxAttempts: 3, factor: 2 },
    });
    expect(flow.variables).toEqual({ limit: 12345678901234567890n });
    expect(flow.node("answer")).toMatchObject({
      id: "answer",
      type: "http_response",
      output: "said",
      timeoutMs: 1000,
      next: "last",
      onError: "last",
    });
    expect(flow.node("nope")).toBeUndefined();
  });

  it("has no next where a built-in target stands", () => {
    expect(flow.node("last")).not.toHaveProperty("next");
    expect(flow.node("check")).not.toHaveProperty("next");
  });

  it("ends after an error that leads to a built-in target", async () => {
    expect(flow.node("check")?.onError).toBe("end");
    const prev = outputFromValue({ error: { code: "x" } });
    const end = flow.node("end");
    expect(end).not.toHaveProperty("next");
    expect(await end?.compiled.execute({ prev } as StepContext)).toEqual({ kind: "done", output: prev });
  });
});

describe("a definition", () => {
  it("of a newer format is refused", () => {
    expect(() => compileFlow('{"format":2}')).toThrow("The flow definition has format 2; this gtc reads format 1.");
  });

  it("keeps a variable of any name, for everything that nodes see", () => {
    const flow = compiled(`
variables: { __proto__: { a: 1 }, constructor: 2 }
nodes:
  - { id: lone, type: template, config: { template: "{{flow.__proto__}}" }, next: text }
  - { id: text, type: template, config: { template: "a={{flow.__proto__.a}} {{flow.toString}}" }, next: script }
  - { id: script, type: script, config: { script: "flow.__proto__.a + flow.constructor" }, next: choose }
  - { id: choose, type: branch, config: { conditions: [{ expression: "flow.__proto__.a == 1", next: end }] } }
triggers: [{ type: default }]
`);
    expect(Object.keys(flow.variables)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(flow.variables)).toBe(Object.prototype);
    const clock = { now: () => 0, monotonic: () => 0 };
    const step = { ...clock, variables: flow.variables, random: () => 0, deadlineMs: Infinity } as StepContext;
    const outputs = ["lone", "text", "script", "choose"].map((id) => flow.node(id)?.compiled.execute(step));
    expect(outputs).toMatchObject([
      { output: { value: { a: 1 } } },
      { output: { value: "a=1 " } },
      { output: { json: "3" } },
      { output: { value: { condition: 0 } } },
    ]);
  });

  it("with a node that no longer compiles is refused, and the node named", () => {
    const { definitionJson } = loadFlows([{ path: "flow.yaml", text: FLOW }]).flows.all[0]!;
    expect(() => compileFlow(definitionJson.replace('"type":"branch"', '"type":"gone"'))).toThrow(
      "The node `check` cannot be compiled: There is no node type `gone`.",
    );
    expect(() => compileFlow(definitionJson.replace("flow.limit > 1", "flow.limit >"))).toThrow(
      /`check` cannot be compiled: The expression ends/,
    );
    expect(() => compileFlow(definitionJson.replace('"conditions":', '"condition":'))).toThrow(
      /`check` cannot be compiled/,
    );
  });
});
