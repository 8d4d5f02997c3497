import type { ASTNode } from "@marcbachmann/cel-js";
import { LINEAR_MATCHES } from "./environment.ts";

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

/** Lets every `text.matches(pattern)` run in linear time. Must be called before the expression is checked. */
export function renameMatches(node: ASTNode): void {
  if (node.op === "rcall" && node.args[0] === "matches") node.args[0] = LINEAR_MATCHES;
  for (const part of partsOf(node)) renameMatches(part);
}
