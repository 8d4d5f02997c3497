/**
 * The text of an expression in which each turn of a loop is charged: `list.exists(x, body)` becomes
 * `list.exists(x, turn(x) ? (body) : false)`. Once the budget is spent, what is left of the loop costs next to nothing; an
 * error would not do, because these loops pass over errors. It has to be done in the text, because the library prepares
 * its loops while it parses.
 */
import type { ASTNode } from "@marcbachmann/cel-js";
import { metered, TURN } from "./metered-functions.ts";
import { partsOf } from "./syntax-tree.ts";

/** Loops that pass over an error in one turn as long as another turn decides. */
const PASSING: ReadonlySet<string> = new Set(["all", "exists", "exists_one"]);
const SPACE_OR_COMMENT = /(?:\s|\/\/[^\n]*\n)*/y;

interface Insertion {
  readonly at: number;
  readonly text: string;
}

export class MeteredText {
  readonly text: string;
  readonly #original: string;
  readonly #insertions: readonly Insertion[];

  /** @param ast what `original` was parsed to */
  constructor(original: string, ast: ASTNode) {
    this.#original = original;
    this.#insertions = [...insertionsIn(ast, original)].toSorted((a, b) => a.at - b.at);
    let text = "";
    let from = 0;
    for (const insertion of this.#insertions) {
      text += original.slice(from, insertion.at) + insertion.text;
      from = insertion.at;
    }
    this.text = text + original.slice(from);
  }

  /** What stands in the original text where a node of the metered one stands. */
  originalOf({ start, end }: { readonly start: number; readonly end: number }): string {
    return this.#original.slice(this.#place(start), this.#place(end));
  }

  #place(offset: number): number {
    let inserted = 0;
    for (const { at, text } of this.#insertions) {
      if (at + inserted >= offset) break;
      inserted += Math.min(text.length, offset - at - inserted);
    }
    return offset - inserted;
  }
}

function* insertionsIn(node: ASTNode, text: string): Generator<Insertion> {
  for (const part of partsOf(node)) yield* insertionsIn(part, text);
  if (node.op !== "rcall" || !PASSING.has(node.args[0])) return;
  const [variable] = node.args[2];
  if (variable?.op !== "id") return;
  SPACE_OR_COMMENT.lastIndex = variable.end;
  SPACE_OR_COMMENT.exec(text);
  const comma = SPACE_OR_COMMENT.lastIndex;
  const close = node.end - 1;
  if (text[comma] !== "," || text[close] !== ")") throw new Error(`no loop is written at ${node.start}`);
  yield { at: comma + 1, text: ` ${metered(TURN)}(${variable.args}) ? (` };
  // The body may end in a comment.
  yield { at: close, text: "\n) : false" };
}
