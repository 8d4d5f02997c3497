/**
 * Tokens → syntax tree: statements, blocks, functions. Each grammar production stands above its method. A fault ends
 * its statement only; parsing goes on behind it, so that one script shows as many of its faults as it can.
 */
import type { Diagnostic, Source, Span } from "../text/index.ts";
import type { AssignOp, Block, Expr, FnDef, Param, Program, Statement } from "./ast.ts";
import { ControlParser } from "./control-parser.ts";
import { lex } from "./lexer.ts";
import { ASSIGN_OPS } from "./operators.ts";
import { resolveOptions, type RhaiOptions } from "./options.ts";
import { describe, SyntaxFault, TokenStream } from "./token-stream.ts";
import { RESERVED_FUNCTIONS } from "./tokens.ts";

const MAX_FAULTS = 20;

/** Short names of types, as `fn int.double()` may use them. */
const TYPE_ALIASES: Readonly<Record<string, string>> = { int: "i64", float: "f64" };

/** Parses a script. The tree is only meant to be run when there are no diagnostics. */
export function parse(
  source: Source,
  options: Partial<RhaiOptions> = {},
): { program: Program; diagnostics: readonly Diagnostic[] } {
  const resolved = resolveOptions(options);
  if (source.text.length > resolved.maxScriptChars) return tooLong(source, resolved.maxScriptChars);
  const { tokens, diagnostics } = lex(source, {
    disabledSymbols: new Set(resolved.disabledSymbols),
    plainNames: resolved.strict,
  });
  const stream = new TokenStream(source, tokens);
  const parser = new Parser(stream, resolved);
  const program = resolved.expressionOnly ? parser.expressionProgram() : parser.program();
  // A fault of the lexer usually makes one of the parser too: then the lexer's is the one that explains it.
  const all = diagnostics.length > 0 ? diagnostics : stream.diagnostics;
  return { program, diagnostics: all.slice(0, MAX_FAULTS) };
}

function tooLong(source: Source, maxChars: number): { program: Program; diagnostics: Diagnostic[] } {
  const span = { start: 0, end: 0 };
  const message = `The script is longer than ${maxChars} characters.`;
  const program = { body: { statements: [], hasValue: false, span }, functions: [] };
  return { program, diagnostics: [{ level: "error", code: "script-too-long", message, source, span }] };
}

interface Ended {
  readonly statement: Statement;
  /** Whether it ends by itself, like a block: then no semicolon is needed. */
  readonly selfEnded: boolean;
}

export class Parser extends ControlParser {
  readonly #functions: FnDef[] = [];
  #isGlobal = true;

