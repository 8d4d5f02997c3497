/** Which fields an expression reads of the names that are given to it, so that who knows these can tell slips. */
import type { ASTNode } from "@marcbachmann/cel-js";
import { LOOPS, partsOf } from "./syntax-tree.ts";

export interface FieldRead {
  /** The name, and the field of it. */
  readonly path: readonly [string, string];
  readonly range: { readonly start: number; readonly end: number };
}

/** What `has` and `.?` ask for is left out: that it may be missing is the question. */
export function fieldsRead(ast: ASTNode): readonly FieldRead[] {
  const own = new Set<string>();
  collectLoopVariables(ast, own);
  const found: FieldRead[] = [];
  collect(ast, own, found);
  return found;
}

function collect(node: ASTNode, own: ReadonlySet<string>, found: FieldRead[]): void {
  if (node.op === "call" && node.args[0] === "has") return;
  const read = readOf(node);
  if (read !== undefined && !own.has(read[0])) found.push({ path: read, range: { start: node.start, end: node.end } });
  for (const part of partsOf(node)) collect(part, own, found);
}

function readOf(node: ASTNode): readonly [string, string] | undefined {
  if (node.op !== "." && node.op !== "[]") return undefined;
  const [object, key] = node.args;
  if (object.op !== "id") return undefined;
  if (typeof key === "string") return [object.args, key];
  return key.op === "value" && typeof key.args === "string" ? [object.args, key.args] : undefined;
}

function collectLoopVariables(node: ASTNode, own: Set<string>): void {
  if (node.op === "rcall" && LOOPS.has(node.args[0])) {
    const [variable] = node.args[2];
    if (variable?.op === "id") own.add(variable.args);
  }
  for (const part of partsOf(node)) collectLoopVariables(part, own);
}
