/** What a box of the graph says: the line of numbers in it, and its words for a screen reader. Pure. */
import type { FlowGraph, FlowStats } from "../../../src/admin/contract/index.ts";
import type { PlacedNode } from "./layout-graph.ts";
import type { Visit } from "./taken-way.ts";

export interface GraphWords {
  readonly start: string;
  readonly visits: (places: readonly number[]) => string;
  readonly succeeded: string;
  readonly failed: string;
  readonly never: string;
  readonly runs: (count: number) => string;
  readonly failures: (count: number) => string;
  readonly onError: string;
  readonly leadsTo: string;
  readonly duration: (durationMs: number) => string;
}

export interface NodeState {
  readonly start: boolean;
  readonly visit: Visit | undefined;
  readonly stats: FlowStats["nodes"][number] | undefined;
}

export function describeNode(
  node: PlacedNode,
  { start, visit, stats }: NodeState,
  words: GraphWords,
): { readonly title: string; readonly numbers: string } {
  const title = [node.id, node.type, start ? words.start : ""].filter((part) => part !== "" && part !== null);
  return { title: title.join(", "), numbers: visit === undefined ? overPeriod(stats, words) : ofVisit(visit, words) };
}

function ofVisit({ status, durationMs }: Visit, words: GraphWords): string {
  return `${status === "failed" ? words.failed : words.succeeded} · ${words.duration(durationMs)}`;
}

function overPeriod(stats: NodeState["stats"], words: GraphWords): string {
  if (stats === undefined) return "";
  const total = stats.succeeded + stats.failed;
  if (total === 0) return words.never;
  const parts = [words.runs(total)];
  if (stats.failed > 0) parts.push(words.failures(stats.failed));
  if (stats.durations !== null) parts.push(words.duration(stats.durations.p95_ms));
  return parts.join(" · ");
}

/** Where a node leads, in words: "leads to reply, on error end". */
export function describeExits(graph: FlowGraph, node: string, words: GraphWords): string {
  const exits = graph.edges
    .filter(({ from }) => from === node)
    .map(({ to, kind, label }) => [kind === "error" ? words.onError : (label ?? ""), to].filter(Boolean).join(": "));
  return exits.length === 0 ? "" : `${words.leadsTo} ${exits.join(", ")}`;
}