  /** program = { statement } */
  program(): Program {
    const start = this.stream.peek.span.start;
    const body = this.#statements(start, () => this.stream.isAtEnd);
    if (!this.stream.isAtEnd)
      this.stream.report(
        this.stream.fault("unexpected-token", `${describe(this.stream.peek)} stands here without a beginning.`),
      );
    return { body, functions: this.#functions };
  }

  expressionProgram(): Program {
    const span = { start: 0, end: this.stream.source.text.length };
    try {
      const expr = this.expr();
      if (!this.stream.isAtEnd)
        throw this.stream.fault(
          "unexpected-token",
          `Only one expression may stand here, but ${describe(this.stream.peek)} follows.`,
        );
      return { body: { statements: [{ kind: "expr", expr, span: expr.span }], hasValue: true, span }, functions: [] };
    } catch (fault) {
      if (!(fault instanceof SyntaxFault)) throw fault;
      this.stream.report(fault);
      return { body: { statements: [], hasValue: false, span }, functions: [] };
    }
  }

  /** block = "{" { statement } "}" */
  protected override block(): Block {
    const open = this.stream.expect("{", "to begin a block");
    return this.nested(() => {
      const outer = this.#isGlobal;
      this.#isGlobal = false;
      const block = this.#statements(open.span.start, () => this.stream.isSymbol("}"));
      this.#isGlobal = outer;
      if (this.options.expressionOnly && block.statements.length !== 1)
        throw this.stream.fault("expr-expected", "Exactly one expression must stand here.");
      this.stream.expect("}", "to end the block");
      return { ...block, span: { start: open.span.start, end: this.stream.lastEnd } };
    });
  }

  /** The statements of a template's `${…}`. */
  protected override templateBlock(): Block {
    const outer = this.#isGlobal;
    this.#isGlobal = false;
    const block = this.#statements(this.stream.peek.span.start, () => this.stream.isAtEnd);
    this.#isGlobal = outer;
    return block;
  }

  #statements(start: number, isEnd: () => boolean): Block {
    const statements: Statement[] = [];
    let hasValue = false;
    while (!isEnd() && !this.stream.isAtEnd && this.stream.diagnostics.length < MAX_FAULTS) {
      if (this.stream.take(";")) continue;
      if (this.stream.isSymbol("}")) break;
      try {
        const { statement, selfEnded } = this.#statement();
        if (this.options.expressionOnly && statement.kind !== "expr")
          throw this.stream.fault("bad-input", "Only expressions may stand here.", statement.span);
        statements.push(statement);
        this.stream.take(";");
        // A semicolon does not take the value away: `fn f() { 42; }` gives 42.
        hasValue = statement.kind === "expr" || statement.kind === "try";
        if (
          !selfEnded &&
          !isEnd() &&
          !this.stream.isAtEnd &&
          this.stream.peek.span.start !== 0 &&
          !this.#tookSemicolon()
        ) {
          throw this.stream.fault(
            "missing-token",
            `";" is missing to end the statement, but ${describe(this.stream.peek)} stands here.`,
            {
              start: this.stream.lastEnd,
              end: this.stream.lastEnd + 1,
            },
          );
        }
      } catch (fault) {
        if (!(fault instanceof SyntaxFault)) throw fault;
        this.stream.report(fault);
        this.stream.recover();
      }
    }
    return { statements, hasValue, span: { start, end: this.stream.lastEnd } };
  }

