/** Finds a header that is asked for with capitals: names are lower-case, so it would be missing in every request. */
import type { ASTNode } from "@marcbachmann/cel-js";
import { partsOf } from "./syntax-tree.ts";

export interface HeaderFault {
  /** As it was written. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the first such name. */
export function findCapitalHeader(node: ASTNode): HeaderFault | undefined {
  const asked = askedFor(node);
  if (asked !== undefined && asked.name !== asked.name.toLowerCase()) return asked;
  for (const part of partsOf(node)) {
    const found = findCapitalHeader(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

function askedFor(node: ASTNode): HeaderFault | undefined {
  switch (node.op) {
    case "[]":
    case "[?]":
      return isHeaders(node.args[0]) ? literal(node.args[1]) : undefined;
    case "in":
      return isHeaders(node.args[1]) ? literal(node.args[0]) : undefined;
    case ".":
    case ".?":
      return isHeaders(node.args[0]) && typeof node.args[1] === "string"
        ? { name: node.args[1], start: node.start, end: node.end }
        : undefined;
    default:
      return undefined;
  }
}

function literal(node: ASTNode): HeaderFault | undefined {
  if (node.op !== "value" || typeof node.args !== "string") return undefined;
  return { name: node.args, start: node.start, end: node.end };
}

function isHeaders(node: ASTNode): boolean {
  if (node.op === "id") return node.args === "headers";
  return node.op === "." && node.args[1] === "headers" && node.args[0].op === "id" && node.args[0].args === "event";
}
