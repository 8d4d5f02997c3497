/**
 * What generated code stands on while it runs: operators, places, calls, limits and errors. One runtime serves one
 * compiled script and one run at a time.
 *
 * Invariants:
 * 1. A script reaches the outside only through the host's functions and the native table.
 * 2. Every loop turn and call is counted (`tick`); past the bound of operations or the deadline the run ends.
 * 3. Whatever leaves a run is a `RhaiError` with its place; a stack overflow of the engine is one, too.
 */
import { nearest } from "../base/index.ts";
import type { Source } from "../text/index.ts";
import { getIndex, getIndexMutable, isInside, itemsOf, mismatch, withIndex } from "./access.ts";
import { arithmetic, concatenation, isInt, order, same, shifted } from "./arithmetic.ts";
import { RhaiError } from "./errors.ts";
import { fits, type Native, type NativeTable } from "./natives.ts";
import type { RhaiOptions } from "./options.ts";
import { display } from "./text-form.ts";
import {
  copyOf,
  RhaiArray,
  RhaiBlob,
  RhaiChar,
  RhaiFloat,
  RhaiFn,
  RhaiMap,
  RhaiRange,
  RhaiTimestamp,
  T,
  typeName,
  type Cell,
  type RhaiValue,
  type ScriptBody,
} from "./values.ts";

/** What the embedder gives a run. Nothing here: then there is no output, no clock and no randomness. */
export interface RhaiHost {
  print?(text: string): void;
  debug?(text: string, position: { readonly line: number; readonly column: number } | undefined): void;
  /** Milliseconds since the epoch. */
  now?(): number;
  /** In [0, 1). */
  random?(): number;
  /** The run ends when `now()` is past it, milliseconds. */
  readonly deadlineMs?: number;
}

export interface ScopeView {
  cell(name: string): Cell | undefined;
  isConstant(name: string): boolean;
  keep(variables: readonly (readonly [name: string, value: RhaiValue, isConstant: boolean])[]): void;
  names(): string[];
}

/** A variable of a caller, for `eval`. */
export interface Binding {
  get(): RhaiValue;
  set(value: RhaiValue): void;
  readonly constant: boolean;
}

export type Evaluator = (
  script: string,
  scope: ScopeView,
  host: RhaiHost,
  functions: ReadonlyMap<string, ScriptBody>,
) => RhaiValue;

export interface RuntimeExtras {
  /** How `eval` runs a text; absent: there is no `eval`. */
  readonly evaluator?: Evaluator;
  /** Functions of the script that called `eval`. */
  readonly inherited?: ReadonlyMap<string, ScriptBody>;
}

/** Operations between two looks at the clock. */
const DEADLINE_EVERY = 256;
/** Containers in containers in containers …: deeper than this is refused like too large. */
const MAX_NESTING = 200;

export class Runtime {
  readonly options: RhaiOptions;
  readonly natives: NativeTable;
  readonly source: Source;
  readonly stack: string[] = [];
  host: RhaiHost = {};
  #scope: ScopeView = EMPTY_SCOPE;
  /** Variables that the script mentions or an `eval` declares, and the passed scope does not have. */
  readonly #declared = new Map<string, Cell>();
  readonly #evaluator: Evaluator | undefined;
  readonly #inherited: ReadonlyMap<string, ScriptBody>;
  #functions: ReadonlyMap<string, ScriptBody> = new Map();
  #depth: () => number = () => 0;
  #operations = 0;
  #setTicks: (ticks: number) => void = () => undefined;
  /** Set by a native that replaced its first argument (a text, an integer). */
  replaced: { readonly value: RhaiValue } | undefined;

  constructor(source: Source, options: RhaiOptions, natives: NativeTable, more: RuntimeExtras = {}) {
    this.source = source;
    this.#evaluator = more.evaluator;
    this.#inherited = more.inherited ?? new Map();
    this.options = options;
    this.natives = natives;
  }

  get maxDepth(): number {
    return this.options.maxCallLevels === 0 ? 5000 : this.options.maxCallLevels;
  }