  #tookSemicolon(): boolean {
    return this.stream.source.text[this.stream.lastEnd - 1] === ";";
  }

  /** statement = let | fn | loop | if | switch | block | try | break | return | throw | import | export | assignment */
  #statement(): Ended {
    const token = this.stream.peek;
    if (token.kind === "symbol" && token.text === "{")
      return this.#exprStatement(() => ({ kind: "block", block: this.block(), span: this.spanFrom(token.span.start) }));
    if (token.kind !== "keyword") return this.#assignment();
    switch (token.text) {
      case "let":
      case "const":
        return { statement: this.#let(false), selfEnded: false };
      case "if":
      case "switch":
      case "while":
      case "loop":
      case "do":
      case "for":
        return this.#exprStatement(() => this.control(true));
      case "fn":
      case "private":
        return { statement: this.#fn(), selfEnded: true };
      case "try":
        return { statement: this.#try(), selfEnded: true };
      case "break":
      case "continue":
      case "return":
      case "throw":
        return { statement: this.#jump(token.text), selfEnded: false };
      case "import":
        return { statement: this.#import(), selfEnded: false };
      case "export":
        return { statement: this.#export(), selfEnded: false };
      default:
        return this.#assignment();
    }
  }

  /** A `do` loop ends with its condition and needs a semicolon; the others end with a block. */
  #exprStatement(read: () => Expr): Ended {
    const expr = read();
    return { statement: { kind: "expr", expr, span: expr.span }, selfEnded: expr.kind !== "do" };
  }

  /** let = ("let" | "const") name [ "=" expr ] */
  #let(isExport: boolean): Statement {
    const start = this.stream.next();
    const name = this.name("a variable");
    if (!this.stream.take("="))
      return {
        kind: "let",
        name: name.name,
        nameSpan: name.span,
        isConst: isConst(start.span, this.stream),
        isExport,
        span: this.spanFrom(start.span.start),
      };
    const value = this.expr();
    return {
      kind: "let",
      name: name.name,
      nameSpan: name.span,
      isConst: isConst(start.span, this.stream),
      value,
      isExport,
      span: this.spanFrom(start.span.start),
    };
  }

  /** assignment = expr [ assign-op expr ] */
  #assignment(): Ended {
    const target = this.expr();
    const operator = this.stream.peek;
    if (operator.kind !== "symbol" || !ASSIGN_OPS.has(operator.text)) {
      return { statement: { kind: "expr", expr: target, span: target.span }, selfEnded: false };
    }
    this.#checkTarget(target, operator.span);
    this.stream.next();
    const value = this.expr();
    const span = { start: target.span.start, end: value.span.end };
    return { statement: { kind: "assign", op: operator.text as AssignOp, target, value, span }, selfEnded: false };
  }

  /** Only a variable, or a property or element of something, can be assigned to. */
  #checkTarget(target: Expr, span: Span): void {
    if (target.kind === "name" || target.kind === "this") return;
    let root: Expr = target;
    while (root.kind === "prop" || root.kind === "index") root = root.object;
    if (root !== target && (root.kind === "name" || root.kind === "this" || root.kind === "path")) return;
    throw this.stream.fault(
      "assignment-to-invalid-lhs",
      "Only a variable, a property or an element can be assigned to.",
      span,
    );
  }

  /** The statement behind a closure's parameters or a switch's arrow. */
  protected override bodyStatement(): { block: Block; selfEnded: boolean } {
    const start = this.stream.peek.span.start;
    if (this.stream.isSymbol("{")) {
      if (this.options.expressionOnly)
        throw this.stream.fault("expr-expected", "A block cannot stand in an expression here.");
      return { block: this.block(), selfEnded: true };
    }
    const { statement, selfEnded } = this.nested(() => this.#statement());
    return {
      block: {
        statements: [statement],
        hasValue: statement.kind === "expr" || statement.kind === "try",
        span: this.spanFrom(start),
      },
      selfEnded,
    };
  }

  protected override jumpExpr(): Expr {
    const token = this.stream.peek;
    if (token.kind !== "keyword") throw this.stream.fault("expr-expected", "A value is expected.");
    const statement = this.#jump(token.text as "break" | "continue" | "return" | "throw");
    return {
      kind: "block",
      block: { statements: [statement], hasValue: false, span: statement.span },
      span: statement.span,
    };
  }

  /** fn = [ "private" ] "fn" [ type "." ] name "(" [ params ] ")" block */
  #fn(): Statement {
    const start = this.stream.peek.span.start;
    const isPrivate = this.stream.takeKeyword("private");
    this.stream.expectKeyword("fn", 'after "private"');
    if (!this.#isGlobal)
      throw this.stream.fault(
        "wrong-fn-definition",
        "Functions are defined at the top of a script, not inside blocks.",
      );
    const { thisType, name } = this.#fnName();
    this.stream.expect("(", "to begin the parameters");
    const params = this.params(")");
    this.stream.expect(")", "to end the parameters");
    if (!this.stream.isSymbol("{")) throw this.stream.fault("fn-missing-body", `The function "${name}" has no body.`);
    const body = this.inFunction(() => this.block());
    const fn: FnDef = {
      name,
      params,
      body,
      isPrivate,
      span: this.spanFrom(start),
      ...(thisType !== undefined && { thisType }),
    };
    this.#addFunction(fn);
    return { kind: "fn", fn, span: fn.span };
  }

  #fnName(): { thisType?: string; name: string } {
    const first = this.stream.next();
    const isType =
      first.kind === "string" || first.kind === "name" || first.kind === "keyword" || first.kind === "reserved";
    if (isType && this.stream.take("."))
      return {
        thisType:
          TYPE_ALIASES[first.kind === "string" ? first.value : first.text] ??
          (first.kind === "string" ? first.value : first.text),
        name: this.name("a function").name,
      };
    if (first.kind === "name" && RESERVED_FUNCTIONS.has(first.text)) {
      throw this.stream.fault(
        "reserved",
        `"${first.text}" belongs to the language; a function cannot have that name.`,
        first.span,
      );
    }
    if (first.kind === "name") return { name: first.text };
    if (first.kind === "keyword" || first.kind === "reserved")
      throw this.stream.fault(
        "reserved",
        `"${first.text}" is a reserved word; a function cannot have that name.`,
        first.span,
      );
    throw this.stream.fault("fn-missing-name", "The function has no name.", first.span);
  }

  #addFunction(fn: FnDef): void {
    const twin = this.#functions.find(
      (other) => other.name === fn.name && other.params.length === fn.params.length && other.thisType === fn.thisType,
    );
    if (twin !== undefined)
      throw this.stream.fault(
        "fn-duplicated-definition",
        `There is already a function "${fn.name}" with ${fn.params.length} parameter(s).`,
        fn.span,
      );
    this.#functions.push(fn);
    if (this.options.maxFunctions > 0 && this.#functions.length > this.options.maxFunctions) {
      throw this.stream.fault(
        "too-many-functions",
        `The script defines more than ${this.options.maxFunctions} functions.`,
        fn.span,
      );
    }
  }

  /** try = "try" block "catch" [ "(" name ")" ] block */
  #try(): Statement {
    const start = this.stream.next().span.start;
    const body = this.block();
    this.stream.expectKeyword("catch", "after a try block");
    let variable: Param | undefined;
    if (this.stream.take("(")) {
      variable = this.name("the caught error");
      this.stream.expect(")", "after the name of the caught error");
    }
    const handler = this.block();
    return { kind: "try", body, handler, span: this.spanFrom(start), ...(variable !== undefined && { variable }) };
  }

  /** jump = "break" [ expr ] | "continue" | "return" [ expr ] | "throw" [ expr ] */
  #jump(kind: "break" | "continue" | "return" | "throw"): Statement {
    const start = this.stream.next().span;
    if ((kind === "break" || kind === "continue") && !this.isInLoop) {
      throw this.stream.fault("loop-break", `"${kind}" only makes sense inside a loop.`, start);
    }
    if (kind === "continue") return { kind, span: start };
    const value = this.#endsHere() ? undefined : this.expr();
    return { kind, span: this.spanFrom(start.start), ...(value !== undefined && { value }) };
  }

  #endsHere(): boolean {
    const token = this.stream.peek;
    return token.kind === "eof" || (token.kind === "symbol" && [";", "}", ",", ")"].includes(token.text));
  }

  /** import = "import" expr [ "as" name ] */
  #import(): Statement {
    const start = this.stream.next().span.start;
    const path = this.expr();
    const alias = this.stream.takeKeyword("as") ? this.name("a module") : undefined;
    return { kind: "import", path, span: this.spanFrom(start), ...(alias !== undefined && { alias }) };
  }

  /** export = "export" ( let | name [ "as" name ] ) */
  #export(): Statement {
    const start = this.stream.next().span.start;
    if (!this.#isGlobal) throw this.stream.fault("wrong-export", "Only the top of a script can export.");
    if (this.stream.isKeyword("let") || this.stream.isKeyword("const")) return this.#let(true);
    const { name } = this.name("a variable");
    const alias = this.stream.takeKeyword("as") ? this.name("an alias").name : undefined;
    return { kind: "export", name, span: this.spanFrom(start), ...(alias !== undefined && { alias }) };
  }
}

function isConst(span: Span, stream: TokenStream): boolean {
  return stream.source.text.slice(span.start, span.end) === "const";
}
