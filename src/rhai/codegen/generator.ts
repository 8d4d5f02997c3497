/**
 * A parsed script → JavaScript source: statements, loops, functions and the frame around them. The source is a factory
 * `($, k) => () => value`: `$` are the runtime's functions, `k` the constants; calling the factory makes one run.
 *
 * In the generated code `n` counts operations, `d` the depth of calls, `S` the names of the functions on the way; `N`
 * and `D` are their bounds. A fault leaves `d` where it happened, so the catcher knows which functions it came through.
 */
import type { Block, Expr, Statement } from "../ast.ts";
import { CallGenerator } from "./call-generator.ts";
import type { LoopContext } from "./generator-base.ts";
import { needsOf, weightOf } from "./names.ts";

import { Scope } from "./scope.ts";

export class Generator extends CallGenerator {
  /** Generates the whole script. */
  script(body: Block): string {
    this.#declareGlobals(body);
    const functions = [...this.functions.values()].map(({ def, js }) => {
      const params = def.params.map(() => this.out.fresh("p"));
      const self = this.out.fresh("z");
      const names = def.params.map(({ name }) => name);
      const code = this.out.apart(() => this.functionBody(def.body, names, params, self, this.text(def.name), false));
      return `const ${js}=function(${[self, ...params].join(",")}){${code}};`;
    });
    const main = this.out.apart(() => this.#main(body));
    const table = [...this.functions].map(([key, { js }]) => `[${this.text(key)},${js}]`);
    const outer = [...this.outer.values()].map(({ name, js }) => `const ${js}=outer(${this.text(name)});`);
    const reset = [...this.globals.values()].map((js) => `${js}=undefined;`);
    return [
      `const {${HELPERS.join(",")}}=$;`,
      ...this.out.constants.map((_, at) => `const k${at}=k[${at}];`),
      ...this.sites.map((_, at) => `const q${at}=$.sites[${at}];`),
      `const N=$.tickEvery,D=$.maxDepth,S=$.stack;let n=0,d=0;`,
      ...[...this.globals.values()].map((js) => `let ${js};`),
      ...functions,
      `$.begin(new Map([${table.join(",")}]),()=>d,()=>n,(x)=>{n=x;},()=>{${reset.join("")}});`,
      `return function(){d=0;`,
      ...reset,
      ...outer,
      `${main}};`,
    ].join("\n");
  }

  #declareGlobals(body: Block): void {
    for (const statement of body.statements) {
      if (statement.kind === "let" && statement.isConst) this.globals.set(statement.name, this.out.fresh("c"));
    }
  }

