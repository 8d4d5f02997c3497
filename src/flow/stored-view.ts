/** A stored definition as it is shown: its text, and its graph with what each node was told. */
import type { JsonValue } from "../base/index.ts";
import { parseJson } from "../base/index.ts";
import type { FlowEdge, StoredFlow } from "./flow-definition.ts";
import { edgesOf } from "./flow-graph.ts";

export interface StoredFlowView {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly startNode: string;
  readonly nodes: readonly { readonly id: string; readonly type: string; readonly config: JsonValue }[];
  readonly edges: readonly FlowEdge[];
}

/** Reads a stored definition. @throws SyntaxError when it is damaged */
export function viewStoredFlow(definitionJson: string): StoredFlowView {
  const stored = parseJson(definitionJson) as unknown as StoredFlow;
  return {
    name: stored.name,
    file: stored.file,
    text: stored.text,
    startNode: stored.startNode,
    nodes: stored.nodes.map(({ id, type, config }) => ({ id, type, config: config ?? null })),
    edges: stored.nodes.flatMap((node) => edgesOf(node)).map(({ path: _path, ...edge }) => edge),
  };
}
