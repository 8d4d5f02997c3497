/**
 * Outputs that are read where they never are: of a node from which no way leads to the one that reads them. In a template
 * such a name is null and in a condition it is false, each time and without a word; a script fails.
 */
import type { PlacedEdge } from "./flow-graph.ts";
import type { DraftNode, FlowDraft } from "./read-flow-file.ts";

/** By the place of a node in the list: the names that its config mentions. */
export type Mentions = ReadonlyMap<number, ReadonlySet<string>>;

/** Warns of those; all edges of the flow must be known. */
export function checkOrder(draft: FlowDraft, edges: readonly PlacedEdge[], mentions: Mentions): void {
  const before = sourcesByTarget(edges);
  for (const node of draft.nodes) {
    const names = mentions.get(node.index);
    if (names === undefined) continue;
    const earlier = idsBefore(node.id, before);
    const isSet = (name: string): boolean => carriersOf(draft, name).some(({ id }) => earlier.has(id));
    for (const name of names) {
      if (carriersOf(draft, name).length === 0 || isSet(name)) continue;
      const message = `\`${name}\` is never there when this node runs: no way leads from that node to this one.`;
      draft.report("warning", "unset-output", message, [...draft.pathOfNode(node.index), "config"]);
    }
  }
}

function carriersOf({ nodes }: FlowDraft, name: string): readonly DraftNode[] {
  return nodes.filter(({ id, output }) => id === name || output === name);
}

function sourcesByTarget(edges: readonly PlacedEdge[]): ReadonlyMap<string, readonly string[]> {
  const sources = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const known = sources.get(to);
    if (known === undefined) sources.set(to, [from]);
    else known.push(from);
  }
  return sources;
}

/** The nodes that may have run before; a node of a loop is one of those before itself. */
function idsBefore(id: string, before: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set(before.get(id));
  // A set's iteration also visits what is added on the way.
  for (const earlier of found) for (const source of before.get(earlier) ?? []) found.add(source);
  return found;
}
