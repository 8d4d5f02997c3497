/** Expressions → JavaScript: literals, names, operators, control flow that yields a value. Calls and places are a layer above. */
import type { Span } from "../../text/index.ts";
import type { Block, Expr, SwitchCase } from "../ast.ts";
import { char, int, RhaiFloat } from "../values.ts";
import { fresh, type Atom } from "./generator-base.ts";
import { OperatorGenerator } from "./operator-generator.ts";
import { namesIn, needsOf, weightOf } from "./names.ts";

export abstract class ExpressionGenerator extends OperatorGenerator {
  abstract statements(block: Block, result: string | undefined): void;
  abstract loop(expr: Extract<Expr, { kind: "while" | "loop" | "do" | "for" }>, result: string | undefined): void;
  abstract place(expr: Extract<Expr, { kind: "prop" | "index" }>): Atom;
  abstract call(expr: Extract<Expr, { kind: "call" }>): Atom;
  abstract method(expr: Extract<Expr, { kind: "method" }>): Atom;

  override expr(expr: Expr): Atom {
    switch (expr.kind) {
      case "unit":
        return fresh("null");
      case "bool":
        return { js: String(expr.value), known: "bool" };
      case "int":
      case "float":
      case "string":
      case "char":
        return this.#literal(expr);
      case "template":
        return this.#template(expr);
      case "array":
        return this.#sized(`new RhaiArray([${this.#items(expr.items)}])`, expr.items, expr);
      case "map":
        return this.#map(expr);
      case "name":
        return this.#name(expr);
      case "path":
        return this.#path(expr);
      case "this":
        return { js: this.thisValue(expr), known: "place" };
      case "unary":
        return this.#unary(expr);
      case "binary":
        return this.#binary(expr);
      case "prop":
      case "index":
        return this.place(expr);
      case "method":
        return this.method(expr);
      case "call":
        return this.call(expr);
      case "closure":
        return this.#closure(expr);
      case "block":
        return this.#valued((result) => this.#block(expr.block, result));
      case "if":
        return this.#valued((result) => this.if(expr, result));
      case "switch":
        return this.#valued((result) => this.switch(expr, result));
      case "while":
      case "loop":
      case "do":
      case "for":
        return this.#valued((result) => this.loop(expr, result));
      default:
        return expr satisfies never;
    }
  }

