/**
 * Places and calls: what can be read, changed and written back. A place is a root (a variable or `this`) and steps
 * into it. Containers on the way are changed where they are; a text or an integer on the way is replaced, so the new
 * one is written back step by step to the root.
 */
import type { Span } from "../../text/index.ts";
import type { Expr, FnDef } from "../ast.ts";
import { ExpressionGenerator } from "./expression-generator.ts";
import { fnKey, type Atom } from "./generator-base.ts";
import { capturedNames } from "./names.ts";
import { Scope, type Variable } from "./scope.ts";

type Step =
  | { readonly kind: "prop"; readonly name: string; readonly at: string; readonly optional: boolean }
  | { readonly kind: "index"; readonly index: string; readonly at: string; readonly optional: boolean };

interface Place {
  /** How the root is read; undefined when it belongs to nobody (`f().x = 1` changes nothing that is kept). */
  readonly root: string;
  readonly variable: Variable | undefined;
  readonly canWrite: boolean;
  readonly steps: readonly Step[];
}

export abstract class PlaceGenerator extends ExpressionGenerator {
  override place(expr: Extract<Expr, { kind: "prop" | "index" }>): Atom {
    if (this.#opensChain(expr)) return this.#chain(expr);
    const object = expr.kind === "index" ? this.steady(expr.object, [expr.index]) : this.borrow(expr.object);
    if (expr.optional) this.out.line(`if(${object}===null)break ${this.#chainLabel};`);
    return { js: this.#get(object, expr), known: "place" };
  }

  /** The label behind the chain that is being generated: where `?.` goes when there is nothing. */
  #chainLabel = "";

  /** A chain of accesses with a `?.` somewhere, seen from its last link. */
  #opensChain(expr: Expr): boolean {
    if (this.#chainLabel !== "") return false;
    for (let link = expr; link.kind === "prop" || link.kind === "index" || link.kind === "method"; link = link.object) {
      if (link.optional) return true;
    }
    return false;
  }

  /** When something before a `?.` is missing, the whole chain is `()`. */
  #chain(expr: Extract<Expr, { kind: "prop" | "index" | "method" }>): Atom {
    const result = this.out.temp("null");
    this.#chainLabel = this.out.fresh("o");
    this.out.line(`${this.#chainLabel}:{`);
    const { js } = expr.kind === "method" ? this.method(expr) : this.place(expr);
    this.out.line(`${result}=${js};}`);
    this.#chainLabel = "";
    return { js: result, known: "place" };
  }

  /** Arguments and indices are chains of their own. */
  #apart<R>(write: () => R): R {
    const outer = this.#chainLabel;
    this.#chainLabel = "";
    const result = write();
    this.#chainLabel = outer;
    return result;
  }

