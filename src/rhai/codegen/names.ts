/** What the code of a function must be ready for, and how much one pass through it counts as. */
import type { Block, Expr, Statement } from "../ast.ts";
import { childrenOf, walkBlock } from "../walk.ts";

/** What the code of a function must be ready for. */
export interface Needs {
  /** Names that any closure below mentions. */
  readonly shared: ReadonlySet<string>;
  /** Whether a text is evaluated below, which may mention and declare any name. */
  readonly evaluates: boolean;
}

export function needsOf(block: Block, allowEval: boolean): Needs {
  const shared = new Set<string>();
  let evaluates = false;
  walkBlock(block, (expr) => {
    if (allowEval && expr.kind === "call" && expr.name === "eval") evaluates = true;
    if (expr.kind !== "closure") return;
    for (const name of namesIn(expr.body)) shared.add(name);
  });
  return { shared, evaluates };
}

/** Every name that stands for a variable in a block or below it. */
export function namesIn(block: Block): ReadonlySet<string> {
  const names = new Set<string>();
  walkBlock(block, (expr) => {
    if (expr.kind === "name") names.add(expr.name);
  });
  return names;
}

/** How many operations one pass through a block counts as: its expressions, without what closures and inner loops do. */
export function weightOf(block: Block): number {
  let weight = 1;
  for (const statement of block.statements) {
    weight += 1;
    for (const part of partsOf(statement)) weight += "statements" in part ? weightOf(part) : exprWeight(part);
  }
  return weight;
}

/** What a pass through a statement evaluates. */
function partsOf(statement: Statement): readonly (Expr | Block)[] {
  switch (statement.kind) {
    case "expr":
      return [statement.expr];
    case "assign":
      // To write to a variable is a part of the statement; what an index or a property is taken of is not.
      return [...childrenOf(statement.target), statement.value];
    case "let":
    case "break":
    case "return":
    case "throw":
      return statement.value === undefined ? [] : [statement.value];
    case "try":
      return [statement.body, statement.handler];
    case "import":
      return [statement.path];
    case "continue":
    case "export":
    case "fn":
      return [];
    default:
      return statement satisfies never;
  }
}

function exprWeight(expr: Expr): number {
  if (["closure", "while", "loop", "do", "for"].includes(expr.kind)) return 1;
  return childrenOf(expr).reduce(
    (sum, child) => sum + ("statements" in child ? weightOf(child) : exprWeight(child)),
    1,
  );
}
