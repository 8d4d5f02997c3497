/** Tokens → syntax tree: statements that begin with a word of the language: declarations, functions, jumps, `try`. */
import type { Span } from "../text/index.ts";
import type { FnDef, Param, Statement } from "./ast.ts";
import { ControlParser } from "./control-parser.ts";
import type { TokenStream } from "./token-stream.ts";
import { RESERVED_FUNCTIONS } from "./tokens.ts";

/** Short names of types, as `fn int.double()` may use them. */
const TYPE_ALIASES: ReadonlyMap<string, string> = new Map([
  ["int", "i64"],
  ["float", "f64"],
]);

export abstract class StatementParser extends ControlParser {
  protected readonly functions: FnDef[] = [];
  /** Whether what is read stands at the top of the script. */
  protected isGlobal = true;

  /** let = ("let" | "const") name [ "=" expr ] */
  protected letStatement(isExport: boolean): Statement {
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

  /** fn = [ "private" ] "fn" [ type "." ] name "(" [ params ] ")" block */
  protected fnStatement(): Statement {
    const start = this.stream.peek.span.start;
    const isPrivate = this.stream.takeKeyword("private");
    this.stream.expectKeyword("fn", 'after "private"');
    if (!this.isGlobal)
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
    if (isType && this.stream.take(".")) {
      const type = first.kind === "string" ? first.value : first.text;
      return { thisType: TYPE_ALIASES.get(type) ?? type, name: this.name("a function").name };
    }
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
    const twin = this.functions.find(
      (other) => other.name === fn.name && other.params.length === fn.params.length && other.thisType === fn.thisType,
    );
    if (twin !== undefined)
      throw this.stream.fault(
        "fn-duplicated-definition",
        `There is already a function "${fn.name}" with ${fn.params.length} parameter(s).`,
        fn.span,
      );
    this.functions.push(fn);
    if (this.options.maxFunctions > 0 && this.functions.length > this.options.maxFunctions) {
      throw this.stream.fault(
        "too-many-functions",
        `The script defines more than ${this.options.maxFunctions} functions.`,
        fn.span,
      );
    }
  }

  /** try = "try" block "catch" [ "(" name ")" ] block */
  protected tryStatement(): Statement {
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
  protected jump(kind: "break" | "continue" | "return" | "throw"): Statement {
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
  protected importStatement(): Statement {
    const start = this.stream.next().span.start;
    const path = this.expr();
    const alias = this.stream.takeKeyword("as") ? this.name("a module") : undefined;
    return { kind: "import", path, span: this.spanFrom(start), ...(alias !== undefined && { alias }) };
  }

  /** export = "export" ( let | name [ "as" name ] ) */
  protected exportStatement(): Statement {
    const start = this.stream.next().span.start;
    if (!this.isGlobal) throw this.stream.fault("wrong-export", "Only the top of a script can export.");
    if (this.stream.isKeyword("let") || this.stream.isKeyword("const")) return this.letStatement(true);
    const { name } = this.name("a variable");
    const alias = this.stream.takeKeyword("as") ? this.name("an alias").name : undefined;
    return { kind: "export", name, span: this.spanFrom(start), ...(alias !== undefined && { alias }) };
  }
}

function isConst(span: Span, stream: TokenStream): boolean {
  return stream.source.text.slice(span.start, span.end) === "const";
}
