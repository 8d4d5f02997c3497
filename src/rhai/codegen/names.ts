/** Which names a piece of the tree mentions: what closures may capture, and what a script reads from its scope. */
import type { Block, Expr, Statement } from "../ast.ts";

/** Calls back for every expression below, closures included. */
function walkBlock(block: Block, visit: (expr: Expr) => void): void {
  for (const statement of block.statements) walkStatement(statement, visit);
}

function walkStatement(statement: Statement, visit: (expr: Expr) => void): void {
  switch (statement.kind) {
    case "let":
    case "break":
    case "return":
    case "throw":
      if (statement.value !== undefined) walkExpr(statement.value, visit);
      return;
    case "assign":
      walkExpr(statement.target, visit);
      walkExpr(statement.value, visit);
      return;
    case "expr":
      walkExpr(statement.expr, visit);
      return;
    case "try":
      walkBlock(statement.body, visit);
      walkBlock(statement.handler, visit);
      return;
    case "import":
      walkExpr(statement.path, visit);
      return;
    case "fn":
    case "export":
    case "continue":
      return;
    default:
      statement satisfies never;
  }
}

function walkExpr(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  for (const child of childrenOf(expr)) {
    if ("statements" in child) walkBlock(child, visit);
    else walkExpr(child, visit);
  }
}

function childrenOf(expr: Expr): readonly (Expr | Block)[] {
  switch (expr.kind) {
    case "template":
      return expr.parts.filter((part): part is Block => typeof part !== "string");
    case "array":
      return expr.items;
    case "map":
      return expr.entries.map((entry) => entry.value);
    case "unary":
      return [expr.operand];
    case "binary":
      return [expr.left, expr.right];
    case "prop":
      return [expr.object];
    case "index":
      return [expr.object, expr.index];
    case "method":
      return [expr.object, ...expr.args];
    case "call":
      return expr.args;
    case "closure":
      return [expr.body];
    case "block":
      return [expr.block];
    case "if":
      return expr.otherwise === undefined ? [expr.condition, expr.then] : [expr.condition, expr.then, expr.otherwise];
    case "switch":
      return switchChildren(expr);
    case "while":
    case "do":
      return [expr.condition, expr.body];
    case "loop":
      return [expr.body];
    case "for":
      return [expr.iterable, expr.body];
    case "unit":
    case "bool":
    case "int":
    case "float":
    case "string":
    case "char":
    case "name":
    case "path":
    case "this":
      return [];
    default:
      return expr satisfies never;
  }
}

function switchChildren(expr: Extract<Expr, { kind: "switch" }>): (Expr | Block)[] {
  const cases = expr.cases.flatMap(({ values, condition, body }) =>
    condition === undefined ? [...values, body] : [...values, condition, body],
  );
  return expr.fallback === undefined ? [expr.subject, ...cases] : [expr.subject, ...cases, expr.fallback];
}

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
    walkBlock(expr.body, (inner) => {
      if (inner.kind === "name") shared.add(inner.name);
    });
  });
  return { shared, evaluates };
}

/** How many operations one pass through a block counts as: its expressions, without what closures and inner loops do. */
export function weightOf(block: Block): number {
  let weight = 1;
  for (const statement of block.statements) {
    weight += 1;
    const expr =
      statement.kind === "expr"
        ? statement.expr
        : statement.kind === "let" || statement.kind === "assign"
          ? statement.value
          : undefined;
    if (expr !== undefined) weight += exprWeight(expr);
  }
  return weight;
}

function exprWeight(expr: Expr): number {
  if (["closure", "while", "loop", "do", "for"].includes(expr.kind)) return 1;
  return childrenOf(expr).reduce(
    (sum, child) => sum + ("statements" in child ? weightOf(child) : exprWeight(child)),
    1,
  );
}
