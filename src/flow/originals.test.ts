/** The flows of the original page, exactly as printed there. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { locationOf } from "../text/index.ts";
import { loadFlows } from "./index.ts";

const textOf = (name: string) => readFileSync(new URL(`originals/${name}`, import.meta.url), "utf8");

function faultsOf(name: string, text = textOf(name)): string[] {
  const { diagnostics } = loadFlows([{ path: name, text }]);
  return diagnostics.filter(({ level }) => level === "error").map((found) => `${locationOf(found)} ${found.message}`);
}

const node = (id: string) => `  - { id: ${id}, type: template, config: { template: "${id}" } }\n`;

describe("the original page's flows", () => {
  it("on_webhook runs as it stands", () => {
    const { flows, diagnostics } = loadFlows([{ path: "flows/on_webhook.ygtc", text: textOf("on_webhook.ygtc") }]);
    expect(diagnostics).toEqual([]);
    expect(flows.all[0]).toMatchObject({
      name: "handle_webhook",
      version: "1.0",
      startNode: "process",
      triggers: [{ type: "event", eventType: "order.created", target: "process" }],
    });
    expect(flows.all[0]?.answersFrom("process")).toBe(true);
  });

  it("github says which node it misses, and is whole with it", () => {
    const text = textOf("github.ygtc");
    expect(faultsOf("github.ygtc")).toEqual(["github.ygtc:9:17 There is no node `handle_pr` in this flow."]);
    expect(faultsOf("github.ygtc", text.replace("triggers:", `${node("handle_pr")}triggers:`))).toEqual([]);
  });

  it("stripe says which nodes it misses, and is whole with them", () => {
    expect(faultsOf("stripe.ygtc")).toEqual([
      "stripe.ygtc:7:17 There is no node `payment_success` in this flow.",
      "stripe.ygtc:9:17 There is no node `payment_failed` in this flow.",
    ]);
    const nodes = node("payment_success") + node("payment_failed");
    expect(faultsOf("stripe.ygtc", textOf("stripe.ygtc").replace("triggers:", `${nodes}triggers:`))).toEqual([]);
  });

  it("the fragments say what they miss", () => {
    const all = (name: string) =>
      loadFlows([{ path: name, text: textOf(name) }]).diagnostics.map(({ level, message }) => `${level}: ${message}`);
    expect(all("immediate_response.ygtc")).toEqual([
      "warning: This file is only a list of nodes: nothing starts it.",
      "error: There is no node `async_process` in this flow.",
    ]);
    expect(all("async_processing.ygtc")).toEqual([
      "warning: Nothing starts this flow: it has no trigger, and no other flow starts it.",
      "error: There is no flow `process_webhook_data`.",
    ]);
  });
});
