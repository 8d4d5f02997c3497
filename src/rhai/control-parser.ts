/** Tokens → syntax tree: closures, `if`, `switch` and loops. */
import type { Span } from "../text/index.ts";
import type { Block, Expr, Param, SwitchCase } from "./ast.ts";
import { ExpressionParser } from "./expression-parser.ts";
import { ABOVE_PIPE } from "./operators.ts";
import { describe } from "./token-stream.ts";
import type { Token } from "./tokens.ts";

export abstract class ControlParser extends ExpressionParser {
  protected abstract bodyStatement(): { block: Block; selfEnded: boolean };

  /** closure = ( "||" | "|" [ params ] "|" ) statement */
  protected override closure(): Expr {
    const open = this.stream.next();
    if (!this.options.allowAnonymousFn)
      throw this.stream.fault("bad-input", "Closures are switched off for this script.", open.span);
    const params = open.kind === "symbol" && open.text === "||" ? [] : this.params("|");
    if (!(open.kind === "symbol" && open.text === "||")) this.stream.expect("|", "to end the parameters");
    const id = this.closures++;
    const body = this.inFunction(() => (this.options.expressionOnly ? this.#exprBody() : this.bodyStatement().block));
    return { kind: "closure", params, body, id, span: this.spanFrom(open.span.start) };
  }

  #exprBody(): Block {
    const expr = this.expr();
    return { statements: [{ kind: "expr", expr, span: expr.span }], hasValue: true, span: expr.span };
  }

  /** control = if | switch | while | loop | do | for */
  protected override control(isStatement: boolean): Expr {
    const token = this.stream.next() as Extract<Token, { kind: "keyword" }>;
    const { start } = token.span;
    this.#checkControl(token.text, isStatement, token.span);
    return this.nested(() => {
      switch (token.text) {
        case "if":
          return this.#if(start);
        case "switch":
          return this.#switch(start);
        default:
          return this.#loop(token.text, start);
      }
    });
  }

  #checkControl(keyword: string, isStatement: boolean, span: Span): void {
    const { options } = this;
    const isLoop = keyword !== "if" && keyword !== "switch";
    if (isLoop && !options.allowLooping)
      throw this.stream.fault("bad-input", "Loops are switched off for this script.", span);
    if (isStatement) return;
    const allowed =
      keyword === "if"
        ? options.allowIfExpression
        : keyword === "switch"
          ? options.allowSwitchExpression
          : options.allowLoopExpressions && !options.expressionOnly;
    if (!allowed) throw this.stream.fault("expr-expected", `"${keyword}" cannot stand in an expression here.`, span);
  }