  /** Generated code counts up to this by itself. */
  get tickEvery(): number {
    const { maxOperations } = this.options;
    return maxOperations === 0 ? DEADLINE_EVERY : Math.min(DEADLINE_EVERY, maxOperations);
  }

  /** Called by generated code when it is set up. */
  begin(functions: ReadonlyMap<string, ScriptBody>, depth: () => number, setTicks: (ticks: number) => void): void {
    this.#functions = functions;
    this.#depth = depth;
    this.#setTicks = setTicks;
  }

  /** Runs generated code with a scope and a host. @throws RhaiError. */
  run(main: () => RhaiValue, scope: ScopeView, host: RhaiHost): RhaiValue {
    this.#scope = scope;
    this.host = host;
    this.#operations = 0;
    this.#declared.clear();
    try {
      return main();
    } catch (thrown) {
      const error = this.located(thrown, 0);
      // `exit(value)` ends the script with that value.
      if (error.innerKind === "ErrorTerminated" && error.thrown !== undefined) return error.thrown;
      throw error;
    }
  }

  /** Notes on an error which functions it came through, and makes one of whatever else was thrown. */
  located(thrown: unknown, depth: number): RhaiError {
    const calls = this.stack.slice(depth + 1, this.#depth() + 1);
    if (thrown instanceof RhaiError) return thrown.passed(thrown.isCatchable ? calls : [], this.source);
    if (thrown instanceof RangeError && /call stack/i.test(thrown.message))
      return new RhaiError("ErrorStackOverflow", "Stack overflow").passed([], this.source);
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new RhaiError("ErrorRuntime", message, -1, { cause: thrown }).passed(calls, this.source);
  }

  // ── limits ──

  tick(ticks: number, at: number): void {
    this.#operations += ticks;
    this.#setTicks(0);
    const { maxOperations } = this.options;
    if (maxOperations > 0 && this.#operations > maxOperations)
      throw new RhaiError("ErrorTooManyOperations", "Too many operations", at);
    const { deadlineMs } = this.host;
    if (deadlineMs !== undefined && (this.host.now?.() ?? 0) > deadlineMs)
      throw new RhaiError("ErrorTerminated", "Script terminated: its time is up", at);
  }

  overflow(): never {
    throw new RhaiError("ErrorStackOverflow", "Stack overflow");
  }

  tooManyVariables(at: number): never {
    throw new RhaiError("ErrorTooManyVariables", "Too many variables defined", at);
  }

  /** Checks the size of what a script makes. Returns the value. */
  sized<V extends RhaiValue>(value: V, at: number): V {
    const { maxStringSize, maxArraySize, maxMapSize } = this.options;
    if (typeof value === "string") {
      const isLong = maxStringSize > 0 && value.length > maxStringSize / 4 && Buffer.byteLength(value) > maxStringSize;
      if (isLong) throw tooLarge("Length of string", at);
    } else if (value instanceof RhaiArray) {
      if (maxArraySize > 0 && weight(value, "array") > maxArraySize) throw tooLarge("Size of array/BLOB", at);
    } else if (value instanceof RhaiMap) {
      if (maxMapSize > 0 && weight(value, "map") > maxMapSize) throw tooLarge("Size of object map", at);
    } else if (value instanceof RhaiBlob && maxArraySize > 0 && value.bytes.length > maxArraySize) {
      throw tooLarge("Size of array/BLOB", at);
    }
    return value;
  }

  /** A literal that took in containers: both kinds of size may be exceeded. */
  readonly sizedLiteral = (value: RhaiValue, at: number): RhaiValue => {
    this.#heavier(value, at);
    return value;
  };

  // ── operators ──

  readonly add = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => {
    if (left instanceof RhaiFloat && right instanceof RhaiFloat) return new RhaiFloat(left.value + right.value);
    const sum = arithmetic("+", left, right, at) ?? concatenation(left, right, (value) => this.text(value));
    return sum === undefined ? this.#operatorCall("+", left, right, at) : this.sized(sum, at);
  };

  /** `+=`: an array takes one more element (or all of another array's), a map another map's keys, both in place. */
  readonly addTo = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => {
    if (left instanceof RhaiFloat && right instanceof RhaiFloat) return new RhaiFloat(left.value + right.value);
    if (typeof left === "string" && typeof right === "string") return this.sized(left + right, at);
    if (left instanceof RhaiArray) {
      if (right instanceof RhaiArray) left.own().push(...right.items.map(copyOf));
      else left.own().push(copyOf(right));
      return this.sized(left, at);
    }
    if (left instanceof RhaiMap && right instanceof RhaiMap) {
      for (const [key, value] of right.entries) left.own().set(key, copyOf(value));
      return this.sized(left, at);
    }
    if (left instanceof RhaiBlob && !(right instanceof RhaiBlob)) return this.#appendToBlob(left, right, at);
    return this.add(left, right, at);
  };

  #appendToBlob(left: RhaiBlob, right: RhaiValue, at: number): RhaiValue {
    const result = this.call("append", [left, right], at, false);
    return result === null ? left : result;
  }

  readonly sub = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => {
    if (left instanceof RhaiFloat && right instanceof RhaiFloat) return new RhaiFloat(left.value - right.value);
    if (typeof left === "string" && typeof right === "string") return right === "" ? left : left.replaceAll(right, "");
    if (typeof left === "string" && right instanceof RhaiChar) return left.replaceAll(right.text, "");
    if (left instanceof RhaiTimestamp && right instanceof RhaiTimestamp)
      return new RhaiFloat((left.ms - right.ms) / 1000);
    if (left instanceof RhaiTimestamp) return shifted(left, right, -1) ?? this.#operatorCall("-", left, right, at);
    return this.#numbers("-", left, right, at);
  };

  #numbers(op: string, left: RhaiValue, right: RhaiValue, at: number): RhaiValue {
    return arithmetic(op, left, right, at) ?? this.#operatorCall(op, left, right, at);
  }

