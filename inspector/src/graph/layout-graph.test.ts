import fc from "fast-check";
import { expect, test } from "vitest";
import type { FlowGraph } from "../../../src/admin/contract/index.ts";
import { layoutGraph } from "./layout-graph.ts";
import { takenWay } from "./taken-way.ts";

type Edge = FlowGraph["edges"][number];

const edge = (from: string, to: string, kind: Edge["kind"] = "next", label: string | null = null): Edge => ({
  from,
  to,
  kind,
  label,
});

function graphOf(nodes: readonly string[], edges: Edge[]): FlowGraph {
  return {
    nodes: nodes.map((id) => ({ id, type: "script", config: {} })),
    edges,
    start_node: nodes[0] ?? "",
  };
}

const order = graphOf(
  ["check", "route", "notify", "reply"],
  [
    edge("check", "route"),
    edge("check", "reply", "error"),
    edge("route", "notify", "choice", "payload.total > 100"),
    edge("route", "reply", "choice", "otherwise"),
    edge("notify", "reply"),
    edge("reply", "end"),
  ],
);

test("a flow runs from top to bottom", () => {
  const { nodes } = layoutGraph(order);
  const top = (id: string): number => nodes.find((node) => node.id === id)?.y ?? NaN;
  expect(top("check")).toBeLessThan(top("route"));
  expect(top("route")).toBeLessThan(top("notify"));
  expect(top("notify")).toBeLessThan(top("reply"));
  expect(top("reply")).toBeLessThan(top("end"));
});

test("ways out are drawn only where an edge leads to them", () => {
  const ids = (graph: FlowGraph) => layoutGraph(graph).nodes.map(({ id }) => id);
  expect(ids(order)).toEqual(["check", "route", "notify", "reply", "end"]);
  expect(ids(graphOf(["only"], []))).toEqual(["only"]);
});

test("two ways between the same nodes are two lines", () => {
  const twice = graphOf(["a", "b"], [edge("a", "b", "choice", "x"), edge("a", "b", "error")]);
  const [first, second] = layoutGraph(twice).edges;
  expect(first?.path).not.toBe(second?.path);
});

test("a loop, a node that leads to itself, and names such as __proto__ are drawn", () => {
  const { edges, nodes } = layoutGraph(
    graphOf(
      ["__proto__", "constructor"],
      [edge("__proto__", "constructor"), edge("constructor", "__proto__"), edge("constructor", "constructor", "error")],
    ),
  );
  expect(nodes.map(({ id }) => id)).toEqual(["__proto__", "constructor"]);
  expect(edges.every(({ path }) => /^M[\d.,C -]+$/.test(path))).toBe(true);
});

const smallGraph = fc.integer({ min: 1, max: 12 }).chain((count) => {
  const names = Array.from({ length: count }, (_, index) => `step ${String(index)}`);
  const name = fc.constantFrom(...names);
  return fc.array(fc.tuple(name, fc.oneof(name, fc.constantFrom("end", "ignore"))), { maxLength: 20 }).map((pairs) =>
    graphOf(
      names,
      pairs.map(([from, to]) => edge(from, to)),
    ),
  );
});

test("a label stands on its own line, so that each can be told whose it is", () => {
  const labelled = layoutGraph(order).edges.filter(({ label }) => label !== null);
  expect(labelled).toHaveLength(2);
  for (const { path, labelAt } of labelled) expect(path).toContain(` ${labelAt.x.toFixed(1)},${labelAt.y.toFixed(1)}C`);
});

test("what leads down ends on the top of its box, clear of the round corners", () => {
  const { nodes, edges } = layoutGraph(order);
  for (const { to, path } of edges) {
    const [, x = NaN, y = NaN] = (/ (-?[\d.]+),(-?[\d.]+)$/.exec(path) ?? []).map(Number);
    const box = nodes.find(({ id }) => id === to);
    expect(y).toBeCloseTo(box?.y ?? NaN, 0);
    expect(x).toBeGreaterThan((box?.x ?? NaN) + 10);
    expect(x).toBeLessThan((box?.x ?? NaN) + (box?.width ?? NaN) - 10);
  }
});

test("boxes lie within the picture and never on each other", () => {
  fc.assert(
    fc.property(smallGraph, (graph) => {
      const { nodes, width, height } = layoutGraph(graph);
      for (const [index, a] of nodes.entries()) {
        expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
        for (const b of nodes.slice(index + 1)) {
          const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
          expect(apart).toBe(true);
        }
      }
    }),
    { numRuns: 40 },
  );
});

const step = (ordinal: number, node: string, next: string | null, status: "succeeded" | "failed" = "succeeded") => ({
  ordinal,
  node,
  next,
  status,
  duration_ms: ordinal,
});

test("the way of a run goes along the edges that it took", () => {
  const { visits, edges } = takenWay(order, [
    step(2, "reply", "end"),
    step(0, "check", "route"),
    step(1, "route", "reply"),
  ]);
  expect([...edges].map((position) => order.edges[position]?.label ?? order.edges[position]?.from)).toEqual([
    "check",
    "otherwise",
    "reply",
  ]);
  expect(visits.get("reply")).toEqual({ places: [3], status: "succeeded", durationMs: 2 });
  expect(visits.has("notify")).toBe(false);
});

test("a failed step leaves by its error edge, or not at all", () => {
  const byError = takenWay(order, [step(0, "check", "reply", "failed")]);
  expect([...byError.edges].map((position) => order.edges[position]?.kind)).toEqual(["error"]);
  expect(takenWay(order, [step(0, "reply", null, "failed")]).edges.size).toBe(0);
});

test("a step that was tried again has both places", () => {
  const { visits } = takenWay(order, [step(0, "check", null, "failed"), step(1, "check", "route")]);
  expect(visits.get("check")).toEqual({ places: [1, 2], status: "succeeded", durationMs: 1 });
});