  #get(object: string, expr: Extract<Expr, { kind: "prop" | "index" }>): string {
    if (expr.kind === "prop") return this.out.temp(`prop(${object},${this.text(expr.name)},${this.at(expr.nameSpan)})`);
    const index = this.#apart(() => this.borrow(expr.index));
    const found = this.out.fresh("t");
    // An element that is there needs no more than this; everything else (negative indices, texts, faults) takes the long way.
    // In parentheses, as the object may be a literal: `5.items` is no JavaScript.
    this.out.line(
      `let ${found};if(!(${object} instanceof RhaiArray&&typeof ${index}==="number"&&(${found}=(${object}).items[${index}])!==undefined))${found}=index(${object},${index},${this.at(expr.index.span)});`,
    );
    return found;
  }

  /** Evaluates the indices of a place, from the root on. */
  placeOf(expr: Expr): Place {
    const steps: Step[] = [];
    const chain: Expr[] = [];
    let root: Expr = expr;
    while (root.kind === "prop" || root.kind === "index") {
      chain.unshift(root);
      root = root.object;
    }
    const variable = root.kind === "name" ? this.variableFor(root) : undefined;
    const rootJs = root.kind === "name" || root.kind === "this" ? this.borrow(root) : this.own(root);
    for (const link of chain) {
      if (link.kind === "prop")
        steps.push({ kind: "prop", name: this.text(link.name), at: this.at(link.nameSpan), optional: link.optional });
      if (link.kind === "index")
        steps.push({
          kind: "index",
          index: this.out.temp(this.#apart(() => this.borrow(link.index))),
          at: this.at(link.index.span),
          optional: link.optional,
        });
    }
    return { root: rootJs, variable, canWrite: variable !== undefined || root.kind === "this", steps };
  }

  variableFor(expr: Extract<Expr, { kind: "name" }>): Variable | undefined {
    return this.scope.find(expr.name) ?? this.outerVariable(expr.name);
  }

  /** Walks to the container of the last step; gives the names of all containers on the way. */
  #containers({ root, steps }: Place): string[] {
    const containers = [root];
    steps.forEach((step, at) => {
      if (step.optional) this.out.line(`if(${containers.at(-1)!}===null)break ${this.#chainLabel};`);
      if (at < steps.length - 1) containers.push(this.#mutable(containers.at(-1)!, step));
    });
    return containers;
  }

  #mutable(container: string, step: Step): string {
    if (step.kind === "prop") return this.out.temp(`propMut(${container},${step.name},${step.at})`);
    return this.out.temp(`indexMut(${container},${step.index},${step.at})`);
  }

  /** Reads a place in order to change what is there. */
  readMutable(place: Place): { value: string; containers: string[] } {
    const containers = this.#containers(place);
    const last = place.steps.at(-1);
    return { value: last === undefined ? place.root : this.#mutable(containers.at(-1)!, last), containers };
  }

  /** Puts a new value into a place and, where containers on the way are no containers, writes back up to the root. */
  writeBack(place: Place, containers: readonly string[], value: string): void {
    let current = value;
    for (let at = place.steps.length - 1; at >= 0; at--) {
      const step = place.steps[at]!;
      const container = containers[at]!;
      const call =
        step.kind === "prop"
          ? `setProp(${container},${step.name},${current},${step.at})`
          : `setIndex(${container},${step.index},${current},${step.at})`;
      current = this.out.temp(call);
    }
    if (place.canWrite && (place.steps.length === 0 || current !== place.root))
      this.out.line(`${place.root}=${current};`);
  }

  /** `target op= value` */
  assign(op: string, target: Expr, value: Expr, span: Span): void {
    if (!this.#opensChain(target)) return this.#assign(op, target, value, span);
    // Nothing is assigned when something before a `?.` is missing.
    this.#chainLabel = this.out.fresh("o");
    this.out.line(`${this.#chainLabel}:{`);
    this.#assign(op, target, value, span);
    this.out.line("}");
    this.#chainLabel = "";
  }

  #assign(op: string, target: Expr, value: Expr, span: Span): void {
    // What is only looked at needs no copy; `+=` on an array copies what it takes in.
    const owned = this.#apart(() => (op === "=" ? this.own(value) : this.steady(value, [target])));
    const place = this.placeOf(target);
    this.checkAssignable(place.variable, target, span);
    if (place.steps.length === 0) {
      const next = op === "=" ? owned : this.#combined(op, place.root, owned, span);
      this.out.line(`${place.root}=${next};`);
      return;
    }
    if (op === "=") {
      this.writeBack(place, this.#containers(place), owned);
      return;
    }
    const { value: old, containers } = this.readMutable(place);
    this.writeBack(place, containers, this.#combined(op, old, owned, span));
  }

  #combined(op: string, old: string, value: string, span: Span): string {
    if (op === "+=") return this.#addTo(old, value, span);
    return this.operator(op.slice(0, -1), old, value, this.at(span)).js;
  }

  /** `+=` appends to arrays, maps and texts in place; on integers it is `+`. */
  #addTo(old: string, value: string, span: Span): string {
    const result = this.out.fresh("t");
    this.out.line(
      `let ${result};if(!(typeof ${old}==="number"&&typeof ${value}==="number"&&(${result}=${old}+${value})<=9007199254740991&&${result}>=-9007199254740991))${result}=${this.onFloats("+", old, value, `addTo(${old},${value},${this.at(span)})`)};`,
    );
    return result;
  }

  checkAssignable(variable: Variable | undefined, target: Expr, span: Span): void {
    if (variable?.isConst === true && target.kind !== "name") {
      this.out.line(`constantPlace(${this.text(variable.name)},${this.at(span)});`);
    } else if (variable?.isConst === true) {
      this.report(
        "assignment-to-constant",
        `"${variable.name}" is a constant.`,
        target.span,
        `Declare it with let, or give the changed value another name.`,
      );
    } else if (variable?.isOuter === true) {
      this.out.line(`writable(${this.text(variable.name)},${this.at(span)});`);
    }
  }

  override call(expr: Extract<Expr, { kind: "call" }>): Atom {
    if (expr.path.length > 0) return this.#pathCall(expr);
    const special = this.special(expr);
    if (special !== undefined) return special;
    const fn = this.functions.get(fnKey(expr.name, expr.args.length));
    if (expr.bang && fn !== undefined) return this.#inlined(fn.def, expr);
    if (fn !== undefined) return { js: this.out.temp(`${fn.js}(null${this.#ownedArgs(expr.args)})`), known: "fresh" };
    return this.#nativeCall(expr);
  }

  #ownedArgs(args: readonly Expr[]): string {
    return args.map((arg) => `,${this.own(arg)}`).join("");
  }

  #pathCall(expr: Extract<Expr, { kind: "call" }>): Atom {
    this.checkModule(expr.path, expr.span);
    const args = expr.args.map((arg) => this.own(arg)).join(",");
    const name = this.text([...expr.path, expr.name].join("::"));
    return { js: this.out.temp(`noModule(${name},[${args}],${this.at(expr.span)})`), known: "fresh" };
  }

  /** Functions of the engine that need to know where they stand. */
  special(expr: Extract<Expr, { kind: "call" }>): Atom | undefined {
    const { name, args, span } = expr;
    const [first] = args;
    if (name === "is_def_var" && args.length === 1 && first !== undefined) {
      return { js: this.out.temp(`isDefVar(${this.borrow(first)},${this.visible()},${this.at(span)})`), known: "bool" };
    }
    if (name === "is_shared" && args.length === 1 && first !== undefined) {
      const variable = first.kind === "name" ? this.variableFor(first) : undefined;
      if (variable === undefined) this.borrow(first);
      return { js: String(variable?.isCell === true && !variable.isOuter), known: "bool" };
    }
    if (name === "eval" && args.length === 1 && first !== undefined && this.options.allowEval) {
      return {
        js: this.out.temp(`evaluate(${this.borrow(first)},${this.#bindings()},${this.at(span)})`),
        known: "fresh",
      };
    }
    return undefined;
  }

  /** Every visible variable with how to read and write it, for `eval`. */
  #bindings(): string {
    const names = this.scope.names();
    const entries = names.map((name) => {
      const variable = this.scope.find(name)!;
      const read = this.read(variable);
      return `[${this.text(name)},{get:()=>${read},set:(x)=>{${variable.isConst ? "" : `${read}=x`}},constant:${variable.isConst}}]`;
    });
    return `new Map([${entries.join(",")}])`;
  }

  /** `name!(…)`: the function's body, run where the caller stands. */
  #inlined(def: FnDef, expr: Extract<Expr, { kind: "call" }>): Atom {
    const args = expr.args.map((arg) => this.own(arg));
    const params = def.params.map(() => this.out.fresh("p"));
    const outerContext = this.context;
    const outerScope = this.scope;
    const body = this.out.apart(() => {
      this.context = {
        ...outerContext,
        captured: new Set([...outerContext.captured, ...capturedNames(def.body)]),
        loops: [],
        isCounted: true,
        caught: undefined,
      };
      this.scope = new Scope(outerScope);
      this.out.line(`if(++d>D)overflow();S[d]=${this.text(def.name)};`);
      params.forEach((param, at) => this.declare(def.params[at]!.name, param, false));
      const result = this.out.temp("null");
      this.statements(def.body, result);
      this.out.line(`d--;return ${result};`);
      this.context = outerContext;
      this.scope = outerScope;
    });
    return { js: this.out.temp(`((${params.join(",")})=>{${body}})(${args.join(",")})`), known: "fresh" };
  }

  /** A native function called like `f(x, …)`: a place as its first argument is passed by reference. */
  #nativeCall(expr: Extract<Expr, { kind: "call" }>): Atom {
    const [first, ...rest] = expr.args;
    const isPlace = first?.kind === "name" || first?.kind === "this";
    if (isPlace && this.natives.mayChange(expr.name, expr.args.length))
      return this.#changing(first, expr.name, rest, expr.span, "callRef");
    const isConst =
      isPlace && first.kind === "name" && !this.options.strict && this.variableFor(first)?.isConst === true;
    const args = expr.args.map((arg, at) => (at === 0 && isPlace ? this.steady(arg, rest) : this.own(arg)));
    return {
      js: this.out.temp(
        `callSite(${this.site(expr.name, args.length)},${this.text(expr.name)},[${args.join(",")}],${this.at(expr.span)},${isConst})`,
      ),
      known: "fresh",
    };
  }

  override method(expr: Extract<Expr, { kind: "method" }>): Atom {
    if (this.#opensChain(expr)) return this.#chain(expr);
    if (!expr.optional) return this.#methodOn(expr);
    const object = this.borrow(expr.object);
    this.out.line(`if(${object}===null)break ${this.#chainLabel};`);
    // The object is only evaluated once: the call is made on a variable of its own.
    const held: Variable = {
      name: `?${object}`,
      js: this.out.temp(object),
      isCell: false,
      isConst: false,
      isOuter: false,
    };
    this.scope.declare(held);
    return this.#methodOn({
      ...expr,
      optional: false,
      object: { kind: "name", name: held.name, span: expr.object.span },
    });
  }

  #methodOn(expr: Extract<Expr, { kind: "method" }>): Atom {
    const { name, args, object, span } = expr;
    if (name === "is_shared" && args.length === 0)
      return (
        this.special({ kind: "call", name, args: [object], bang: false, path: [], span }) ?? {
          js: "false",
          known: "bool",
        }
      );
    const isPlace = ["name", "this", "prop", "index"].includes(object.kind);
    const changes =
      this.natives.mayChange(name, args.length + 1) || this.#isScriptMethod(name, args.length) || name === "call";
    if (isPlace && (changes || this.#mayBindMap(object, name, args.length)))
      return this.#changing(object, name, args, expr.nameSpan, "method");
    const value = this.steady(object, args);
    const owned = this.#apart(() => args.map((arg) => this.own(arg)));
    const isConst = this.natives.takesReference(name, args.length + 1) ? this.#rootConstness(object) : "false";
    return {
      js: this.out.temp(
        `${this.#methodHelper(name, args.length)}${value},${this.text(name)},[${owned.join(",")}],${this.at(expr.nameSpan)},${isConst},null)`,
      ),
      known: "fresh",
    };
  }

  /** `m.f(x)` with a closure in the map: it may change `this`, which is the map. */
  #mayBindMap(object: Expr, name: string, arity: number): boolean {
    return (object.kind === "name" || object.kind === "this") && this.natives.find(name, arity + 1).length === 0;
  }

  /** The beginning of a method's call: where no function of the script can be meant, its overloads are known. */
  #methodHelper(name: string, arity: number): string {
    return name === "call" || this.#isScriptMethod(name, arity)
      ? "method("
      : `methodSite(${this.site(name, arity + 1)},`;
  }

  #isScriptMethod(name: string, arity: number): boolean {
    for (const { def } of this.functions.values()) if (def.name === name && def.params.length === arity) return true;
    return false;
  }

  /** Whether the root of a place is a constant, as JavaScript: for a variable of the scope only the run knows. */
  #rootConstness(expr: Expr): string {
    let root = expr;
    while (root.kind === "prop" || root.kind === "index") root = root.object;
    const variable = root.kind === "name" ? this.variableFor(root) : undefined;
    if (variable?.isOuter === true) return `isConstant(${this.text(variable.name)})`;
    return String(variable?.isConst === true);
  }

  /** A call that may change what it is called on: read the place, call, write back what became of it. */
  #changing(object: Expr, name: string, args: readonly Expr[], span: Span, helper: "method" | "callRef"): Atom {
    const owned = this.#apart(() => args.map((arg) => this.own(arg)));
    const place = this.placeOf(object);
    const { value, containers } = this.readMutable(place);
    const cell = this.out.temp(`{v:${value}}`);
    const isConst =
      place.variable?.isConst === true
        ? "true"
        : place.variable?.isOuter === true
          ? `isConstant(${this.text(place.variable.name)})`
          : "false";
    const result = this.out.temp(
      `${helper === "method" ? this.#methodHelper(name, args.length) : "callRef("}${cell}.v,${this.text(name)},[${owned.join(",")}],${this.at(span)},${isConst},${cell})`,
    );
    this.out.line(`if(${cell}.v!==${value}){`);
    if (place.variable?.isConst !== true) this.writeBack(place, containers, `${cell}.v`);
    this.out.line("}");
    return { js: result, known: "fresh" };
  }
}
