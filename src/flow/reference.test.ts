/** The reference for flow authors is true: its examples load, and its tables name exactly what there is. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NODE_TYPES } from "../nodes/index.ts";
import { TEMPLATE_HELPERS } from "../template/index.ts";
import { renderDiagnostic } from "../text/index.ts";
import { FLOW_FAULTS } from "./fault-codes.ts";
import { loadFlows } from "./index.ts";

const page = readFileSync(new URL("../../docs/reference/flows.md", import.meta.url), "utf8");

describe("the reference of flows", () => {
  it("has examples that load together without a fault", () => {
    const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""], index) => ({
      path: `example-${index + 1}.yaml`,
      text,
    }));
    expect(examples.length).toBeGreaterThan(8);
    const { flows, diagnostics } = loadFlows(examples);
    expect(diagnostics.map((found) => renderDiagnostic(found))).toEqual([]);
    expect(flows.all).toHaveLength(examples.length);
  });

  it("has a section for each node type and a line for each key of its config", () => {
    const sections = new Map(
      [...page.matchAll(/\n### `(\w+)`\n([\s\S]*?)(?=\n##)/g)].map(([, name = "", text = ""]) => [name, text]),
    );
    for (const [type, { configSchema }] of NODE_TYPES) {
      const shape = (configSchema as unknown as { readonly shape: object }).shape;
      for (const key of Object.keys(shape)) expect(sections.get(type), `${type}.${key}`).toContain(`| \`${key}\``);
    }
  });

  it("lists every helper", () => {
    for (const name of Object.keys(TEMPLATE_HELPERS)) expect(page).toMatch(new RegExp(`(\\{\\{#?|\\()${name} `));
  });

  it("lists the table of faults", () => {
    const rows = [...page.slice(page.indexOf("## Faults")).matchAll(/^\| `([a-z-]+)` +\| (.*?) +\|$/gm)];
    expect(Object.fromEntries(rows.map(([, code, meaning]) => [code, meaning]))).toEqual(FLOW_FAULTS);
  });

  it("and the tests show every fault of the table", () => {
    const tests = [
      "load-flows.test.ts",
      "yaml-file.test.ts",
      "check-flow.test.ts",
      "../cli/doctor.test.ts",
      "../nodes/script.test.ts",
      "../template/template.test.ts",
      "../expression/expression.test.ts",
    ];
    const shown = tests.map((file) => readFileSync(new URL(file, import.meta.url), "utf8")).join("\n");
    for (const code of Object.keys(FLOW_FAULTS)) expect(shown).toContain(code);
  });
});
