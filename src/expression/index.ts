export {
  compileExpression,
  type CompiledExpression,
  type ExpressionFault,
  type ExpressionOutcome,
} from "./compile-expression.ts";
