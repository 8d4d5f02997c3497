/** Tokens → syntax tree: expressions. Binary operators are a table (`operators.ts`); the rest is one method a production. */
import type { BinaryOp, Block, Expr } from "./ast.ts";
import { PRECEDENCE, RIGHT_ASSOCIATIVE } from "./operators.ts";
import { LiteralParser } from "./literal-parser.ts";
import { describe } from "./token-stream.ts";
import { METHOD_FUNCTIONS, RESERVED_FUNCTIONS, type Token } from "./tokens.ts";
import { INT_MAX } from "./values.ts";

/** A chain such as `a + b + …` or `a.b.c…` is no nesting, but its tree is as deep as it is long. */
const MAX_CHAIN = 500;
const JUMPS: ReadonlySet<string> = new Set(["break", "continue", "return", "throw"]);

export abstract class ExpressionParser extends LiteralParser {
  protected abstract block(): Block;
  /** A jump in the place of a value. */
  protected abstract jumpExpr(): Expr;
  protected abstract closure(): Expr;
  /** `if`, `switch` and loops, as a statement or in the place of a value. */
  protected abstract control(isStatement: boolean): Expr;

  /** expr = unary { binary-op unary }, grouped by precedence */
  protected expr(minPrecedence = 0): Expr {
    return this.nested(() => this.#binary(minPrecedence));
  }

  #binary(minPrecedence: number): Expr {
    let left = this.#unary();
    for (let length = 0; ; length++) {
      const op = this.#binaryOp();
      const precedence = op === undefined ? undefined : PRECEDENCE.get(op);
      if (op === undefined || precedence === undefined || precedence < minPrecedence) return left;
      if (length > MAX_CHAIN) throw this.stream.fault("expr-too-deep", `More than ${MAX_CHAIN} operators in one row.`);
      this.stream.next();
      const right = this.#right(op, RIGHT_ASSOCIATIVE.has(op) ? precedence : precedence + 1);
      if (op === "&&" || op === "||") for (const operand of [left, right]) this.refuseNonBool(operand);
      left = { kind: "binary", op: op as BinaryOp, left, right, span: { start: left.span.start, end: right.span.end } };
    }
  }

  /** The right side of an operator: a range may have no end, and behind ?? a jump may stand. */
  #right(op: string, minPrecedence: number): Expr {
    if ((op === ".." || op === "..=") && this.#noOperand())
      return { kind: "int", value: INT_MAX, span: this.stream.peek.span };
    const token = this.stream.peek;
    if (op === "??" && token.kind === "keyword" && JUMPS.has(token.text)) return this.jumpExpr();
    return this.nested(() => this.#binary(minPrecedence));
  }

  #noOperand(): boolean {
    const token = this.stream.peek;
    return (
      token.kind === "eof" || (token.kind === "symbol" && ["]", ")", "}", ",", ";", "{", "=>"].includes(token.text))
    );
  }

  /** A literal that is no bool can never be a condition. */
  protected refuseNonBool(expr: Expr): void {
    if (!["int", "float", "string", "template", "char", "array", "map", "unit"].includes(expr.kind)) return;
    throw this.stream.fault("mismatched-type", "A condition must be true or false.", expr.span);
  }

  protected condition(): Expr {
    this.refuseBlock();
    const condition = this.expr();
    this.refuseNonBool(condition);
    return condition;
  }

  /** Where a block follows an expression, the expression itself is no bare block. */
  protected refuseBlock(): void {
    if (this.stream.isSymbol("{"))
      throw this.stream.fault(
        "expr-expected",
        "A block cannot stand here.",
        this.stream.peek.span,
        "Put it into parentheses.",
      );
  }

