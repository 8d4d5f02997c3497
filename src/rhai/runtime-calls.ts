/** Calls: native functions by their overloads, functions of the script, closures, methods. */
import { nearest } from "../base/index.ts";
import { mismatch } from "./access.ts";
import { RhaiError } from "./errors.ts";
import { fits, type Native } from "./natives.ts";
import { copyOf, RhaiMap } from "./containers.ts";
import { RhaiFn, T, TYPE_NAMES, typeBit, typeName, type Cell, type RhaiValue } from "./values.ts";
import { RuntimePlaces } from "./runtime-places.ts";

export abstract class RuntimeCalls extends RuntimePlaces {
  /** Calls a native function; `isConst`: the first argument belongs to a constant. */
  readonly call = (name: string, args: readonly RhaiValue[], at: number, isConst: boolean): RhaiValue => {
    for (const native of this.natives.find(name, args.length)) {
      if (!fits(native.types, args)) continue;
      if (isConst) this.refuseOnConstant(native, at);
      return this.invoke(native, args, at);
    }
    return this.fallback(name, args, at);
  };

  /** A call whose overloads were looked up when the script was compiled. */
  readonly callSite = (
    overloads: readonly Native[],
    name: string,
    args: readonly RhaiValue[],
    at: number,
    isConst: boolean,
  ): RhaiValue => {
    for (const native of overloads) {
      if (!fits(native.types, args)) continue;
      if (isConst) this.refuseOnConstant(native, at);
      return this.invoke(native, args, at);
    }
    return this.fallback(name, args, at);
  };

  /** A method that no function of the script has: a closure in a map, or a native one. */
  readonly methodSite = (
    overloads: readonly Native[],
    object: RhaiValue,
    name: string,
    args: readonly RhaiValue[],
    at: number,
    isConst: boolean,
    cell: Cell | null,
  ): RhaiValue => {
    if (object instanceof RhaiMap && object.entries.get(name) instanceof RhaiFn)
      return this.method(object, name, args, at, isConst, cell);
    const result = this.callSite(overloads, name, [object, ...args], at, isConst);
    if (cell !== null && this.replaced !== undefined) {
      cell.v = this.replaced.value;
      this.replaced = undefined;
    }
    return result;
  };

  protected invoke(native: Native, args: readonly RhaiValue[], at: number): RhaiValue {
    this.replaced = undefined;
    const result = native.call(this, args, at);
    if (native.isSizeBound) this.wasGiven(args, at);
    // What is only taken out of the first argument is no larger than that.
    const isMade = typeof result === "object" && result !== null && native.effect === "pure";
    return isMade ? this.sized(result, at) : result;
  }

  protected refuseOnConstant(native: Native, at: number): void {
    const refused = native.effect === "changes" || (native.effect === "by-ref" && this.options.strict);
    if (refused)
      throw new RhaiError(
        "ErrorNonPureMethodCallOnConstant",
        `Cannot call non-pure method '${native.name}' on constant`,
        at,
        { fields: [["function", native.name]] },
      );
  }

  /** `call` and `curry` are written like functions, too; anything else does not exist. */
  protected fallback(name: string, args: readonly RhaiValue[], at: number): RhaiValue {
    const [first, ...rest] = args;
    const inherited = this.inherited.get(`${name}/${args.length}`);
    if (inherited !== undefined) return inherited(null, ...args);
    const named = this.withFnNames(name, args);
    if (named !== undefined) return this.call(name, named, at, false);
    if (first instanceof RhaiFn && name === "call") return this.callFn(first, rest, null, at);
    if (first instanceof RhaiFn && name === "curry")
      return new RhaiFn(first.name, [...first.curried, ...rest], first.body, first.arity, first.captured);
    throw wrongArgument(name, args, at) ?? this.notFound(name, args, at);
  }

  /** A text where a function is wanted names one: `a.filter("is_odd")`. */
  protected withFnNames(name: string, args: readonly RhaiValue[]): readonly RhaiValue[] | undefined {
    const wanted = this.natives
      .find(name, args.length)
      .find(({ types }) => types.some((type, at) => type === T.fn && typeof args[at] === "string"));
    if (wanted === undefined) return undefined;
    return args.map((arg, at) => (wanted.types[at] === T.fn && typeof arg === "string" ? new RhaiFn(arg, []) : arg));
  }

  /** A function that may change its first argument: what became of it is in the cell. */
  readonly callRef = (
    first: RhaiValue,
    name: string,
    args: readonly RhaiValue[],
    at: number,
    isConst: boolean,
    cell: Cell,
  ): RhaiValue => {
    // Rhai gives a function that is not called as a method a copy of a constant; here that is told as a mistake.
    const isCopied = isConst && this.options.strict;
    const result = this.call(name, [isCopied ? copyOf(first) : first, ...args], at, isConst && !isCopied);
    if (isCopied) this.replaced = undefined;
    if (this.replaced !== undefined) cell.v = this.replaced.value;
    this.replaced = undefined;
    return result;
  };