  #main(body: Block): void {
    this.context = {
      needs: needsOf(body, this.options.allowEval),
      isMain: true,
      thisName: "null",
      loops: [],
      isCounted: false,
      caught: undefined,
    };
    this.scope = this.newScope();
    this.root = this.scope;
    const result = this.out.temp("null");
    this.tick(body.span, weightOf(body));
    this.out.line("main:{");
    this.statements(body, result);
    const variables = this.scope
      .own()
      .map((variable) => `[${this.text(variable.name)},${this.read(variable)},${variable.isConst}]`);
    this.out.line(`keep([${variables.join(",")}]${this.root.store === "" ? "" : `,${this.root.store}`});}`);
    this.out.line(`return ${result};`);
  }

  override statements(block: Block, result: string | undefined): void {
    block.statements.forEach((statement, at) => {
      const isLast = at === block.statements.length - 1;
      this.#statement(statement, isLast && block.hasValue ? result : undefined);
    });
  }

  #statement(statement: Statement, result: string | undefined): void {
    switch (statement.kind) {
      case "let":
        return this.#let(statement);
      case "assign":
        return this.assign(statement.op, statement.target, statement.value, statement.span);
      case "expr":
        return this.#exprStatement(statement.expr, result);
      case "break":
        return this.#break(statement);
      case "continue":
        this.out.line(`continue ${this.context.loops.at(-1)!.label};`);
        return;
      case "return":
        return this.#return(statement);
      case "throw":
        this.throw(statement.value, statement.span);
        return;
      case "try":
        return this.#try(statement, result);
      case "fn":
        return;
      case "import":
        this.out.line(`noImport(${this.borrow(statement.path)},${this.at(statement.span)});`);
        return;
      case "export":
        if (this.scope.find(statement.name) === undefined)
          this.out.line(`missing(${this.text(statement.name)},${this.at(statement.span)},"");`);
        return;
      default:
        statement satisfies never;
    }
  }

  #let(statement: Extract<Statement, { kind: "let" }>): void {
    const value = statement.value === undefined ? "null" : this.own(statement.value);
    const isKnown =
      this.scope.find(statement.name) !== undefined || this.options.knownVariables.includes(statement.name);
    if (!this.options.allowShadowing && isKnown) {
      this.report("variable-exists", `There is already a variable "${statement.name}".`, statement.nameSpan);
    }
    const variable = this.declare(statement.name, value, statement.isConst);
    const global = this.globals.get(statement.name);
    if (statement.isConst && global !== undefined && this.scope === this.root)
      this.out.line(`${global}=copyOf(${this.read(variable)});`);
    if (this.options.maxVariables > 0 && this.scope.names().length > this.options.maxVariables)
      this.out.line(`tooManyVariables(${this.at(statement.span)});`);
  }

  #exprStatement(expr: Expr, result: string | undefined): void {
    switch (expr.kind) {
      case "if":
        return this.if(expr, result);
      case "switch":
        return this.switch(expr, result);
      case "block":
        return this.block(expr.block, result);
      case "while":
      case "loop":
      case "do":
      case "for":
        return this.loop(expr, result);
      default:
        if (result === undefined) this.borrow(expr);
        else this.out.line(`${result}=${this.own(expr)};`);
    }
  }

  #break(statement: Extract<Statement, { kind: "break" }>): void {
    const loop = this.context.loops.at(-1)!;
    const value = statement.value === undefined ? undefined : this.own(statement.value);
    if (loop.result !== undefined && value !== undefined) this.out.line(`${loop.result}=${value};`);
    this.out.line(`break ${loop.label};`);
  }

  #return(statement: Extract<Statement, { kind: "return" }>): void {
    const value = statement.value === undefined ? "null" : this.own(statement.value);
    this.out.line(this.context.isCounted ? `{d--;return ${value};}` : `return ${value};`);
  }

  /** The value is that of what was tried, when nothing is thrown; a handler has none. */
  #try(statement: Extract<Statement, { kind: "try" }>, result: string | undefined): void {
    const depth = this.out.temp("d");
    this.out.line("try");
    this.block(statement.body, result);
    const caught = this.out.fresh("e");
    this.out.line(`catch(${caught}){`);
    this.out.line(`${caught}=catchable(${caught},${depth});d=${depth};`);
    const outer = this.context.caught;
    this.context.caught = caught;
    this.inScope(() => {
      if (statement.variable !== undefined) this.declare(statement.variable.name, `caught(${caught})`, false);
      this.block(statement.handler, undefined);
    });
    this.context.caught = outer;
    this.out.line("}");
  }

  override loop(expr: Extract<Expr, { kind: "while" | "loop" | "do" | "for" }>, result: string | undefined): void {
    const loop: LoopContext = { label: this.out.fresh("l"), result };
    if (expr.kind === "for") this.#for(expr, loop);
    else this.#endless(expr, loop);
  }

  /** Only a jump of the body concerns the loop: one in its head, as in `while (x ?? break) {…}`, that around it. */
  #loopBody(body: Block, loop: LoopContext): void {
    this.context.loops.push(loop);
    this.block(body, undefined);
    this.context.loops.pop();
  }

  #endless(expr: Extract<Expr, { kind: "while" | "loop" | "do" }>, loop: LoopContext): void {
    const { label } = loop;
    this.out.line(`${label}:while(true){`);
    this.tick(expr.span, weightOf(expr.body));
    if (expr.kind === "while") this.out.line(`if(!${this.condition(expr.condition)})break ${label};`);
    this.#loopBody(expr.body, loop);
    if (expr.kind === "do")
      this.out.line(`if(${expr.until ? "" : "!"}${this.condition(expr.condition)})break ${label};`);
    this.out.line("}");
  }

  #for(expr: Extract<Expr, { kind: "for" }>, loop: LoopContext): void {
    const { iterable } = expr;
    if (iterable.kind === "binary" && (iterable.op === ".." || iterable.op === "..="))
      return this.#forRange(expr, loop);
    const items = this.out.temp(`iterate(${this.borrow(iterable)},${this.at(iterable.span)})`);
    const item = this.out.fresh("x");
    const counter = this.out.temp("-1");
    const variables = this.#forVariables(expr);
    this.out.line(`${loop.label}:for(const ${item} of ${items}){${counter}++;`);
    this.#forBody(expr, variables, `copyOf(${item})`, counter, loop);
  }

  /**
   * Over a range: a plain counting loop. Where a bound is an integer beyond 2^53, it counts from 0 or to where nothing
   * gets, and `base` is what is added to each number.
   */
  #forRange(expr: Extract<Expr, { kind: "for" }>, loop: LoopContext): void {
    const iterable = expr.iterable as Extract<Expr, { kind: "binary" }>;
    const from = this.out.temp(this.steady(iterable.left, [iterable.right]));
    const to = this.out.temp(this.borrow(iterable.right));
    const base = this.out.temp("null");
    const wide = `[${from},${to},${base}]=wideRange(${from},${to},${this.at(iterable.span)});`;
    this.out.line(`if(typeof ${from}!=="number"||typeof ${to}!=="number")${wide}`);
    const item = this.out.fresh("x");
    const counter = this.out.temp("-1");
    const variables = this.#forVariables(expr);
    this.out.line(
      `${loop.label}:for(let ${item}=${from};${item}${iterable.op === ".." ? "<" : "<="}${to};${item}++){${counter}++;`,
    );
    const value = `${base}===null?${item}:add(${base},${item},${this.at(iterable.span)})`;
    this.#forBody(expr, variables, value, counter, loop);
  }

  /** A loop has one variable, which all turns share: a closure sees the value of the last one. */
  #forVariables(expr: Extract<Expr, { kind: "for" }>): Scope {
    const outer = this.scope;
    this.scope = new Scope(outer);
    this.declare(expr.variable.name, "null", false);
    if (expr.counter !== undefined) this.declare(expr.counter.name, "null", false);
    const variables = this.scope;
    this.scope = outer;
    return variables;
  }

  #forBody(
    expr: Extract<Expr, { kind: "for" }>,
    variables: Scope,
    item: string,
    counter: string,
    loop: LoopContext,
  ): void {
    this.tick(expr.span, weightOf(expr.body));
    const outer = this.scope;
    this.scope = variables;
    this.out.line(`${this.read(variables.find(expr.variable.name)!)}=${item};`);
    if (expr.counter !== undefined) this.out.line(`${this.read(variables.find(expr.counter.name)!)}=${counter};`);
    this.#loopBody(expr.body, loop);
    this.scope = outer;
    this.out.line("}");
  }
}

/** What generated code calls; all of it is in the runtime. */
export const HELPERS = [
  "RhaiArray",
  "RhaiMap",
  "RhaiFn",
  "RhaiFloat",
  "copyOf",
  "add",
  "addTo",
  "sub",
  "mul",
  "div",
  "mod",
  "pow",
  "shl",
  "shr",
  "band",
  "bor",
  "bxor",
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "isIn",
  "range",
  "neg",
  "plus",
  "not",
  "truth",
  "concat",
  "prop",
  "propMut",
  "setProp",
  "index",
  "indexMut",
  "setIndex",
  "call",
  "callSite",
  "methodSite",
  "callRef",
  "method",
  "missing",
  "missingPath",
  "noModule",
  "noImport",
  "unbound",
  "isDefVar",
  "namesFunction",
  "evaluate",
  "writable",
  "isConstant",
  "raise",
  "caught",
  "catchable",
  "constantPlace",
  "race",
  "sizedLiteral",
  "iterate",
  "wideRange",
  "inCase",
  "sameCase",
  "tick",
  "overflow",
  "outer",
  "keep",
  "tooManyVariables",
] as const;
