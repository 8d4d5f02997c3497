/** What must hold between the parts of one flow: ids, targets, reachability, loops, and what its configs compile to. */
import { nearest } from "../base/index.ts";
import { BUILT_IN_NAMES, BUILT_IN_TARGETS, NODE_TYPES, type ConfigFault } from "../nodes/index.ts";
import { checkOrder, type Mentions } from "./check-order.ts";
import { checkDurations } from "./check-durations.ts";
import type { FlowFaultCode } from "./fault-codes.ts";
import { edgesOf, endlessLoops, errorLoops, isBuiltIn, reachableFrom, type PlacedEdge } from "./flow-graph.ts";
import type { DraftNode, FlowDraft } from "./read-flow-file.ts";
import { placeIn } from "./readable-part.ts";

export interface FlowSurroundings {
  /** Names of the flows that this one can start. */
  readonly flowNames: ReadonlySet<string>;
  /** Whether another flow starts this one. */
  readonly isStarted: boolean;
}

/** Reports every fault between the parts of a draft. */
export function checkFlow(draft: FlowDraft, { flowNames, isStarted }: FlowSurroundings): void {
  checkNames(draft);
  checkDurations(draft);
  const edges = draft.nodes.filter(({ isSound }) => isSound).flatMap(edgesOf);
  checkTargets(draft);
  checkTriggers(draft, isStarted);
  const mentions = compileNodes(draft, flowNames);
  // Reachability and loops are only meaningful on a graph whose edges are all known.
  if (draft.hasErrors) return;
  checkPaths(draft, edges, isStarted);
  checkOrder(draft, edges, mentions);
}

function checkNames(draft: FlowDraft): void {
  const seen = new Map<string, DraftNode>();
  for (const node of draft.nodes) {
    const path = [...draft.pathOfNode(node.index), "id"];
    const first = seen.get(node.id);
    if (first !== undefined) {
      const { line } = draft.source.positionAt(draft.spanOf([...draft.pathOfNode(first.index), "id"]).start);
      draft.report("error", "duplicate-id", `There is already a node \`${node.id}\`, in line ${line}.`, path);
    } else seen.set(node.id, node);
    if (isTaken(node.id))
      draft.report("error", "reserved-name", reserved(node.id), path, { hint: "Choose another id." });
  }
  for (const node of draft.nodes) {
    if (node.output === undefined) continue;
    const path = [...draft.pathOfNode(node.index), "output"];
    if (isTaken(node.output)) draft.report("error", "reserved-name", reserved(node.output), path);
    else if (seen.has(node.output) && node.output !== node.id)
      draft.report("error", "duplicate-id", `\`${node.output}\` is the id of another node.`, path);
  }
}

function isTaken(name: string): boolean {
  return BUILT_IN_NAMES.includes(name) || isBuiltIn(name);
}

function reserved(name: string): string {
  return isBuiltIn(name) ? `\`${name}\` is a built-in target.` : `\`${name}\` is a built-in name.`;
}

function checkTargets(draft: FlowDraft): void {
  for (const node of draft.nodes) {
    if (node.isSound) {
      for (const { to, path } of edgesOf(node))
        if (path.length > 0) checkTarget(draft, to, [...draft.pathOfNode(node.index), ...aliased(draft, node, path)]);
      continue;
    }
    if (node.next !== undefined)
      checkTarget(draft, node.next, [...draft.pathOfNode(node.index), ...aliased(draft, node, ["next"])]);
    if (node.onError !== undefined) checkTarget(draft, node.onError, [...draft.pathOfNode(node.index), "on_error"]);
    checkReadableTargets(draft, node);
  }
  for (const { target, index } of draft.triggers)
    if (target !== undefined) checkTarget(draft, target, ["triggers", index, "target"]);
}

/** The targets in what is right of a config that has faults. */
function checkReadableTargets(draft: FlowDraft, { type, readable, index }: DraftNode): void {
  const nodeType = NODE_TYPES.get(type);
  if (nodeType?.targets === undefined || readable === undefined) return;
  const path = [...draft.pathOfNode(index), "config"];
  for (const target of nodeType.targets(nodeType.configSchema.parse(readable.value)))
    if (draft.has([...path, ...placeIn(readable, target.path)]))
      checkTarget(draft, target.node, [...path, ...placeIn(readable, target.path)]);
}

/** Points at `to` where the file says `to`. */
function aliased(draft: FlowDraft, node: DraftNode, path: PlacedEdge["path"]): PlacedEdge["path"] {
  return path[0] === "next" && !draft.has([...draft.pathOfNode(node.index), "next"]) ? ["to"] : path;
}

function checkTarget(draft: FlowDraft, target: string, path: readonly (string | number)[]): void {
  const isTrigger = path[0] === "triggers";
  const ids = [...new Set([...draft.nodes.map(({ id }) => id), ...draft.brokenIds])];
  if (ids.includes(target) || (!isTrigger && isBuiltIn(target))) return;
  const similar = nearest(target, isTrigger ? ids : [...ids, ...BUILT_IN_TARGETS]);
  const others = ids.length === 0 ? "" : `, or name one of: ${ids.join(", ")}`;
  const hint =
    similar === undefined
      ? `Add a node with the id \`${target}\`${others}.`
      : `Did you mean \`${similar}\`? Or add the node.`;
  draft.report("error", "unknown-target", `There is no node \`${target}\` in this flow.`, path, { hint });
}

