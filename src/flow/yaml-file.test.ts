/** What is no YAML, or not the part of it that a flow may use. */
import { describe, expect, it } from "vitest";
import { diagnosticsOf, expectFaults, flowOf, onlyFault, RESPOND, shortForm } from "../../test/support/flow-faults.ts";
import { locationOf } from "../text/index.ts";
import { loadFlows } from "./index.ts";

describe("faults of the YAML", () => {
  it("have their place", () => {
    expectFaults("nodes:\n  - id: a\n\ttype: x", ["flow.yaml:3:1 bad-yaml: Tabs are not allowed as indentation"]);
    expectFaults("name: a\nname: b", ["flow.yaml:2:1 bad-yaml: This key stands twice in the same mapping."]);
    expectFaults("a: 1\n---\nb: 2", ["flow.yaml:2:1 bad-yaml: The file holds more than one YAML document."]);
    expectFaults("name: *nope", ["flow.yaml:1:7 bad-yaml: There is no anchor `&nope` before this."]);
    expectFaults("variables: { x: .inf }", ["flow.yaml:1:17 bad-yaml: This number does not exist in JSON."]);
    expectFaults(`%YAML 1.1\n---\nvariables: { x: 2001-01-01 }\n${flowOf(RESPOND)}`, [
      "flow.yaml:3:17 bad-yaml: This value does not exist in JSON.",
    ]);
    expectFaults("? [a]\n: 1", ["flow.yaml:1:3 bad-yaml: A key must be a text."]);
    expectFaults('variables: { 1: a, "1": b }', [
      "flow.yaml:1:20 bad-yaml: This key stands twice in the same mapping.",
    ]);
  });

  it.each([
    ["a byte of zeros", "n\0ame: a\n", "1:2", /does not allow \(U\+0000\)/],
    ["a control character", "name: a\nversion: \x07\n", "2:10", /U\+0007/],
    ["line ends of old", "name: a\rversion: 1\r", "1:8", /carriage return alone/],
  ])("say what may not stand in YAML: %s", (_what, text, place, message) => {
    const fault = onlyFault(text);
    expect(shortForm([fault])[0]).toMatch(new RegExp(`^flow.yaml:${place} bad-yaml`));
    expect(fault.message).toMatch(message);
    expect(fault.hint).toMatch(/^Save the file/);
  });

  it.each([
    ["body: {{payload.a}}", "begins with `{{` in quotes"],
    ["body: *", "begins with `*` or `&` in quotes"],
  ])("say what needs quotes: %s", (body, hint) => {
    const node = `  - id: a\n    type: http_response\n    config:\n      ${body}\n`;
    expect(onlyFault(flowOf(node)).hint).toContain(hint);
  });

  it("take the sign for an unknown character as one like any other", () => {
    expect(
      loadFlows([{ path: "f.ygtc", text: "description: \ufffd\nnodes: []\n" }]).diagnostics.map(({ code }) => code),
    ).not.toContain("bad-yaml");
  });

  it("name what YAML has beyond JSON", () => {
    const inTemplate = (value: string) => flowOf(`  - { id: a, type: template, config: { template: ${value} } }`);
    for (const tag of ["!!binary", "!!set", "!!omap"])
      expect(
        onlyFault(inTemplate(`${tag} ${tag === "!!binary" ? "aGk=" : tag === "!!set" ? "{a}" : "[a: 1]"}`)).message,
      ).toBe(`There is no tag \`${tag}\`.`);
    for (const tagged of ["!!str 5", '!!int "5"', "!!float 1e3", "!!bool true", "!!null ~", "!!map {}", "!!seq []"])
      expectFaults(inTemplate(tagged), []);
    for (const tagged of ["!!int x", "!!float '3'", "!!bool yes", "!!null 0", "!!map []", "!!seq {}", "!!str {}"])
      expect(onlyFault(inTemplate(tagged)).message).toBe(`This value is no \`${tagged.split(" ")[0]}\`.`);
    const tagged = `  - { id: a, type: http_response, config: { status: !env STATUS, body: "{{nope}}" }, nxt: b }`;
    expectFaults(flowOf(tagged), [
      "flow.yaml:4:58 bad-yaml: There is no tag `!env`.",
      "flow.yaml:4:75 unknown-name: There is no `nope` in this flow.",
      "flow.yaml:4:86 unknown-key: There is no key `nxt` here.",
    ]);
    const merged = onlyFault(`variables: { a: &a { x: 1 }, b: { <<: *a, y: 2 } }\n${flowOf(RESPOND)}`);
    expect([merged.message, locationOf(merged)]).toEqual(["Merge keys (`<<`) are not read.", "flow.yaml:1:35"]);
    expectFaults(`variables: { "<<": 1 }\n${flowOf(RESPOND)}`, []);
  });

  it("do not bring it down", () => {
    for (const deep of ["[".repeat(100_000), `nodes: ${"[".repeat(20_000)}\ntriggers: []\n`])
      expectFaults(deep, [expect.stringMatching(/nested too deep/)]);
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...Array.from("bcdefghi", (key, at) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[at]}`).join(",")}]`),
    ];
    expectFaults(bomb.join("\n"), [expect.stringMatching(/bad-yaml: The file has too many values/)]);
    expect(shortForm(diagnosticsOf("a".repeat(2_000_000)))[0]).toMatch(/file-too-large/);
  });

  it("are told in time however many keys, faults and names there are", () => {
    const startedAt = performance.now();
    const keys = Array.from({ length: 45_000 }, (_, n) => `k${n}: x`);
    expectFaults(`variables: { ${keys.join(", ")} }\n${flowOf(RESPOND)}`, []);
    expect(diagnosticsOf("a: 1\n".repeat(40_000)).length).toBeGreaterThan(30_000);
    expect(diagnosticsOf("!!str ".repeat(170_000)).length).toBeGreaterThan(150_000);
    const names = Array.from({ length: 20_000 }, (_, n) => `u${n}`).join(";");
    expect(diagnosticsOf(flowOf(`  - { id: a, type: script, config: { script: "${names}" } }`)).length).toBeLessThan(
      100,
    );
    // Each of them took a minute, or ended in an exception.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it("also an empty key that stands twice", () => {
    expectFaults(`variables: { "": 1, "": 2 }\n${flowOf(RESPOND)}`, [
      "flow.yaml:1:21 bad-yaml: This key stands twice in the same mapping.",
    ]);
  });

  it("a fault behind an alias is shown once", () => {
    expectFaults(
      flowOf(
        `  - { id: a, type: script, config: &bad { script: "let = 5" }, next: b }\n  - { id: b, type: script, config: *bad }`,
      ),
      ['flow.yaml:4:56 bad-script: The name of a variable is expected, but "=" stands here.'],
    );
  });

  it("thousands of unknown keys in one mapping are each told, in seconds", () => {
    const keys = Array.from({ length: 40_000 }, (_, n) => `k${n}: 1`).join("\n");
    const { user: before } = process.cpuUsage();
    expect(diagnosticsOf(`${keys}\n${flowOf(RESPOND)}`)).toHaveLength(40_000);
    // Looking through the keys for each of them would take ten times as long.
    expect(process.cpuUsage().user - before).toBeLessThan(12_000_000);
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
