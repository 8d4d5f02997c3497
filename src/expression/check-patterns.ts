/** Finds what `matches` would refuse in each evaluation: a pattern that stands in the expression and is none. */
import type { ASTNode } from "@marcbachmann/cel-js";
import { patternFault } from "./metered-functions.ts";
import { partsOf } from "./syntax-tree.ts";

export interface PatternFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the first faulty pattern. */
export function findBadPattern(node: ASTNode): PatternFault | undefined {
  const pattern = patternOf(node);
  if (pattern?.op === "value" && typeof pattern.args === "string") {
    const message = patternFault(pattern.args);
    if (message !== undefined) return { message, start: pattern.start, end: pattern.end };
  }
  for (const part of partsOf(node)) {
    const found = findBadPattern(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

function patternOf(node: ASTNode): ASTNode | undefined {
  if (node.op === "rcall" && node.args[0] === "matches") return node.args[2][0];
  return node.op === "call" && node.args[0] === "matches" ? node.args[1][1] : undefined;
}