  /** if = "if" expr block [ "else" ( if | block ) ] */
  #if(start: number): Expr {
    const condition = this.condition();
    const then = this.block();
    if (!this.stream.takeKeyword("else")) return { kind: "if", condition, then, span: this.spanFrom(start) };
    const otherwise = this.stream.isKeyword("if") ? this.#elseIf() : this.block();
    return { kind: "if", condition, then, otherwise, span: this.spanFrom(start) };
  }

  #elseIf(): Block {
    const { start } = this.stream.next().span;
    const expr = this.nested(() => this.#if(start));
    return { statements: [{ kind: "expr", expr, span: expr.span }], hasValue: true, span: expr.span };
  }

  /** switch = "switch" expr "{" { case [ "," ] } "}" */
  #switch(start: number): Expr {
    const subject = this.expr();
    this.stream.expect("{", "to begin the cases");
    const cases: SwitchCase[] = [];
    let fallback: Block | undefined;
    while (!this.stream.isSymbol("}")) {
      if (fallback !== undefined)
        throw this.stream.fault("wrong-switch-default-case", 'The case "_" must be the last one.');
      const { values, condition } = this.#caseHead();
      this.stream.expect("=>", "behind the case");
      const { block, selfEnded } = this.bodyStatement();
      const isLate = values.some(isNumber) && cases.some((other) => other.values.some(isFilledRange));
      if (isLate)
        throw this.stream.fault(
          "wrong-switch-integer-case",
          "A number cannot follow a range that may hold it.",
          values[0]!.span,
        );
      if (values.length === 0) fallback = block;
      else cases.push({ values, body: block, ...(condition !== undefined && { condition }) });
      if (!this.stream.take(",") && !selfEnded && !this.stream.isSymbol("}"))
        throw this.stream.fault(
          "missing-token",
          `"," is missing to end the case, but ${describe(this.stream.peek)} stands here.`,
        );
    }
    this.stream.expect("}", "to end the cases");
    return { kind: "switch", subject, cases, span: this.spanFrom(start), ...(fallback !== undefined && { fallback }) };
  }

  /** case = "_" | literal { "|" literal } [ "if" expr ] */
  #caseHead(): { values: Expr[]; condition?: Expr } {
    const token = this.stream.peek;
    if (token.kind === "name" && token.text === "_") {
      this.stream.next();
      if (this.stream.isKeyword("if"))
        throw this.stream.fault("wrong-switch-case-condition", 'The case "_" takes no condition.');
      return { values: [] };
    }
    const values: Expr[] = [];
    do values.push(this.#caseValue());
    while (this.stream.take("|"));
    return this.stream.takeKeyword("if") ? { values, condition: this.condition() } : { values };
  }

  #caseValue(): Expr {
    const value = this.expr(ABOVE_PIPE);
    if (!isConstant(value))
      throw this.stream.fault(
        "expr-expected",
        "A case is a literal or a range of integers.",
        value.span,
        "Use if … else if … to compare with computed values.",
      );
    return value;
  }

  /** loop = "while" expr block | "loop" block | "do" block ( "while" | "until" ) expr | "for" name "in" expr block */
  #loop(keyword: string, start: number): Expr {
    switch (keyword) {
      case "while": {
        const condition = this.condition();
        const body = this.#loopBody();
        return { kind: "while", condition, body, span: this.spanFrom(start) };
      }
      case "loop": {
        const body = this.#loopBody();
        return { kind: "loop", body, span: this.spanFrom(start) };
      }
      case "do": {
        const body = this.#loopBody();
        const until = this.stream.takeKeyword("until");
        if (!until) this.stream.expectKeyword("while", "after the block of a do loop");
        const condition = this.condition();
        return { kind: "do", body, until, condition, span: this.spanFrom(start) };
      }
      default:
        return this.#for(start);
    }
  }

  #for(start: number): Expr {
    const hasCounter = this.stream.take("(");
    const variable = this.name("the loop's variable");
    let counter: Param | undefined;
    if (hasCounter) {
      this.stream.expect(",", "between the loop's variable and its counter");
      counter = this.name("the loop's counter");
      if (counter.name === variable.name)
        throw this.stream.fault("duplicated-variable", `The name "${counter.name}" stands here twice.`, counter.span);
      this.stream.expect(")", "behind the loop's counter");
    }
    this.stream.expectKeyword("in", "behind the loop's variable");
    this.refuseBlock();
    const iterable = this.expr();
    if (["int", "float", "char", "bool", "unit", "map"].includes(iterable.kind)) {
      throw this.stream.fault(
        "mismatched-type",
        "A loop goes over an array, a range, a text or a blob.",
        iterable.span,
      );
    }
    const body = this.#loopBody();
    return {
      kind: "for",
      variable,
      iterable,
      body,
      span: this.spanFrom(start),
      ...(counter !== undefined && { counter }),
    };
  }

  #loopBody(): Block {
    this.loops += 1;
    try {
      return this.block();
    } finally {
      this.loops -= 1;
    }
  }
}

function isNumber(expr: Expr): boolean {
  return expr.kind === "float" || integerOf(expr) !== undefined;
}

/** An integer as a literal, with its sign. */
function integerOf(expr: Expr): bigint | undefined {
  if (expr.kind === "int") return expr.value;
  if (expr.kind !== "unary" || expr.op === "!") return undefined;
  const value = integerOf(expr.operand);
  return value !== undefined && expr.op === "-" ? -value : value;
}

/** A range of integers that some number lies in. */
function isFilledRange(expr: Expr): boolean {
  if (expr.kind !== "binary" || (expr.op !== ".." && expr.op !== "..=")) return false;
  const [from, to] = [integerOf(expr.left), integerOf(expr.right)];
  return from !== undefined && to !== undefined && (expr.op === ".." ? from < to : from <= to);
}

function isConstant(expr: Expr): boolean {
  switch (expr.kind) {
    case "int":
    case "float":
    case "string":
    case "char":
    case "bool":
    case "unit":
      return true;
    case "array":
      return expr.items.every(isConstant);
    case "map":
      return expr.entries.every((entry) => isConstant(entry.value));
    case "unary":
      return integerOf(expr) !== undefined || (expr.op !== "!" && expr.operand.kind === "float");
    case "binary":
      return (
        (expr.op === ".." || expr.op === "..=") &&
        integerOf(expr.left) !== undefined &&
        integerOf(expr.right) !== undefined
      );
    default:
      return false;
  }
}