function checkTriggers(draft: FlowDraft, isStarted: boolean): void {
  checkTriggersDiffer(draft);
  // A trigger that is there but faulty is reported as such.
  if (draft.header === undefined || draft.has(["triggers", 0]) || isStarted) return;
  const isBareList = draft.nodesPath.length === 0;
  const hint = isBareList
    ? "Put the list under `nodes:` and add `triggers:` with `type: event` and the `event_type` of your webhook URL."
    : "Add `triggers:` with `type: event` and the `event_type` of your webhook URL, or start it with an `async` node.";
  const message = isBareList
    ? "This file is only a list of nodes: nothing starts it."
    : "Nothing starts this flow: it has no trigger, and no other flow starts it.";
  draft.report("warning", "no-trigger", message, [], { hint });
}

/** Of two triggers for one event type only the first is ever taken. */
function checkTriggersDiffer(draft: FlowDraft): void {
  const seen = new Set<string>();
  for (const { type, eventType, index } of draft.triggers) {
    const key = `${type} ${eventType ?? ""}`;
    if (seen.has(key)) {
      const message = `There is already a trigger for \`${eventType ?? "type: default"}\`; this one is never taken.`;
      const hint = "Remove one of them; a second thing to do is a flow of its own.";
      const path = ["triggers", index, eventType === undefined ? "type" : "event_type"];
      draft.report("warning", "duplicate-trigger", message, path, { hint });
    }
    seen.add(key);
  }
}

/** Returns what the configs mention. */
function compileNodes(draft: FlowDraft, flowNames: ReadonlySet<string>): Mentions {
  const mentions = new Map<number, Set<string>>();
  const outputNames = new Set([...outputNamesOf(draft.nodes), ...draft.brokenIds]);
  const variables = draft.header && new Set(Object.keys(draft.header.variables));
  for (const node of draft.configs) {
    const nodeType = NODE_TYPES.get(node.type);
    const { readable } = node;
    if (nodeType === undefined || readable === undefined) continue;
    const path = [...draft.pathOfNode(node.index), "config"];
    const report = (fault: ConfigFault) =>
      draft.report(
        fault.level,
        fault.code as FlowFaultCode,
        fault.message,
        [...path, ...placeIn(readable, fault.path)],
        {
          ...(fault.hint !== undefined && { hint: fault.hint }),
          ...(fault.range !== undefined && { range: fault.range }),
        },
      );
    const config = nodeType.configSchema.parse(readable.value);
    const mentioned = new Set<string>();
    mentions.set(node.index, mentioned);
    const mention = (names: Iterable<string>): void => {
      for (const name of names) mentioned.add(name);
    };
    const common = { nodeId: node.id, flowNames, outputNames, report, mention };
    const context = variables === undefined ? common : { ...common, variables };
    if (nodeType.compile(config, context) !== undefined) nodeType.suspect?.(config, context);
  }
  return mentions;
}

/** The names by which outputs are known. */
export function outputNamesOf(
  nodes: readonly { readonly id: string; readonly output?: string }[],
): ReadonlySet<string> {
  return new Set(nodes.flatMap(({ id, output }) => (output === undefined ? [id] : [id, output])));
}

function checkPaths(draft: FlowDraft, edges: readonly PlacedEdge[], isStarted: boolean): void {
  const [first] = draft.nodes;
  if (first === undefined) return;
  const starts = draft.triggers.map(({ target }) => target ?? first.id);
  if (isStarted || starts.length === 0) starts.push(first.id);
  const reached = reachableFrom(starts, edges);
  for (const node of draft.nodes) {
    if (reached.has(node.id)) continue;
    const hint = "Name it as a target of another node or of a trigger, or remove it.";
    draft.report(
      "error",
      "unreachable-node",
      `No way leads to the node \`${node.id}\`.`,
      [...draft.pathOfNode(node.index), "id"],
      { hint },
    );
  }
  checkErrorLoops(draft);
  checkEndlessLoops(draft, edges);
}

function checkEndlessLoops(draft: FlowDraft, edges: readonly PlacedEdge[]): void {
  for (const loop of endlessLoops(draft.nodes, edges)) {
    const node = draft.nodes.find(({ id }) => id === loop[0]);
    if (node === undefined) continue;
    const message = `The run would never end: ${[...loop, loop[0]].join(" → ")}.`;
    const way = "Give one of these nodes a way out, e.g. a `branch` with `default: end`";
    // Whoever wrote one took it for the way out.
    const hasOnError = draft.nodes.some(({ id, onError }) => loop.includes(id) && onError !== undefined);
    const hint = `${way}${hasOnError ? "; `on_error` is none, because a step need not fail" : ""}.`;
    draft.report("error", "endless-loop", message, [...draft.pathOfNode(node.index), "id"], { hint });
  }
}

/** Steps that lead to each other when they fail would take turns without a wait until the run is cut off. */
function checkErrorLoops(draft: FlowDraft): void {
  const nodes = new Map(draft.nodes.map((node) => [node.id, node]));
  for (const loop of errorLoops(draft.nodes)) {
    const node = nodes.get(loop[0] ?? "");
    if (node === undefined) continue;
    const message = `What fails here would be tried again at once, without end: ${[...loop, loop[0]].join(" → ")}.`;
    const hint = "Without `on_error` the run is tried again as `retry_policy` says.";
    draft.report("error", "endless-loop", message, [...draft.pathOfNode(node.index), "on_error"], { hint });
  }
}
