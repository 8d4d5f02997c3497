/** Which boxes and lines of a flow's graph a run went along. Pure. */
import type { FlowGraph, Step } from "../../../src/admin/contract/index.ts";

/** What the graph needs of a run's step. */
export type TakenStep = Pick<Step, "ordinal" | "node" | "status" | "next" | "duration_ms">;

export interface Visit {
  /** Places in the order of the run, from 1; more than one where the run came back or tried again. */
  readonly places: readonly number[];
  /** Of the last visit. */
  readonly status: Step["status"];
  readonly durationMs: number;
}

export interface TakenWay {
  readonly visits: ReadonlyMap<string, Visit>;
  /** Positions in the graph's list of edges. */
  readonly edges: ReadonlySet<number>;
}

/** A failed step that has a next one left by its error edge; a step without a next one ended the run. */
export function takenWay(graph: FlowGraph, steps: readonly TakenStep[]): TakenWay {
  const inOrder = [...steps].sort((a, b) => a.ordinal - b.ordinal);
  const visits = new Map<string, Visit>();
  const edges = new Set<number>();
  for (const [index, { node, status, duration_ms: durationMs, next }] of inOrder.entries()) {
    visits.set(node, { places: [...(visits.get(node)?.places ?? []), index + 1], status, durationMs });
    if (next === null && status === "failed") continue;
    const target = next ?? "end";
    for (const [position, edge] of graph.edges.entries()) {
      const fits = edge.from === node && edge.to === target && (edge.kind === "error") === (status === "failed");
      if (fits) edges.add(position);
    }
  }
  return { visits, edges };
}
