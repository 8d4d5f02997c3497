/** The graph of a flow: its edges, what can be reached, and what never comes to an end. */
import { BUILT_IN_TARGETS, NODE_TYPES, type ConfigPath } from "../nodes/index.ts";
import type { FlowEdge, FlowNode } from "./flow-definition.ts";

/** An edge, and where the node's mapping in the file names it. */
export interface PlacedEdge extends FlowEdge {
  readonly path: ConfigPath;
}

/** All edges that leave a node. The config must be valid for its type. */
export function edgesOf(node: FlowNode): readonly PlacedEdge[] {
  const edges: PlacedEdge[] = [];
  const nodeType = NODE_TYPES.get(node.type);
  const config: unknown = nodeType?.configSchema.safeParse(node.config).data;
  if (nodeType?.routes !== true)
    edges.push({ from: node.id, to: node.next ?? "end", kind: "next", path: node.next === undefined ? [] : ["next"] });
  if (config !== undefined)
    for (const { node: to, path, label } of nodeType?.targets?.(config as never) ?? [])
      edges.push({
        from: node.id,
        to,
        kind: "choice",
        ...(label !== undefined && { label }),
        path: ["config", ...path],
      });
  if (node.onError !== undefined) edges.push({ from: node.id, to: node.onError, kind: "error", path: ["on_error"] });
  return edges;
}

/** Every node that can be reached from `starts`, these included. */
export function reachableFrom(starts: Iterable<string>, edges: readonly FlowEdge[]): ReadonlySet<string> {
  return closure(starts, edges, ({ from, to }) => [from, to]);
}

/** Every node from which one of `goals` can be reached, these included. */
export function leadingTo(goals: Iterable<string>, edges: readonly FlowEdge[]): ReadonlySet<string> {
  return closure(goals, edges, ({ from, to }) => [to, from]);
}

function closure(
  starts: Iterable<string>,
  edges: readonly FlowEdge[],
  direction: (edge: FlowEdge) => readonly [string, string],
): ReadonlySet<string> {
  const neighbours = new Map<string, string[]>();
  for (const edge of edges) {
    const [here, there] = direction(edge);
    const known = neighbours.get(here);
    if (known === undefined) neighbours.set(here, [there]);
    else known.push(there);
  }
  const reached = new Set<string>(starts);
  // A set's iteration also visits what is added on the way.
  for (const id of reached) if (!isBuiltIn(id)) for (const next of neighbours.get(id) ?? []) reached.add(next);
  return reached;
}

/** Loops that no edge leaves, each as the nodes on it. Errors do not count as a way out. */
export function endlessLoops(nodes: readonly FlowNode[], edges: readonly FlowEdge[]): readonly (readonly string[])[] {
  const regular = edges.filter(({ kind }) => kind !== "error");
  const ending = leadingTo(
    regular.filter(({ to }) => isBuiltIn(to)).map(({ from }) => from),
    regular,
  );
  const loops: string[][] = [];
  const seen = new Set<string>();
  for (const { id } of nodes) {
    if (ending.has(id) || seen.has(id)) continue;
    const loop = loopFrom(id, regular, seen);
    if (loop !== undefined) loops.push(loop);
  }
  return loops;
}

function loopFrom(start: string, edges: readonly FlowEdge[], seen: Set<string>): string[] | undefined {
  const walked: string[] = [];
  for (let id: string | undefined = start; id !== undefined; id = edges.find(({ from }) => from === id)?.to) {
    const again = walked.indexOf(id);
    if (again !== -1) return walked.slice(again);
    if (seen.has(id)) return undefined;
    seen.add(id);
    walked.push(id);
  }
  return undefined;
}

/** Loops of nodes that name each other, or themselves, in `on_error`. */
export function errorLoops(nodes: readonly FlowNode[]): readonly (readonly string[])[] {
  const edges = nodes.flatMap(({ id, onError }) =>
    onError === undefined ? [] : [{ from: id, to: onError, kind: "error" } as const],
  );
  const seen = new Set<string>();
  return nodes.flatMap(({ id }) => {
    const loop = seen.has(id) ? undefined : loopFrom(id, edges, seen);
    return loop === undefined ? [] : [loop];
  });
}

export function isBuiltIn(target: string): boolean {
  return BUILT_IN_TARGETS.includes(target);
}