  #binaryOp(): string | undefined {
    const token = this.stream.peek;
    if (token.kind === "symbol" || (token.kind === "keyword" && token.text === "in")) return token.text;
    return undefined;
  }

  /** unary = [ "-" | "+" | "!" ] unary | postfix */
  #unary(): Expr {
    const token = this.stream.peek;
    if (token.kind !== "symbol" || !(token.text === "-" || token.text === "+" || token.text === "!"))
      return this.#postfix();
    const op = token.text;
    this.stream.next();
    const operand = this.nested(() => this.#unary());
    return { kind: "unary", op, operand, span: this.spanFrom(token.span.start) };
  }

  /** postfix = primary { "." name [ args ] | "?." … | "[" expr "]" | "?[" expr "]" } */
  #postfix(): Expr {
    let expr = this.#primary();
    for (let length = 0; ; length++) {
      if (length > MAX_CHAIN) throw this.stream.fault("expr-too-deep", `More than ${MAX_CHAIN} accesses in one row.`);
      if (this.stream.isSymbol(".") || this.stream.isSymbol("?.")) expr = this.#member(expr);
      else if (this.stream.isSymbol("[") || this.stream.isSymbol("?[")) expr = this.#indexed(expr);
      else return expr;
    }
  }

  #indexed(object: Expr): Expr {
    const open = this.stream.next();
    const optional = open.kind === "symbol" && open.text === "?[";
    if (this.stream.isSymbol("]")) throw this.stream.fault("malformed-index", "An index is missing between [ and ].");
    const index = this.expr();
    this.stream.expect("]", "to end the index");
    this.#checkIndex(object, index);
    return { kind: "index", object, index, optional, span: this.spanFrom(object.span.start) };
  }

  /** An index that a literal can never have is refused before the script runs; for other objects the run shows it. */
  #checkIndex(object: Expr, index: Expr): void {
    const isMap = object.kind === "map";
    const isList = ["int", "array", "string", "template"].includes(object.kind);
    if (!isMap && !isList) return;
    const isText = index.kind === "string" || index.kind === "template";
    const isNever = ["float", "bool", "unit", "char"].includes(index.kind) || isAndOr(index);
    if (isNever || (isMap && index.kind === "int") || (isList && isText))
      throw this.stream.fault("malformed-index", "Arrays are indexed by integers, maps by strings.", index.span);
  }

  #member(object: Expr): Expr {
    const dot = this.stream.next();
    const optional = dot.kind === "symbol" && dot.text === "?.";
    const token = this.stream.next();
    const nameSpan = token.span;
    if (token.kind !== "name" && token.kind !== "keyword" && token.kind !== "reserved") {
      throw this.stream.fault(
        "property-expected",
        `A property's name is missing behind "${optional ? "?." : "."}".`,
        nameSpan,
      );
    }
    const name = token.text;
    if (this.stream.isSymbol("(")) {
      const isEngines = RESERVED_FUNCTIONS.has(name) && !METHOD_FUNCTIONS.has(name);
      if ((token.kind !== "name" || isEngines) && this.options.strict) throw this.#reservedProperty(token);
      const args = this.#args();
      return { kind: "method", object, name, args, optional, nameSpan, span: this.spanFrom(object.span.start) };
    }
    if (this.options.strict && (token.kind !== "name" || RESERVED_FUNCTIONS.has(name)))
      throw this.#reservedProperty(token);
    if (this.stream.isSymbol("!") && this.stream.second.kind === "symbol" && this.stream.second.text === "(") {
      throw this.stream.fault("malformed-capture", "A method cannot be called with !.");
    }
    return { kind: "prop", object, name, optional, nameSpan, span: this.spanFrom(object.span.start) };
  }

  #reservedProperty(token: Token): Error {
    return this.stream.fault(
      "property-expected",
      `${describe(token)} is a reserved word and no property's name.`,
      token.span,
      'Write ["…"] instead.',
    );
  }

  /** args = "(" [ expr { "," expr } [ "," ] ] ")" */
  #args(): Expr[] {
    this.stream.expect("(", "to begin the arguments");
    const args: Expr[] = [];
    while (!this.stream.isSymbol(")")) {
      args.push(this.expr());
      if (!this.stream.take(",")) break;
    }
    this.stream.expect(")", "to end the arguments");
    return args;
  }

  /** primary = literal | name | call | "(" expr ")" | array | map | closure | control */
  #primary(): Expr {
    const token = this.stream.peek;
    switch (token.kind) {
      case "string":
        this.checkSize(token.value, token.span);
        this.stream.next();
        return token;
      case "int":
      case "float":
      case "char":
        this.stream.next();
        return token;
      case "template":
        return this.template(token);
      case "name":
        return this.#nameOrCall();
      case "keyword":
        return this.#keyword(token);
      case "symbol":
        return this.#bracketed(token);
      case "reserved":
        throw this.stream.fault("reserved", `"${token.text}" is a reserved word.`, token.span);
      case "eof":
        throw this.stream.fault("unexpected-eof", "The script ends where an expression is expected.");
      default:
        return token satisfies never;
    }
  }

  /** name [ "!" ] args | { name "::" } name [ args ] | name */
  #nameOrCall(): Expr {
    const first = this.stream.next() as Extract<Token, { kind: "name" }>;
    const path: string[] = [];
    let { text: name } = first;
    while (this.stream.take("::")) {
      path.push(name);
      name = this.name("a member of a module").name;
    }
    const bang =
      path.length === 0 &&
      this.stream.isSymbol("!") &&
      this.stream.second.kind === "symbol" &&
      this.stream.second.text === "(";
    if (bang) this.stream.next();
    if (this.stream.isSymbol("(")) {
      const args = this.#args();
      return { kind: "call", name, args, bang, path, span: this.spanFrom(first.span.start) };
    }
    if (this.stream.isSymbol("!")) throw this.stream.fault("missing-token", '"(" is missing behind "!".');
    if (path.length > 0) return { kind: "path", path, name, span: this.spanFrom(first.span.start) };
    if (RESERVED_FUNCTIONS.has(name))
      throw this.stream.fault("reserved", `"${name}" is a function of the language and no variable.`, first.span);
    if (name === "_") throw this.stream.fault("reserved", '"_" is no variable.', first.span);
    return { kind: "name", name, span: first.span };
  }

  #keyword(token: Extract<Token, { kind: "keyword" }>): Expr {
    switch (token.text) {
      case "true":
      case "false":
        this.stream.next();
        return { kind: "bool", value: token.text === "true", span: token.span };
      case "this":
        if (!this.insideFunction)
          throw this.stream.fault("bad-input", '"this" only means something in a function.', token.span);
        this.stream.next();
        return { kind: "this", span: token.span };
      case "if":
      case "switch":
      case "while":
      case "loop":
      case "do":
      case "for":
        return this.control(false);
      default:
        throw this.stream.fault("expr-expected", `"${token.text}" cannot begin an expression.`, token.span);
    }
  }

  #bracketed(token: Extract<Token, { kind: "symbol" }>): Expr {
    switch (token.text) {
      case "..":
      case "..=": {
        this.stream.next();
        const left: Expr = { kind: "int", value: 0n, span: token.span };
        const right = this.#right(token.text, (PRECEDENCE.get(token.text) ?? 0) + 1);
        return { kind: "binary", op: token.text, left, right, span: this.spanFrom(token.span.start) };
      }
      case "(": {
        this.stream.next();
        const isUnit =
          this.stream.isSymbol(")") && (!this.options.strict || this.stream.peek.span.start === token.span.end);
        if (isUnit && this.stream.take(")")) return { kind: "unit", span: this.spanFrom(token.span.start) };
        const inner = this.expr();
        this.stream.expect(")", "to close the parenthesis");
        return { ...inner, span: this.spanFrom(token.span.start) };
      }
      case "[":
        return this.array();
      case "#{":
        return this.map();
      case "{": {
        if (!this.options.allowStatementExpression || this.options.expressionOnly)
          throw this.stream.fault("expr-expected", "A block cannot stand in an expression here.", token.span);
        const block = this.block();
        return { kind: "block", block, span: block.span };
      }
      case "|":
      case "||":
        return this.closure();
      default:
        throw this.stream.fault(
          "expr-expected",
          `An expression is expected, but ${describe(token)} stands here.`,
          token.span,
        );
    }
  }
}

function isAndOr(expr: Expr): boolean {
  return expr.kind === "binary" && (expr.op === "&&" || expr.op === "||");
}
