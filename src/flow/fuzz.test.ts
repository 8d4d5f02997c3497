/** Whatever a file holds, loading it ends in flows or in diagnostics with a place, and what loads also compiles. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { FLOW_FAULTS } from "./fault-codes.ts";
import { compileFlow, loadFlows, matchTriggers, parseBundleFile } from "./index.ts";
import { renderDiagnostic, Source, visible, type Diagnostic } from "../text/index.ts";
import { readFileSync } from "node:fs";

const RUNS = { numRuns: 300 };

function expectPlaced(diagnostics: readonly Diagnostic[], text: string) {
  for (const { span, message, source, code } of diagnostics) {
    expect(Object.keys(FLOW_FAULTS)).toContain(code);
    expect(source.text).toBe(text);
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(text.length);
    expect(message).not.toMatch(/undefined|\[object|NaN|\0/);
  }
  for (const diagnostic of diagnostics) expect(renderDiagnostic(diagnostic)).toContain(visible(diagnostic.message));
}

function expectSettled(text: string) {
  const { flows, diagnostics } = loadFlows([{ path: "f.yaml", text }]);
  expectPlaced(diagnostics, text);
  const isFaulty = diagnostics.some(({ level }) => level === "error");
  expect(flows.all).toHaveLength(isFaulty ? 0 : 1);
  for (const flow of flows.all) {
    const compiled = compileFlow(flow.definitionJson);
    for (const { id } of flow.nodes) expect(compiled.node(id)?.id).toBe(id);
    expect(matchTriggers(flows, "demo", "order.created").length).toBeLessThanOrEqual(1);
  }
}

const ids = fc.constantFrom("a", "b", "c", "end", "ignore", "event", "nope");
const text = fc.oneof(
  ids,
  fc.constantFrom(
    "{{event.id}}",
    "{{evnt}}",
    "{{",
    "{{#if x}}",
    "headers.x == 'y'",
    "1 +",
    "payload.a > 1",
    "prev",
    "let x = 1; x",
    "fn (",
    "😀 ü\t",
  ),
  fc.string({ maxLength: 12 }),
);
const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt({ min: 0n, max: 2n ** 70n }),
);
const anything = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(text, scalar, { maxKeys: 3 }));
const config = fc.oneof(
  fc.record(
    { conditions: fc.array(fc.record({ expression: text, next: ids }), { maxLength: 3 }), default: ids },
    { requiredKeys: ["conditions"] },
  ),
  fc.record(
    {
      status: fc.oneof(fc.integer({ min: 100, max: 700 }), text),
      body: anything,
      headers: fc.dictionary(text, scalar, { maxKeys: 2 }),
    },
    { requiredKeys: [] },
  ),
  fc.record({ script: text }),
  fc.record({ template: anything }),
  fc.record({ flow: text, payload: anything }, { requiredKeys: ["flow"] }),
  anything,
);
const node = fc.record(
  {
    id: fc.oneof({ weight: 4, arbitrary: ids }, { weight: 1, arbitrary: anything }),
    type: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom("script", "branch", "http_response", "async", "template") },
      { weight: 1, arbitrary: anything },
    ),
    config,
    next: ids,
    to: ids,
    on_error: ids,
    output: text,
    timeout: fc.oneof(fc.constantFrom("1s", "soon"), scalar),
    "odd key": scalar,
  },
  { requiredKeys: ["id", "type"] },
);
const trigger = fc.oneof(
  fc.record(
    {
      type: fc.constant("event"),
      event_type: fc.oneof(fc.constantFrom("order.*", "*", "order.created"), text),
      target: ids,
    },
    { requiredKeys: ["type"] },
  ),
  fc.record({ type: fc.constant("default"), target: ids }, { requiredKeys: ["type"] }),
  anything,
);
const file = fc.record(
  {
    name: text,
    nodes: fc.oneof(fc.array(node, { maxLength: 4 }), anything),
    triggers: fc.oneof(fc.array(trigger, { maxLength: 3 }), anything),
    variables: anything,
    config: anything,
  },
  { requiredKeys: ["nodes"] },
);

describe("loading flows", () => {
  it("settles on any structure", () => {
    fc.assert(
      fc.property(file, (value) => expectSettled(stringify(value))),
      RUNS,
    );
  });

  it("settles on sound nodes joined at random", () => {
    const sound = fc.oneof(
      fc.constant({ type: "http_response", config: { body: "{{event.id}}" } }),
      fc.constant({ type: "template", config: { template: "{{prev}}" } }),
      fc.constant({ type: "script", config: { script: "payload.len()" } }),
    );
    const target = fc.constantFrom("n0", "n1", "n2", "n3", "end", undefined);
    const joined = fc.array(fc.tuple(sound, target, target), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(joined, (nodes) => {
        const value = {
          nodes: nodes.map(([part, next, onError], index) => ({ id: `n${index}`, ...part, next, on_error: onError })),
          triggers: nodes.map((_, index) => ({ type: "event", event_type: `t${index}`, target: `n${index}` })),
        };
        expectSettled(stringify(value));
      }),
      RUNS,
    );
  });

  it("settles on any text", () => {
    const yamlish = fc.array(
      fc.constantFrom(
        "nodes:",
        "- ",
        "  ",
        "\n",
        "id: a",
        ": ",
        "|",
        ">",
        '"',
        "'",
        "&x ",
        "*x",
        "{",
        "}",
        "[",
        "]",
        ",",
        "? ",
        "!!",
        "#",
        "---",
        "\t",
        "\\",
        "😀",
        "type: script",
        "\r\n",
      ),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          yamlish.map((parts) => parts.join("")),
        ),
        (written) => {
          expectPlaced(loadFlows([{ path: "f.yaml", text: written }]).diagnostics, written);
          expectPlaced(parseBundleFile(new Source("bundle.yaml", written)).diagnostics, written);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("settles on the original flows with a piece cut out or put in", () => {
    const originals = ["on_webhook", "github", "stripe", "async_processing"].map((name) =>
      readFileSync(new URL(`originals/${name}.ygtc`, import.meta.url), "utf8"),
    );
    const piece = fc.oneof(text, fc.constantFrom("\n", "  ", ":", "-", '"', "'", "{", "|"));
    fc.assert(
      fc.property(fc.constantFrom(...originals), fc.nat(), fc.nat(20), piece, (original, at, length, put) => {
        const start = at % original.length;
        const written = original.slice(0, start) + put + original.slice(start + length);
        expectPlaced(loadFlows([{ path: "f.yaml", text: written }]).diagnostics, written);
      }),
      { numRuns: 500 },
    );
  });
});

describe("places inside a text", () => {
  it("are found in every style of YAML scalar", () => {
    const words = fc.array(
      fc.constantFrom("alpha", "it's", 'say "x"', "ü😀", "a\tb", "back\\slash", "\n", "  ", "x: y", "# no"),
      { minLength: 1, maxLength: 12 },
    );
    const style = fc.constantFrom("PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE", "BLOCK_LITERAL", "BLOCK_FOLDED");
    fc.assert(
      fc.property(words, style, fc.boolean(), (parts, defaultStringType, isWindows) => {
        const template = `${parts.join(" ")} {{wrongname}} end`;
        const value = { triggers: [{ type: "default" }], nodes: [{ id: "a", type: "template", config: { template } }] };
        const unixText = stringify(value, {
          defaultStringType: defaultStringType as "PLAIN",
          defaultKeyType: "PLAIN",
          lineWidth: 30,
        });
        const written = isWindows ? unixText.replaceAll("\n", "\r\n") : unixText;
        const [fault, ...others] = loadFlows([{ path: "f.yaml", text: written }]).diagnostics;
        expect(others).toEqual([]);
        // A line may be broken in the middle of a word of a double-quoted scalar.
        const found = written.slice(fault?.span.start, fault?.span.end).replace(/\\\r?\n\s*/, "");
        expect(found).toBe("wrongname");
      }),
      { numRuns: 500 },
    );
  });
});
