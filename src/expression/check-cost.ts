/**
 * Keeps the work of an expression in proportion to the data: loops that multiply are refused when the flow is loaded. What
 * depends on the data itself, such as a large text that is searched for each element, is counted when it is evaluated
 * (`meter-calls.ts`).
 *
 * Invariants:
 * 1. A loop inside a loop ranges over a part of the outer loop's element (`c.files` inside a loop over commits), so
 *    that every value is visited at most once for each time the expression names it.
 * 2. A loop does not range over what `map` made, because `map` can multiply a list before it is looped over.
 * 3. Inside a loop over data, nothing from outside the loop is searched (`in`) or compared as a whole: each element would
 *    cost as much as that value is large. What the flow's author wrote (literals, `flow`) and headers are small.
 */
import type { ASTNode } from "@marcbachmann/cel-js";
import { LOOPS, namesIn, partsOf, rootOf } from "./syntax-tree.ts";

const MAX_NESTING = 4;
/** Names whose values cannot be large. */
const SMALL: ReadonlySet<string> = new Set(["flow", "headers", "tenant"]);

export interface CostFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the first loop whose cost has no sensible bound. */
export function findCostlyLoop(ast: ASTNode): CostFault | undefined {
  return visit(ast, [], false);
}

/** `outer` holds the variables of the loops around the node; `isOverData`: one of them ranges over what may be large. */
function visit(node: ASTNode, outer: readonly string[], isOverData: boolean): CostFault | undefined {
  const loop = loopOf(node);
  if (loop === undefined) {
    const search = isOverData ? searchFault(node, outer) : undefined;
    if (search !== undefined) return { message: search, start: node.start, end: node.end };
    return firstOf(partsOf(node), (part) => visit(part, outer, isOverData));
  }
  const fault = faultOf(loop.range, outer);
  if (fault !== undefined) return { message: fault, start: node.start, end: node.end };
  const inside = loop.variable === undefined ? outer : [...outer, loop.variable];
  const isInsideData = isOverData || isLarge(loop.range, []);
  return visit(loop.range, outer, isOverData) ?? firstOf(loop.body, (part) => visit(part, inside, isInsideData));
}

function faultOf(range: ASTNode, outer: readonly string[]): string | undefined {
  if (outer.length >= MAX_NESTING) return `Loops are nested deeper than ${MAX_NESTING}.`;
  if (containsMap(range)) return "A loop cannot range over what `map` returns.";
  const innermost = outer.at(-1);
  const names = [...namesIn(range)];
  if (innermost === undefined || names.every((name) => name === innermost)) return undefined;
  return `An inner loop can only range over a part of \`${innermost}\`, the element of the loop around it.`;
}

function searchFault(node: ASTNode, outer: readonly string[]): string | undefined {
  const own = outer.slice(-1);
  if (node.op === "in" && isLarge(node.args[1], own))
    return `\`in\` would search all of ${shown(node.args[1])} for every element of the loop.`;
  if ((node.op === "==" || node.op === "!=") && node.args.every((side) => holdsLarge(side, own)))
    return "Two values from outside the loop would be compared for every element of it; compare them outside.";
  return undefined;
}

/** Whether a value may be large and is no part of the element of the loop. */
function isLarge(node: ASTNode, own: readonly string[]): boolean {
  const names = [...namesIn(node)].filter((name) => !SMALL.has(name));
  return names.length > 0 && !names.every((name) => own.includes(name));
}

/** Whether a value is, or has in it, what may be large and is no part of the element: not what a function made of that. */
function holdsLarge(node: ASTNode, own: readonly string[]): boolean {
  const isTransparent = TRANSPARENT.has(node.op) || isTransparentCall(node);
  return isTransparent && (isLarge(rootOf(node), own) || partsOf(node).some((part) => holdsLarge(part, own)));
}

/** Operators whose value is one of their parts or has them in it. */
const TRANSPARENT: ReadonlySet<string> = new Set(["id", ".", ".?", "[]", "[?]", "list", "map", "?:"]);

function isTransparentCall(node: ASTNode): boolean {
  if (node.op === "call") return node.args[0] === "dyn";
  return node.op === "rcall" && ["or", "orValue", "filter", "map"].includes(node.args[0]);
}

function shown(node: ASTNode): string {
  return [...namesIn(node)].map((name) => `\`${name}\``).join(", ");
}

interface Loop {
  readonly range: ASTNode;
  readonly variable: string | undefined;
  readonly body: readonly ASTNode[];
}

function loopOf(node: ASTNode): Loop | undefined {
  if (node.op !== "rcall" || !LOOPS.has(node.args[0])) return undefined;
  const [, range, [variable, ...body]] = node.args;
  return { range, variable: variable?.op === "id" ? variable.args : undefined, body };
}

function containsMap(node: ASTNode): boolean {
  if (node.op === "rcall" && node.args[0] === "map") return true;
  return partsOf(node).some(containsMap);
}

function firstOf<T>(items: readonly T[], find: (item: T) => CostFault | undefined): CostFault | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
