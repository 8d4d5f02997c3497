/** What a box of the graph says: the line of numbers in it, and its words for a screen reader. Pure. */
import type { FlowGraph, FlowStats } from "../../../src/admin/contract/index.ts";
import { count, duration } from "../i18n/format.ts";
import type { Language } from "../i18n/i18n.tsx";
import { graphTexts } from "./graph-texts.ts";
import type { Visit } from "./taken-way.ts";

export interface NodeState {
  readonly visit: Visit | undefined;
  readonly stats: FlowStats["nodes"][number] | undefined;
}

/** "1,204 × · 3 failed · 12 ms" over a period, "succeeded · 12 ms" of a run; "" where nothing is known. */
export function numbersOf({ visit, stats }: NodeState, language: Language): string {
  return visit === undefined ? overPeriod(stats, language) : ofVisit(visit, language);
}

function ofVisit({ status, durationMs }: Visit, language: Language): string {
  return `${graphTexts[language][status]} · ${duration(durationMs, language)}`;
}

function overPeriod(stats: NodeState["stats"], language: Language): string {
  if (stats === undefined) return "";
  const t = graphTexts[language];
  const total = stats.succeeded + stats.failed;
  if (total === 0) return t.never;
  const parts = [t.runs(count(total, language))];
  if (stats.failed > 0) parts.push(t.failures(count(stats.failed, language)));
  if (stats.durations !== null) parts.push(duration(stats.durations.p50_ms, language));
  return parts.join(" · ");
}

/** All that the picture shows of a node, as a sentence. */
export function describeNode(graph: FlowGraph, node: FlowGraph["nodes"][number], state: NodeState, language: Language) {
  const t = graphTexts[language];
  const parts = [
    [node.id, node.type, node.id === graph.start_node ? t.start : ""].filter(Boolean).join(", "),
    state.visit === undefined ? "" : t.places(state.visit.places.join(", ")),
    numbersOf(state, language),
    exitsOf(graph, node.id, language),
  ];
  return parts.filter(Boolean).join(". ");
}

function exitsOf(graph: FlowGraph, node: string, language: Language): string {
  const t = graphTexts[language];
  const exits = graph.edges
    .filter(({ from }) => from === node)
    .map(({ to, kind, label }) => [kind === "error" ? t.onError : (label ?? ""), to].filter(Boolean).join(": "));
  return exits.length === 0 ? "" : `${t.leadsTo} ${exits.join(", ")}`;
}
