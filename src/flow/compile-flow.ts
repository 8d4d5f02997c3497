/** What a runner thread executes: a stored definition with every node compiled. */
import { parseJson, type JsonObject } from "../base/index.ts";
import { NODE_TYPES, nodeOfTarget, type CompileContext, type CompiledNode, type ConfigFault } from "../nodes/index.ts";
import { codeFrame, Source } from "../text/index.ts";
import { outputNamesOf } from "./check-flow.ts";
import { STORED_FORMAT, type FlowNode, type RetryPolicy, type StoredFlow } from "./flow-definition.ts";
import { readYaml, type YamlFile } from "./yaml-file.ts";

export interface CompiledFlow {
  readonly name: string;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly variables: JsonObject;
  /** The first node. */
  readonly startNode: string;
  node(id: string): CompiledFlowNode | undefined;
}

/** A node in a running flow; without `next` the run ends there. */
export interface CompiledFlowNode {
  readonly id: string;
  readonly type: string;
  readonly next?: string;
  readonly onError?: string;
  readonly output?: string;
  readonly timeoutMs?: number;
  readonly compiled: CompiledNode;
}

/** The type of the step that ends a run; no author can write it. */
export const END_TYPE = "end";

/** Where a built-in target is named by `on_error`, this step takes the error and ends the run. */
const END: CompiledFlowNode = {
  id: "end",
  type: END_TYPE,
  compiled: { execute: ({ prev }) => ({ kind: "done", output: prev }) },
};

/**
 * Compiles a flow from its stored definition. The caller keeps the result by the definition's hash.
 * @throws Error when the definition was written by a newer gtc or is damaged.
 */
export function compileFlow(definitionJson: string): CompiledFlow {
  const stored = parseJson(definitionJson) as unknown as StoredFlow;
  checkFormat(stored.format);
  const frames = new Frames(stored);
  const outputNames = outputNamesOf(stored.nodes);
  const nodes = new Map<string, CompiledFlowNode>([[END.id, END]]);
  for (const [index, node] of stored.nodes.entries()) {
    const frame: CompileContext["frame"] = (path, range) =>
      frames.draw([...stored.nodesPath, index, "config", ...path], range);
    nodes.set(node.id, compileNode(node, outputNames, frame));
  }
  const { name, timeoutMs, retry, variables, startNode } = stored;
  return { name, timeoutMs, retry, variables, startNode, node: (id) => nodes.get(id) };
}

function checkFormat(format: number): void {
  if (format === STORED_FORMAT) return;
  throw new Error(`The flow definition has format ${String(format)}; this gtc reads format ${STORED_FORMAT}.`);
}

function compileNode(
  node: FlowNode,
  outputNames: ReadonlySet<string>,
  frame: NonNullable<CompileContext["frame"]>,
): CompiledFlowNode {
  const faults: ConfigFault[] = [];
  const nodeType = NODE_TYPES.get(node.type);
  const config = nodeType?.configSchema.safeParse(node.config);
  const context = { nodeId: node.id, outputNames, frame, report: (fault: ConfigFault) => faults.push(fault) };
  const compiled = config?.success === true ? nodeType?.compile(config.data, context) : undefined;
  if (compiled === undefined) {
    const why = faults[0]?.message ?? config?.error?.message ?? `There is no node type \`${node.type}\`.`;
    throw new Error(`The node \`${node.id}\` cannot be compiled: ${why}`);
  }
  const next = nodeOfTarget(node.next);
  const { id, type, output, timeoutMs } = node;
  return {
    id,
    type,
    compiled,
    ...(next !== undefined && { next }),
    ...(node.onError !== undefined && { onError: nodeOfTarget(node.onError) ?? END.id }),
    ...(output !== undefined && { output }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

/** Draws lines of the flow's file. It is parsed again when the first error wants it. */
class Frames {
  readonly #source: Source;
  #yaml: YamlFile | undefined;

  constructor({ file, text }: StoredFlow) {
    this.#source = new Source(file, text);
  }

  draw(path: readonly (string | number)[], range: { start: number; end: number }): string {
    this.#yaml ??= readYaml(this.#source).file;
    const span = this.#yaml?.spanOf(path, range);
    if (span === undefined) return "";
    const { line, column } = this.#source.positionAt(span.start);
    return `${this.#source.name}:${line}:${column}\n${codeFrame(this.#source, span)}`;
  }
}
