/** Going through a syntax tree. */
import type { Block, Expr, Statement } from "./ast.ts";

/** Calls back for every expression below, closures included. */
export function walkBlock(block: Block, visit: (expr: Expr) => void): void {
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

/** Expressions and blocks right below an expression, in the order of the text. */
export function childrenOf(expr: Expr): readonly (Expr | Block)[] {
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