  /** `object.name(args)`: a closure in a map, a script function with `this`, a native function; in this order. */
  readonly method = (
    object: RhaiValue,
    name: string,
    args: readonly RhaiValue[],
    at: number,
    isConst: boolean,
    cell: Cell | null,
  ): RhaiValue => {
    const self: Cell = cell ?? { v: object };
    if (isConst) self.isConst = true;
    if (object instanceof RhaiMap) {
      const held = object.entries.get(name);
      if (held instanceof RhaiFn) return this.callFn(held, args, self, at);
    }
    if (name === "call") {
      if (object instanceof RhaiFn) return this.callFn(object, args, null, at);
      const [fn, ...rest] = args;
      if (fn instanceof RhaiFn) return this.callFn(fn, rest, self, at);
      throw mismatch("Fn", fn ?? object, at);
    }
    const script =
      this.functions.get(`${typeName(object)}.${name}/${args.length}`) ?? this.functions.get(`${name}/${args.length}`);
    if (script !== undefined) return script(self, ...args);
    if (cell !== null) return this.callRef(object, name, args, at, isConst, cell);
    return this.call(name, [object, ...args], at, isConst);
  };

  /** Calls a function pointer with its curried arguments first. */
  callFn(fn: RhaiFn, args: readonly RhaiValue[], self: Cell | null, at: number): RhaiValue {
    const all = fn.curried.length === 0 ? args : [...fn.curried.map(copyOf), ...args];
    if (fn.body !== undefined) {
      if (fn.arity !== all.length) throw this.notFound(fn.name, all, at);
      return fn.body(self, ...all);
    }
    const script = this.functions.get(`${fn.name}/${all.length}`);
    if (script !== undefined) return script(self, ...all);
    this.calledBack(at);
    if (self === null) return this.call(fn.name, all, at, false);
    return this.method(self.v, fn.name, all, at, self.isConst === true, self);
  }

  /** Whether a callback can take so many arguments: natives offer more (an index) than most callbacks want. */
  takes(fn: RhaiFn, count: number): boolean {
    const arity = count + fn.curried.length;
    if (fn.body !== undefined) return fn.arity === arity;
    return this.functions.has(`${fn.name}/${arity}`) || this.natives.find(fn.name, arity).length > 0;
  }

  hasFunction(name: string, arity: number): boolean {
    return this.functions.has(`${name}/${arity}`);
  }

  notFound(name: string, args: readonly RhaiValue[], at: number): RhaiError {
    const types = args.map((arg) => (typeof arg === "string" ? "&str | ImmutableString | String" : typeName(arg)));
    const signature = `${name} (${types.join(", ")})`;
    const known = [...this.natives.names, ...[...this.functions.keys()].map((key) => key.replace(/\/\d+$/, ""))];
    const isNew = !this.options.strict && !known.includes(name);
    const meant = isNew ? nearest(name, known.filter(isWord)) : undefined;
    const hint = name === "eval" && isNew ? NO_EVAL : meant === undefined ? "" : `; did you mean "${meant}"?`;
    return new RhaiError("ErrorFunctionNotFound", `Function not found: ${signature}${hint}`, at, {
      fields: [["function", signature]],
    });
  }
}

const NO_EVAL = ": scripts here run no text";

/** Operators are functions as well, which nobody means by a name. */
function isWord(name: string): boolean {
  return /^[\p{L}_]/u.test(name);
}

/** What the engine's own functions take; with other types they complain about the argument, not about a missing function. */
const ENGINE_FUNCTIONS: ReadonlyMap<string, readonly number[]> = new Map([
  ["Fn/1", [T.string]],
  ["eval/1", [T.string]],
  ["is_def_fn/2", [T.string, T.int]],
  ["is_def_fn/3", [T.string, T.string, T.int]],
]);

function wrongArgument(name: string, args: readonly RhaiValue[], at: number): RhaiError | undefined {
  const takesFn = (name === "call" && args.length > 0) || (name === "curry" && args.length > 1);
  const types = takesFn ? [T.fn] : (ENGINE_FUNCTIONS.get(`${name}/${args.length}`) ?? []);
  const wrong = types.findIndex((type, index) => (typeBit(args[index]!) & type) === 0);
  return wrong === -1 ? undefined : mismatch(TYPE_NAMES[types[wrong]!]!, args[wrong]!, at);
}
