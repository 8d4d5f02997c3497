/**
 * Calls → JavaScript: functions of the script, native functions, methods, and the engine's own functions that need to
 * know where they stand. A call that may change what it is called on reads the place, calls, and writes back.
 */
import type { Span } from "../../text/index.ts";
import type { Expr, FnDef } from "../ast.ts";
import { fnKey, type Atom } from "./generator-base.ts";
import { needsOf, type Needs } from "./names.ts";
import { PlaceGenerator } from "./place-generator.ts";
import type { Variable } from "./scope.ts";

/** Each `name!(…)` is a copy of the function's code, and copies hold copies. */
const MAX_INLINED = 200;

export abstract class CallGenerator extends PlaceGenerator {
  override call(expr: Extract<Expr, { kind: "call" }>): Atom {
    if (expr.path.length > 0) return this.#pathCall(expr);
    const special = this.special(expr);
    if (special !== undefined) return special;
    const fn = this.functions.get(fnKey(expr.name, expr.args.length));
    if (expr.bang && fn !== undefined)
      return {
        js: this.#inlined(
          fn.def,
          expr.args.map((arg) => this.own(arg)),
          expr.span,
        ),
        known: "fresh",
      };
    if (expr.bang && expr.name === "call" && expr.args.length > 0) return this.#pointerHere(expr);
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
      return {
        js: this.out.temp(
          `isDefVar(${this.borrow(first)},${this.visible()},[${this.scope.stores.join(",")}],${this.at(span)})`,
        ),
        known: "bool",
      };
    }
    if (name === "is_shared" && args.length === 1 && first !== undefined) {
      const variable = first.kind === "name" ? this.variableFor(first) : undefined;
      if (variable === undefined) this.borrow(first);
      return { js: String(variable?.isShared === true), known: "bool" };
    }
    if (name === "eval" && args.length === 1 && first !== undefined && this.options.allowEval)
      return { js: this.#evaluated(first, span), known: "fresh" };
    return undefined;
  }

  /** `eval`: what the text declares goes into the store of this block; a constant of the top level is a global one. */
  #evaluated(script: Expr, span: Span): string {
    const stores = this.scope.stores.join(",");
    const value = this.out.temp(`evaluate(${this.borrow(script)},${this.#bindings()},[${stores}],${this.at(span)})`);
    if (this.scope !== this.root) return value;
    for (const [name, js] of this.globals) {
      const declared = `${this.root.store}.get(${this.text(name)})`;
      this.out.line(`if(${declared}?.isConstant)${js}=copyOf(${declared}.v);`);
    }
    return value;
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

  /** `call!(f, …)`: the function of the script that the pointer names, run where the caller stands. */
  #pointerHere(expr: Extract<Expr, { kind: "call" }>): Atom {
    const [pointer = "", ...args] = expr.args.map((arg) => this.out.temp(this.own(arg)));
    const result = this.out.temp("null");
    const label = this.out.fresh("o");
    this.out.line(`${label}:{`);
    for (const { def } of this.functions.values()) {
      if (def.params.length !== args.length || def.thisType !== undefined) continue;
      this.out.line(`if(namesFunction(${pointer},${this.text(def.name)})){`);
      this.out.line(`${result}=${this.#inlined(def, args, expr.span)};break ${label};}`);
    }
    this.out.line(`${result}=call("call",[${[pointer, ...args].join(",")}],${this.at(expr.span)},false);}`);
    return { js: result, known: "fresh" };
  }

  /** The functions whose bodies are being put where a caller stands, and how many were. */
  readonly #inlining = new Set<FnDef>();
  #inlinedCount = 0;

  /** `name!(…)`: the function's body, run where the caller stands. */
  #inlined(def: FnDef, args: readonly string[], span: Span): string {
    this.#inlinedCount += 1;
    if (this.#inlining.has(def) || this.#inlinedCount > MAX_INLINED) {
      const why = this.#inlining.has(def) ? "it calls itself" : `there are more than ${MAX_INLINED} such calls`;
      this.report("bang-call", `"${def.name}!" cannot be called here in the scope of its caller: ${why}.`, span);
      return "null";
    }
    const params = def.params.map(() => this.out.fresh("p"));
    const outerContext = this.context;
    const outerScope = this.scope;
    this.#inlining.add(def);
    const body = this.out.apart(() => {
      this.context = {
        ...outerContext,
        needs: both(outerContext.needs, needsOf(def.body, this.options.allowEval)),
        loops: [],
        isCounted: true,
        caught: undefined,
      };
      this.scope = this.newScope(outerScope);
      this.out.line(`if(++d>D)overflow();S[d]=${this.text(def.name)};`);
      params.forEach((param, at) => this.declare(def.params[at]!.name, param, false));
      const result = this.out.temp("null");
      this.statements(def.body, result);
      this.out.line(`d--;return ${result};`);
      this.context = outerContext;
      this.scope = outerScope;
    });
    this.#inlining.delete(def);
    return this.out.temp(`((${params.join(",")})=>{${body}})(${args.join(",")})`);
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
    if (this.opensChain(expr)) return this.chain(expr);
    if (!expr.optional) return this.#methodOn(expr);
    const object = this.borrow(expr.object);
    this.out.line(`if(${object}===null)break ${this.chainLabel};`);
    // The object is only evaluated once: the call is made on a variable of its own.
    const held: Variable = {
      name: `?${object}`,
      js: this.out.temp(object),
      isCell: false,
      isConst: false,
      isOuter: false,
      isShared: false,
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
    const owned = this.apart(() => args.map((arg) => this.own(arg)));
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
    if (root.kind === "this" && this.context.thisName !== "null") return `${this.context.thisName}?.isConst===true`;
    const variable = root.kind === "name" ? this.variableFor(root) : undefined;
    if (variable?.isOuter === true) return `isConstant(${this.text(variable.name)})`;
    return String(variable?.isConst === true);
  }

  /** A call that may change what it is called on: read the place, call, write back what became of it. */
  #changing(object: Expr, name: string, args: readonly Expr[], span: Span, helper: "method" | "callRef"): Atom {
    const owned = this.apart(() => args.map((arg) => this.own(arg)));
    const place = this.placeOf(object);
    if (name === "call" && object.kind === "name" && place.variable?.isCell === true)
      this.out.line(`race(${owned[0] ?? "null"},${place.variable.js},${this.at(span)});`);
    const { value, containers } = this.readMutable(place);
    const cell = this.out.temp(`{v:${value}}`);
    const isConst =
      place.variable?.isConst === true
        ? "true"
        : place.variable?.isOuter === true
          ? `isConstant(${this.text(place.variable.name)})`
          : place.variable === undefined && place.canWrite
            ? `${this.context.thisName}.isConst===true`
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

function both(left: Needs, right: Needs): Needs {
  return {
    shared: new Set([...left.shared, ...right.shared]),
    evaluates: left.evaluates || right.evaluates,
  };
}
