import type { ASTNode } from "@marcbachmann/cel-js";

/** Calls of a list that run a part of the expression for each element. */
export const LOOPS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "filter", "map"]);

/** The nodes directly below a node. */
export function partsOf(node: ASTNode): readonly ASTNode[] {
  const parts: ASTNode[] = [];
  collect(node.args, parts);
  return parts;
}

function collect(item: unknown, parts: ASTNode[]): void {
  if (Array.isArray(item)) for (const inner of item as unknown[]) collect(inner, parts);
  else if (isNode(item)) parts.push(item);
}

function isNode(item: unknown): item is ASTNode {
  return typeof item === "object" && item !== null && "op" in item && "args" in item;
}

/** Every name that an expression mentions, loop variables included. */
export function namesIn(node: ASTNode, found = new Set<string>()): ReadonlySet<string> {
  if (node.op === "id") found.add(node.args);
  for (const part of partsOf(node)) namesIn(part, found);
  return found;
}

/** What a path such as `payload.items[0].name` begins with: a name, or whatever else has fields; the node itself when it is no path. */
export function rootOf(node: ASTNode): ASTNode {
  return node.op === "." || node.op === "[]" ? rootOf(node.args[0]) : node;
}
