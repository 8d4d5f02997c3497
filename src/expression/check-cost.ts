/**
 * Keeps the work of an expression in proportion to the data: the library counts no steps, so loops that multiply are
 * refused when the flow is loaded.
 *
 * Invariants:
 * 1. A loop inside a loop ranges over a part of the outer loop's element (`c.files` inside a loop over commits), so
 *    that every value is visited at most once for each time the expression names it.
 * 2. A loop does not range over what `map` made, because `map` can multiply a list before it is looped over.
 */
import type { ASTNode } from "@marcbachmann/cel-js";
import { namesIn, partsOf } from "./syntax-tree.ts";

const LOOPS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "filter", "map"]);
const MAX_NESTING = 4;

export interface CostFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the first loop whose cost has no sensible bound. */
export function findCostlyLoop(ast: ASTNode): CostFault | undefined {
  return visit(ast, []);
}

function visit(node: ASTNode, outer: readonly string[]): CostFault | undefined {
  const loop = loopOf(node);
  if (loop === undefined) return firstOf(partsOf(node), (part) => visit(part, outer));
  const fault = faultOf(loop.range, outer);
  if (fault !== undefined) return { message: fault, start: node.start, end: node.end };
  const inside = loop.variable === undefined ? outer : [...outer, loop.variable];
  return visit(loop.range, outer) ?? firstOf(loop.body, (part) => visit(part, inside));
}

function faultOf(range: ASTNode, outer: readonly string[]): string | undefined {
  if (outer.length >= MAX_NESTING) return `Loops are nested deeper than ${MAX_NESTING}.`;
  if (containsMap(range)) return "A loop cannot range over what `map` returns.";
  const innermost = outer.at(-1);
  const names = [...namesIn(range)];
  if (innermost === undefined || names.every((name) => name === innermost)) return undefined;
  return `An inner loop can only range over a part of \`${innermost}\`, the element of the loop around it.`;
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
