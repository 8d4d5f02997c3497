/**
 * Rewrites the calls of a parsed expression so that they charge what they read (`read-budget.ts`). The result of an
 * expression stays the same; so do the places of its nodes, which errors are reported by.
 *
 * Invariants:
 * 1. Calls whose time grows faster than their texts go to the metered ones of the same name, wherever they stand.
 * 2. Inside a loop, each value that a call, a `+` or a chosen side of a comparison reads is charged with its size, every
 *    time. What is made of such values is no larger than they are together.
 * 3. Each error in a loop is charged (and each turn, see `metered-text.ts`).
 */
import type { ASTNode } from "@marcbachmann/cel-js";
import { CHARGED, COUNTED, METERED, metered, SHORT, TURN } from "./metered-functions.ts";
import { charge, ERROR_UNITS } from "./read-budget.ts";
import { LOOPS, partsOf, rootOf } from "./syntax-tree.ts";

/** Parses a small expression of which one node is then taken. */
export type Parse = (text: string) => ASTNode;

/** Functions of optional values: their receiver is no value yet. */
const OF_OPTIONALS: ReadonlySet<string> = new Set(["hasValue", "or", "orValue", "optMap", "optFlatMap"]);
const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);

/** @param names the variables that the expression may use */
export function meterCalls(ast: ASTNode, names: Iterable<string>, parse: Parse): void {
  new Meter(parse).visit(ast, new Set(names), false);
}

class Meter {
  readonly #parse: Parse;

  constructor(parse: Parse) {
    this.#parse = parse;
  }

  visit(node: ASTNode, names: ReadonlySet<string>, isInLoop: boolean): void {
    if (node.op === "rcall" && LOOPS.has(node.args[0])) {
      this.#loop(node, names, isInLoop);
      return;
    }
    // `has` looks at the form of its argument.
    if (node.op === "call" && (node.args[0] === "has" || node.args[0] === metered(TURN))) return;
    for (const part of partsOf(node)) this.visit(part, names, isInLoop);
    if (node.op === "rcall" && METERED.has(node.args[0])) node.args[0] = metered(node.args[0]);
    if (node.op === "call" && node.args[0] === "duration") wrapAll(node.args[1], (arg) => this.#call(SHORT, arg));
    if (!isInLoop) return;
    this.#chargeParts(node, names);
    chargeErrors(node);
  }

  #loop(node: ASTNode & { readonly op: "rcall" }, names: ReadonlySet<string>, isInLoop: boolean): void {
    const [, range, [variable, ...body]] = node.args;
    this.visit(range, names, isInLoop);
    if (variable?.op !== "id") return;
    const inside = new Set([...names, variable.args]);
    for (const part of body) this.visit(part, inside, true);
  }

  #chargeParts(node: ASTNode, names: ReadonlySet<string>): void {
    const charged = (part: ASTNode): ASTNode => (isRead(part, names) ? this.#call(CHARGED, part) : part);
    const counted = (part: ASTNode): ASTNode => (isRead(part, names) ? this.#call(COUNTED, part) : part);
    if (node.op === "call") wrapAll(node.args[1], node.args[0] === "size" ? counted : charged);
    else if (node.op === "rcall" && !OF_OPTIONALS.has(node.args[0])) {
      node.args[1] = node.args[0] === "size" ? counted(node.args[1]) : charged(node.args[1]);
      wrapAll(node.args[2], charged);
    } else if (node.op === "+") wrapAll(node.args, charged);
    else if (COMPARISONS.has(node.op))
      wrapAll(node.args as ASTNode[], (side) => (isMade(side) ? this.#call(CHARGED, side) : side));
  }

  #call(name: string, argument: ASTNode): ASTNode {
    const call = this.#parse(`${metered(name)}(x)`);
    if (call.op === "call") call.args[1][0] = argument;
    return call;
  }
}

/**
 * An error that is made at a node asks it for the expression's text, to show the place in its message. Here it is charged
 * instead, and gets none: nobody sees that message.
 */
function chargeErrors(node: ASTNode): void {
  Object.defineProperty(node, "input", {
    get: () => {
      charge(ERROR_UNITS);
      return "";
    },
  });
}

function wrapAll(nodes: ASTNode[], wrap: (node: ASTNode) => ASTNode): void {
  for (const [index, node] of nodes.entries()) nodes[index] = wrap(node);
}

/** A value as it is, or one that was chosen or put together: not what a call made of charged values, and no name of CEL's own. */
function isRead(node: ASTNode, names: ReadonlySet<string>): boolean {
  if (isMade(node)) return true;
  const root = rootOf(node);
  if (root.op === "id") return names.has(root.args);
  return root !== node || (node.op === "rcall" && node.args[0] === "orValue");
}

function isMade({ op }: ASTNode): boolean {
  return op === "?:" || op === "+";
}