  readonly mul = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => {
    if (left instanceof RhaiFloat && right instanceof RhaiFloat) return new RhaiFloat(left.value * right.value);
    return this.#numbers("*", left, right, at);
  };
  readonly div = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => {
    if (left instanceof RhaiFloat && right instanceof RhaiFloat) return new RhaiFloat(left.value / right.value);
    return this.#numbers("/", left, right, at);
  };
  readonly mod = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.#numbers("%", left, right, at);
  readonly pow = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.#numbers("**", left, right, at);
  readonly shl = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.#numbers("<<", left, right, at);
  readonly shr = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.#numbers(">>", left, right, at);
  readonly band = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.#bitwise("&", left, right, at);
  readonly bor = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.#bitwise("|", left, right, at);
  readonly bxor = (left: RhaiValue, right: RhaiValue, at: number): RhaiValue => this.#bitwise("^", left, right, at);

  /** `&`, `|` and `^` on bools are logic without short-cut. */
  #bitwise(op: string, left: RhaiValue, right: RhaiValue, at: number): RhaiValue {
    if (typeof left !== "boolean" || typeof right !== "boolean") return this.#numbers(op, left, right, at);
    return op === "&" ? left && right : op === "|" ? left || right : left !== right;
  }

  readonly eq = (left: RhaiValue, right: RhaiValue): boolean => same(left, right);
  readonly ne = (left: RhaiValue, right: RhaiValue): boolean => !same(left, right);
  readonly lt = (left: RhaiValue, right: RhaiValue, at: number): boolean =>
    this.#compare("<", left, right, at, (sign) => sign < 0);
  readonly le = (left: RhaiValue, right: RhaiValue, at: number): boolean =>
    this.#compare("<=", left, right, at, (sign) => sign <= 0);
  readonly gt = (left: RhaiValue, right: RhaiValue, at: number): boolean =>
    this.#compare(">", left, right, at, (sign) => sign > 0);
  readonly ge = (left: RhaiValue, right: RhaiValue, at: number): boolean =>
    this.#compare(">=", left, right, at, (sign) => sign >= 0);

  /** Values of one type without an order are an error; values of two types are simply not ordered. */
  #compare(op: string, left: RhaiValue, right: RhaiValue, at: number, holds: (sign: number) => boolean): boolean {
    const sign = order(left, right);
    if (sign !== undefined) return holds(sign);
    if (typeName(left) === typeName(right)) this.#operatorCall(op, left, right, at);
    return false;
  }

  #operatorCall(op: string, left: RhaiValue, right: RhaiValue, at: number): RhaiValue {
    return this.call(op, [left, right], at, false);
  }

  readonly isIn = (item: RhaiValue, container: RhaiValue, at: number): boolean => {
    const inside = isInside(item, container, same);
    if (inside === undefined) throw this.notFound("contains", [container, item], at);
    return inside;
  };

  readonly range = (from: RhaiValue, to: RhaiValue, inclusive: boolean, at: number): RhaiValue => {
    if (!isInt(from) || !isInt(to)) throw this.notFound(inclusive ? "..=" : "..", [from, to], at);
    return new RhaiRange(from, to, inclusive);
  };

  readonly neg = (value: RhaiValue, at: number): RhaiValue => {
    if (value instanceof RhaiFloat) return new RhaiFloat(-value.value);
    if (!isInt(value)) throw this.notFound("-", [value], at);
    return arithmetic("-", 0, value, at)!;
  };

  readonly plus = (value: RhaiValue, at: number): RhaiValue => {
    if (!isInt(value) && !(value instanceof RhaiFloat)) throw this.notFound("+", [value], at);
    return value;
  };

  readonly not = (value: RhaiValue, at: number): boolean => {
    if (typeof value !== "boolean") throw this.notFound("!", [value], at);
    return !value;
  };

  /** A condition that is no bool. */
  readonly truth = (value: RhaiValue, at: number): boolean => {
    throw mismatch("bool", value, at);
  };

  readonly concat = (text: string, value: RhaiValue, at: number): string => this.sized(text + this.text(value), at);

  /** A value as text, through a `to_string` of the script or host if there is one. */
  text(value: RhaiValue): string {
    return display(value);
  }

  // ── places ──

  readonly prop = (object: RhaiValue, name: string, at: number): RhaiValue => {
    if (object instanceof RhaiMap) {
      const found = object.entries.get(name);
      if (found !== undefined) return found;
      if (this.options.failOnInvalidMapProperty)
        throw new RhaiError("ErrorPropertyNotFound", `Property not found: ${name}`, at, {
          fields: [["property", name]],
        });
      return null;
    }
    for (const native of this.natives.property(name))
      if (fits(native.types, [object])) return native.call(this, [object], at);
    throw this.#noProperty(object, name, at);
  };

  #noProperty(object: RhaiValue, name: string, at: number): RhaiError {
    const hint =
      object === null && !this.options.strict
        ? `; what stands before ".${name}" is missing: write "?.${name}" to get () instead`
        : "";
    return new RhaiError(
      "ErrorDotExpr",
      `Unknown property '${name}' - a getter is not registered for type '${typeName(object)}'${hint}`,
      at,
      { fields: [["property", name]] },
    );
  }

  readonly propMut = (object: RhaiValue, name: string, at: number): RhaiValue =>
    object instanceof RhaiMap ? (object.own().get(name) ?? null) : this.prop(object, name, at);

  readonly setProp = (object: RhaiValue, name: string, value: RhaiValue, at: number): RhaiValue => {
    if (object instanceof RhaiMap) {
      const entries = object.own();
      entries.set(name, value);
      if (typeof value === "object" && (value instanceof RhaiArray || value instanceof RhaiMap))
        this.#heavier(object, at);
      return this.#grown(object, entries.size, this.options.maxMapSize, at);
    }
    if (this.natives.property(name).some((native) => fits(native.types, [object]))) {
      throw new RhaiError("ErrorDotExpr", `Property '${name}' of type '${typeName(object)}' cannot be written`, at);
    }
    throw this.#noProperty(object, name, at);
  };

  readonly index = (object: RhaiValue, index: RhaiValue, at: number): RhaiValue => {
    const value = getIndex(object, index, at);
    if (
      value === null &&
      this.options.failOnInvalidMapProperty &&
      object instanceof RhaiMap &&
      typeof index === "string" &&
      !object.entries.has(index)
    ) {
      throw new RhaiError("ErrorPropertyNotFound", `Property not found: ${index}`, at, {
        fields: [["property", index]],
      });
    }
    return value;
  };

  readonly indexMut = getIndexMutable;

  readonly setIndex = (object: RhaiValue, index: RhaiValue, value: RhaiValue, at: number): RhaiValue => {
    const changed = withIndex(object, index, value, at);
    if (typeof value === "object" && (value instanceof RhaiArray || value instanceof RhaiMap))
      this.#heavier(changed, at);
    return changed instanceof RhaiMap
      ? this.#grown(changed, changed.entries.size, this.options.maxMapSize, at)
      : changed;
  };

  /** A container that took in a container: both kinds of size may have grown. */
  #heavier(object: RhaiValue, at: number): void {
    const { maxArraySize, maxMapSize } = this.options;
    if (maxArraySize > 0 && weight(object, "array") > maxArraySize) throw tooLarge("Size of array/BLOB", at);
    if (maxMapSize > 0 && weight(object, "map") > maxMapSize) throw tooLarge("Size of object map", at);
  }

  /** The full weight is only counted from time to time: when the number of keys is near the bound. */
  #grown(object: RhaiMap, size: number, max: number, at: number): RhaiMap {
    return max > 0 && size > max ? this.sized(object, at) : object;
  }

  // ── calls ──

  /** Calls a native function; `isConst`: the first argument belongs to a constant. */
  readonly call = (name: string, args: readonly RhaiValue[], at: number, isConst: boolean): RhaiValue => {
    for (const native of this.natives.find(name, args.length)) {
      if (!fits(native.types, args)) continue;
      if (isConst) this.#refuseOnConstant(native, at);
      return this.#invoke(native, args, at);
    }
    return this.#fallback(name, args, at);
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
      if (isConst) this.#refuseOnConstant(native, at);
      return this.#invoke(native, args, at);
    }
    return this.#fallback(name, args, at);
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

  #invoke(native: Native, args: readonly RhaiValue[], at: number): RhaiValue {
    this.replaced = undefined;
    const result = native.call(this, args, at);
    return typeof result === "object" && result !== null && native.effect !== "changes"
      ? this.sized(result, at)
      : result;
  }

  #refuseOnConstant(native: Native, at: number): void {
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
  #fallback(name: string, args: readonly RhaiValue[], at: number): RhaiValue {
    const [first, ...rest] = args;
    const inherited = this.#inherited.get(`${name}/${args.length}`);
    if (inherited !== undefined) return inherited(null, ...args);
    const named = this.#withFnNames(name, args);
    if (named !== undefined) return this.call(name, named, at, false);
    if (first instanceof RhaiFn && name === "call") return this.callFn(first, rest, null, at);
    if (first instanceof RhaiFn && name === "curry")
      return new RhaiFn(first.name, [...first.curried, ...rest], first.body, first.arity);
    throw this.notFound(name, args, at);
  }

  /** A text where a function is wanted names one: `a.filter("is_odd")`. */
  #withFnNames(name: string, args: readonly RhaiValue[]): readonly RhaiValue[] | undefined {
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
    const result = this.call(name, [first, ...args], at, isConst);
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
    if (object instanceof RhaiMap) {
      const held = object.entries.get(name);
      if (held instanceof RhaiFn) return this.callFn(held, args, cell ?? { v: object }, at);
    }
    if (name === "call") {
      if (object instanceof RhaiFn) return this.callFn(object, args, null, at);
      const [fn, ...rest] = args;
      if (fn instanceof RhaiFn) return this.callFn(fn, rest, cell ?? { v: object }, at);
      throw fn === undefined ? this.notFound(name, [object], at) : mismatch("Fn", fn, at);
    }
    const script =
      this.#functions.get(`${typeName(object)}.${name}/${args.length}`) ??
      this.#functions.get(`${name}/${args.length}`);
    if (script !== undefined) return script(cell ?? { v: object }, ...args);
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
    const script = this.#functions.get(`${fn.name}/${all.length}`);
    if (script !== undefined) return script(self, ...all);
    return self === null ? this.call(fn.name, all, at, false) : this.method(self.v, fn.name, all, at, false, self);
  }

  /** Whether a callback can take so many arguments: natives offer more (an index) than most callbacks want. */
  takes(fn: RhaiFn, count: number): boolean {
    const arity = count + fn.curried.length;
    if (fn.body !== undefined) return fn.arity === arity;
    return this.#functions.has(`${fn.name}/${arity}`) || this.natives.find(fn.name, arity).length > 0;
  }

  hasFunction(name: string, arity: number): boolean {
    return this.#functions.has(`${name}/${arity}`);
  }

  notFound(name: string, args: readonly RhaiValue[], at: number): RhaiError {
    const types = args.map((arg) => (typeof arg === "string" ? "&str | ImmutableString | String" : typeName(arg)));
    const signature = `${name} (${types.join(", ")})`;
    const known = [...this.natives.names, ...[...this.#functions.keys()].map((key) => key.replace(/\/\d+$/, ""))];
    const meant = this.options.strict || known.includes(name) ? undefined : nearest(name, known);
    const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
    return new RhaiError("ErrorFunctionNotFound", `Function not found: ${signature}${hint}`, at, {
      fields: [["function", signature]],
    });
  }

  // ── names and scope ──

  missing(name: string, at: number, visible: string): never {
    const meant = this.options.strict
      ? undefined
      : nearest(
          name,
          [...visible.split("\n"), ...this.#scope.names()].filter((other) => other !== ""),
        );
    const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
    throw new RhaiError("ErrorVariableNotFound", `Variable not found: ${name}${hint}`, at, {
      fields: [["variable", name]],
    });
  }

  missingPath(path: string, at: number): never {
    if (path.startsWith("global::")) return this.missing(path.slice("global::".length), at, "");
    throw new RhaiError("ErrorModuleNotFound", `Module not found: ${path.split("::")[0]}`, at);
  }

  noModule(path: string, _args: readonly RhaiValue[], at: number): never {
    throw new RhaiError("ErrorModuleNotFound", `Module not found: ${path.split("::")[0]}`, at);
  }

  noImport(path: RhaiValue, at: number): never {
    throw new RhaiError("ErrorModuleNotFound", `Module not found: ${display(path)} (scripts here import nothing)`, at);
  }

  unbound(at: number): never {
    throw new RhaiError("ErrorUnboundThis", "'this' is not bound", at);
  }

  isDefVar(name: RhaiValue, visible: string): boolean {
    return typeof name === "string" && (visible.split("\n").includes(name) || this.#scope.cell(name) !== undefined);
  }

  /** `eval`: runs a text where the caller stands. What it declares lives on in the caller's scope. */
  evaluate(script: RhaiValue, bindings: ReadonlyMap<string, Binding>, at: number): RhaiValue {
    if (typeof script !== "string" || this.#evaluator === undefined) throw this.notFound("eval", [script], at);
    const cells = new Map<string, Cell>();
    for (const [name, binding] of bindings) {
      cells.set(name, {
        get v() {
          return binding.get();
        },
        set v(value) {
          binding.set(value);
        },
      });
    }
    const scope: ScopeView = {
      cell: (name) => cells.get(name) ?? this.#scope.cell(name) ?? this.#declared.get(name),
      isConstant: (name) => bindings.get(name)?.constant ?? this.#scope.isConstant(name),
      keep: (variables) => {
        for (const [name, value] of variables) this.#declare(name, value, bindings.get(name));
      },
      names: () => [...cells.keys(), ...this.#scope.names()],
    };
    return this.#evaluator(script, scope, this.host, this.#functions);
  }

  #declare(name: string, value: RhaiValue, binding: Binding | undefined): void {
    if (binding !== undefined) return binding.set(value);
    const cell = this.#declared.get(name);
    if (cell === undefined) this.#declared.set(name, { v: value });
    else cell.v = value;
  }

  writable(name: string, at: number): void {
    if (this.#scope.isConstant(name))
      throw new RhaiError("ErrorAssignmentToConstant", `Cannot modify constant: ${name}`, at, {
        fields: [["variable", name]],
      });
  }

  /** A property or element of a constant. */
  constantPlace(name: string, at: number): never {
    throw new RhaiError("ErrorAssignmentToConstant", `Cannot modify constant: ${name}`, at, {
      fields: [["variable", name]],
    });
  }

  isConstant(name: string): boolean {
    return this.#scope.isConstant(name);
  }

  /** The cell of a variable of the scope; one whose value is undefined when there is none. */
  outer(name: string): { v: RhaiValue | undefined } {
    const known = this.#scope.cell(name) ?? this.#declared.get(name);
    if (known !== undefined) return known;
    // An `eval` may declare it later.
    const cell: { v: RhaiValue | undefined } = { v: undefined };
    this.#declared.set(name, cell as Cell);
    return cell;
  }

  keep(variables: readonly (readonly [string, RhaiValue, boolean])[]): void {
    this.#scope.keep(variables);
  }

  // ── control flow ──

  raise(value: RhaiValue, at: number): never {
    throw new RhaiError("ErrorRuntime", value === null ? "Runtime error" : `Runtime error: ${display(value)}`, at, {
      thrown: value,
    });
  }

  /** An error that a `catch` may handle. @throws RhaiError again when scripts may not catch it. */
  catchable(thrown: unknown, depth: number): RhaiError {
    const error = this.located(thrown, depth);
    if (!error.isCatchable) throw error;
    return error;
  }

  /** The value that a `catch` receives. */
  caught(error: RhaiError): RhaiValue {
    if (error.thrown !== undefined) return copyOf(error.thrown);
    const entries = new Map<string, RhaiValue>([["error", error.kind], ["message", error.text], ...error.fields]);
    const position = error.position;
    if (position !== undefined) {
      entries.set("line", position.line);
      entries.set("position", position.column);
    }
    return new RhaiMap(entries);
  }

  readonly iterate = itemsOf;

  checkRange(from: RhaiValue, to: RhaiValue, at: number): void {
    if (typeof from === "number" && typeof to === "number") return;
    if (!isInt(from) || !isInt(to)) throw this.notFound("..", [from, to], at);
    throw new RhaiError("ErrorFor", "A loop over integers beyond 2^53 is not supported", at);
  }

  inCase(value: RhaiValue, range: RhaiValue): boolean {
    if (value instanceof RhaiRange) return same(value, range);
    const plain = value instanceof RhaiFloat ? value.value : value;
    if (!(range instanceof RhaiRange) || !(isInt(plain) || typeof plain === "number")) return false;
    return plain >= range.from && (range.inclusive ? plain <= range.to : plain < range.to);
  }

  /** A case only matches a value of its own type. */
  sameCase(value: RhaiValue, wanted: RhaiValue): boolean {
    return (
      value === wanted ||
      (typeof value === "object" &&
        typeof wanted === "object" &&
        typeName(value) === typeName(wanted) &&
        same(value, wanted))
    );
  }
}

const EMPTY_SCOPE: ScopeView = {
  cell: () => undefined,
  isConstant: () => false,
  keep: () => undefined,
  names: () => [],
};

function tooLarge(what: string, at: number): RhaiError {
  return new RhaiError("ErrorDataTooLarge", `${what} too large`, at, { fields: [["type", what]] });
}

/** All elements of one kind, nested ones included: what a script could hide in depth counts as well. */
function weight(value: RhaiValue, kind: "array" | "map", depth = 0): number {
  if (depth > MAX_NESTING) return Number.POSITIVE_INFINITY;
  const isArray = value instanceof RhaiArray;
  if (!isArray && !(value instanceof RhaiMap)) return 0;
  let sum = isArray === (kind === "array") ? (isArray ? value.items.length : value.entries.size) : 0;
  for (const item of isArray ? value.items : value.entries.values()) {
    if (typeof item === "object" && item !== null) sum += weight(item, kind, depth + 1);
  }
  return sum;
}