  #literal(expr: Extract<Expr, { kind: "int" | "float" | "string" | "char" }>): Atom {
    switch (expr.kind) {
      case "int": {
        const value = int(expr.value);
        if (typeof value === "number") return { js: value < 0 ? `(${value})` : String(value), known: "int" };
        return fresh(this.out.constant(`i:${value}`, value));
      }
      case "float":
        return fresh(
          this.out.constant(`f:${Object.is(expr.value, -0) ? "-0" : expr.value}`, new RhaiFloat(expr.value)),
        );
      case "string":
        return fresh(this.text(expr.value));
      case "char":
        return fresh(this.out.constant(`c:${expr.value}`, char(expr.value)));
      default:
        return expr satisfies never;
    }
  }

  /** Runs control flow whose value goes into a temporary. */
  #valued(write: (result: string) => void): Atom {
    const result = this.out.temp("null");
    write(result);
    return fresh(result);
  }

  #items(items: readonly Expr[]): string {
    return items.map((item) => this.own(item)).join(",");
  }

  #map(expr: Extract<Expr, { kind: "map" }>): Atom {
    const entries = this.out.temp("new Map()");
    for (const { key, value } of expr.entries) {
      const owned = this.own(value);
      this.out.line(`${entries}.set(${this.text(key)},${owned});`);
    }
    return this.#sized(
      `new RhaiMap(${entries})`,
      expr.entries.map(({ value }) => value),
      expr,
    );
  }

  /** A literal that takes in containers may be too large as a whole. */
  #sized(made: string, items: readonly Expr[], expr: Expr): Atom {
    const isScalar = (item: Expr): boolean =>
      ["int", "float", "string", "char", "bool", "unit", "template", "binary", "unary"].includes(item.kind);
    return fresh(this.out.temp(items.every(isScalar) ? made : `sizedLiteral(${made},${this.at(expr.span)})`));
  }

  #template(expr: Extract<Expr, { kind: "template" }>): Atom {
    const [first = ""] = expr.parts;
    const text = this.out.temp(typeof first === "string" ? this.text(first) : '""');
    for (const part of expr.parts.slice(typeof first === "string" ? 1 : 0)) {
      if (part === "") continue;
      if (typeof part === "string") {
        this.out.line(`${text}=concat(${text},${this.text(part)},${this.at(expr.span)});`);
        continue;
      }
      const value = this.out.temp("null");
      this.#block(part, value);
      this.out.line(`${text}=concat(${text},${value},${this.at(part.span)});`);
    }
    return fresh(text);
  }

  #name(expr: Extract<Expr, { kind: "name" }>): Atom {
    if (this.scope.find(expr.name) === undefined && this.#isFunction(expr.name)) return this.#functionName(expr.name);
    const variable = this.lookup(expr.name);
    if (variable === undefined) {
      this.#checkStrict(expr);
      return fresh(this.out.temp(`missing(${this.text(expr.name)},${this.at(expr.span)},${this.visible()})`));
    }
    if (!variable.isOuter) return { js: this.read(variable), known: "place" };
    if (this.options.strictVariables) this.#checkStrict(expr);
    this.out.line(
      `if(${this.read(variable)}===undefined)missing(${this.text(expr.name)},${this.at(expr.span)},${this.visible()});`,
    );
    return { js: this.read(variable), known: "place" };
  }

  /** The bare name of a function is a pointer to it, unless an `eval` made it a variable. */
  #functionName(name: string): Atom {
    const pointer = `new RhaiFn(${this.text(name)},[])`;
    const declared = this.scope.stores.map((store) => `${store}.get(${this.text(name)})?.v??`);
    return { js: this.out.temp(declared.join("") + pointer), known: declared.length > 0 ? "place" : "fresh" };
  }

  #isFunction(name: string): boolean {
    for (const { def } of this.functions.values()) if (def.name === name) return true;
    return false;
  }

  /** There are no modules; with strict variables that is found before the script runs. */
  checkModule(path: readonly string[], span: Span): void {
    const [module = ""] = path;
    if (this.options.strictVariables && module !== "global" && !this.modules.has(module))
      this.report("module-undefined", `There is no module "${module}".`, span);
  }

  #checkStrict(expr: Extract<Expr, { kind: "name" }>): void {
    if (this.options.strictVariables && !this.options.knownVariables.includes(expr.name))
      this.report("variable-undefined", `There is no variable "${expr.name}".`, expr.span);
  }

  /** The names that are visible here, for "did you mean". */
  visible(): string {
    const names = this.scope.names();
    return this.out.constant(`names:${names.join(",")}`, names.join("\n"));
  }

  /** `throw value`; in a `catch`, `throw` alone throws again what was caught. */
  throw(value: Expr | undefined, span: Span): void {
    if (value === undefined && this.context.caught !== undefined) this.out.line(`throw ${this.context.caught};`);
    else this.out.line(`raise(${value === undefined ? "null" : this.own(value)},${this.at(span)});`);
  }

  #path(expr: Extract<Expr, { kind: "path" }>): Atom {
    const js = expr.path.length === 1 && expr.path[0] === "global" ? this.globals.get(expr.name) : undefined;
    if (js === undefined) this.checkModule(expr.path, expr.span);
    if (js === undefined)
      return fresh(
        this.out.temp(`missingPath(${this.text([...expr.path, expr.name].join("::"))},${this.at(expr.span)})`),
      );
    this.out.line(`if(${js}===undefined)missing(${this.text(expr.name)},${this.at(expr.span)},"");`);
    return { js, known: "place" };
  }

  thisValue(expr: Expr): string {
    const { thisName } = this.context;
    if (thisName === "null") return this.out.temp(`unbound(${this.at(expr.span)})`);
    this.out.line(`if(${thisName}===null)unbound(${this.at(expr.span)});`);
    return `${thisName}.v`;
  }

  #unary(expr: Extract<Expr, { kind: "unary" }>): Atom {
    const operand = this.expr(expr.operand);
    if (expr.op === "!") {
      if (operand.known === "bool") return { js: this.out.temp(`!${operand.js}`), known: "bool" };
      return { js: this.out.temp(`not(${operand.js},${this.at(expr.span)})`), known: "bool" };
    }
    return fresh(this.out.temp(`${expr.op === "-" ? "neg" : "plus"}(${operand.js},${this.at(expr.span)})`));
  }

  #binary(expr: Extract<Expr, { kind: "binary" }>): Atom {
    switch (expr.op) {
      case "&&":
      case "||":
        return this.#logic(expr);
      case "??":
        return this.#coalesce(expr);
      default: {
        const left = this.operand(expr.left, [expr.right]);
        const right = this.operand(expr.right, []);
        return this.operator(expr.op, left, right, this.at(expr.span));
      }
    }
  }

  #logic(expr: Extract<Expr, { kind: "binary" }>): Atom {
    const left = this.condition(expr.left);
    const result = this.out.temp(left);
    this.out.line(`if(${expr.op === "&&" ? "" : "!"}${result}){`);
    const right = this.condition(expr.right);
    this.out.line(`${result}=${right};}`);
    return { js: result, known: "bool" };
  }

  #coalesce(expr: Extract<Expr, { kind: "binary" }>): Atom {
    const result = this.out.temp(this.own(expr.left));
    this.out.line(`if(${result}===null){`);
    const right = this.own(expr.right);
    this.out.line(`${result}=${right};}`);
    return fresh(result);
  }

  /** An expression that must be a bool. */
  condition(expr: Expr): string {
    const atom = this.expr(expr);
    if (atom.known === "bool") return atom.js;
    return this.out.temp(`(typeof ${atom.js}==="boolean"?${atom.js}:truth(${atom.js},${this.at(expr.span)}))`);
  }

  #block(block: Block, result: string | undefined): void {
    this.out.line("{");
    this.inScope(() => this.statements(block, result));
    this.out.line("}");
  }

  /** A block as a statement or with its value in `result`. */
  block(block: Block, result: string | undefined): void {
    this.#block(block, result);
  }

  if(expr: Extract<Expr, { kind: "if" }>, result: string | undefined): void {
    const condition = this.condition(expr.condition);
    this.out.line(`if(${condition})`);
    this.#block(expr.then, result);
    if (expr.otherwise === undefined) return;
    this.out.line("else");
    this.#block(expr.otherwise, result);
  }

  switch(expr: Extract<Expr, { kind: "switch" }>, result: string | undefined): void {
    const subject = this.borrow(expr.subject);
    const held = this.out.temp(subject);
    const label = this.out.fresh("s");
    this.out.line(`${label}:{`);
    for (const item of expr.cases) this.#case(item, held, result, label);
    if (expr.fallback !== undefined) this.#block(expr.fallback, result);
    this.out.line("}");
  }

  #case({ values, condition, body }: SwitchCase, held: string, result: string | undefined, label: string): void {
    const tests = values.map((value) => {
      const wanted = this.borrow(value);
      return value.kind === "binary" ? `inCase(${held},${wanted})` : `sameCase(${held},${wanted})`;
    });
    this.out.line(`if(${tests.join("||")}){`);
    if (condition !== undefined) this.out.line(`if(${this.condition(condition)}){`);
    this.#block(body, result);
    this.out.line(`break ${label};}${condition === undefined ? "" : "}"}`);
  }

  #closure(expr: Extract<Expr, { kind: "closure" }>): Atom {
    const params = expr.params.map(() => this.out.fresh("p"));
    const name = this.text(`anon$${expr.id.toString(16).padStart(16, "0")}`);
    const selfName = this.out.fresh("z");
    const body = this.out.apart(() =>
      this.functionBody(
        expr.body,
        expr.params.map(({ name: param }) => param),
        params,
        selfName,
        name,
        true,
      ),
    );
    const fn = `function(${[selfName, ...params].join(",")}){${body}}`;
    return fresh(this.out.temp(`new RhaiFn(${name},[],${fn},${params.length}${this.#captured(expr.body)})`));
  }

  /** Strict Rhai refuses a closure as a method of a variable that it shares. */
  #captured(body: Block): string {
    if (!this.options.strict) return "";
    const found = [...namesIn(body)].map((name) => this.scope.find(name));
    return `,[${found.flatMap((variable) => (variable?.isCell === true ? [variable.js] : [])).join(",")}]`;
  }

  /** The code of a function: counts its depth, binds its parameters, runs its statements, returns their value. */
  functionBody(
    block: Block,
    names: readonly string[],
    params: readonly string[],
    thisName: string,
    name: string,
    isClosure: boolean,
  ): void {
    const outerContext = this.context;
    const outerScope = this.scope;
    this.context = {
      needs: needsOf(block, this.options.allowEval),
      isMain: isClosure && outerContext.isMain,
      thisName,
      loops: [],
      isCounted: true,
      caught: undefined,
    };
    this.scope = this.newScope(isClosure ? outerScope : undefined);
    this.out.line(`if(++d>D)overflow(${block.span.start});S[d]=${name};`);
    this.tick(block.span, weightOf(block));
    params.forEach((param, index) => this.declare(names[index]!, param, false));
    const result = this.out.temp("null");
    this.statements(block, result);
    this.out.line(`d--;return ${result};`);
    this.context = outerContext;
    this.scope = outerScope;
  }
}
