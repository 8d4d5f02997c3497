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
import { itemsOf, mismatch } from "./access.ts";
import { isInt, same } from "./arithmetic.ts";
import { RhaiError } from "./errors.ts";
import { display } from "./text-form.ts";
import { copyOf, RhaiMap } from "./containers.ts";
import { RhaiFloat, RhaiFn, RhaiRange, typeName, type Cell, type RhaiValue } from "./values.ts";
import { RuntimeCalls } from "./runtime-calls.ts";
import type { Binding, EvalCell, EvalStore, ScopeView } from "./runtime-host.ts";

export class Runtime extends RuntimeCalls {
  missing(name: string, at: number, visible: string): never {
    const meant = this.options.strict
      ? undefined
      : nearest(
          name,
          [...visible.split("\n"), ...this.scope.names()].filter((other) => other !== ""),
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

  isDefVar(name: RhaiValue, visible: string, stores: readonly EvalStore[], at: number): boolean {
    if (typeof name !== "string") throw mismatch("string", name, at);
    const isDeclared = visible.split("\n").includes(name) || stores.some((store) => store.has(name));
    return isDeclared || this.scope.cell(name) !== undefined;
  }

  /** `eval`: runs a text where the caller stands. What it declares lives on in the caller's block, the first store. */
  evaluate(
    script: RhaiValue,
    bindings: ReadonlyMap<string, Binding>,
    stores: readonly EvalStore[],
    at: number,
  ): RhaiValue {
    if (typeof script !== "string") throw mismatch("string", script, at);
    if (this.evaluator === undefined) throw this.notFound("eval", [script], at);
    const stored = (name: string): EvalCell | undefined =>
      stores.map((store) => store.get(name)).find((cell) => cell !== undefined);
    const bound = (name: string): Cell | undefined => {
      const binding = bindings.get(name);
      if (binding === undefined) return undefined;
      return {
        get v() {
          return binding.get();
        },
        set v(value) {
          binding.set(value);
        },
      };
    };
    const scope: ScopeView = {
      cell: (name) => stored(name) ?? bound(name) ?? this.scope.cell(name),
      isConstant: (name) => stored(name)?.isConstant ?? bindings.get(name)?.constant ?? this.scope.isConstant(name),
      keep: (variables) => {
        for (const [name, value, isConstant] of variables) stores[0]?.set(name, { v: value, isConstant });
      },
      names: () => [...stores.flatMap((store) => [...store.keys()]), ...bindings.keys(), ...this.scope.names()],
    };
    try {
      return this.evaluator(script, scope, this.host, this.functions);
    } catch (fault) {
      throw fault instanceof RhaiError ? fault.through("eval", this.level) : fault;
    }
  }

  /** Whether a pointer is nothing but the name of a function. */
  namesFunction(pointer: RhaiValue, name: string): boolean {
    const isName = pointer instanceof RhaiFn && pointer.body === undefined && pointer.curried.length === 0;
    return isName && pointer.name === name;
  }

  writable(name: string, at: number): void {
    if (this.scope.isConstant(name))
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

  /** A closure cannot have as `this` a variable that it shares: in strict Rhai, which remembers what closures share. */
  race(fn: RhaiValue, variable: object, at: number): void {
    if (fn instanceof RhaiFn && fn.captured.includes(variable))
      throw new RhaiError("ErrorDataRace", `Data race detected on variable 'this' of function '${fn.name}'`, at);
  }

  isConstant(name: string): boolean {
    return this.scope.isConstant(name);
  }

  /** The cell of a variable of the scope; one whose value is undefined when there is none. */
  outer(name: string): { v: RhaiValue | undefined } {
    return this.scope.cell(name) ?? { v: undefined };
  }

  /** The variables of the top level, and those that an `eval` declared there. */
  keep(variables: readonly (readonly [string, RhaiValue, boolean])[], store?: EvalStore): void {
    this.scope.keep(variables);
    for (const [name, { v, isConstant }] of store ?? []) this.scope.keep([[name, v, isConstant]]);
  }

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
    const [called] = error.calls;
    if (called !== undefined && !entries.has("function")) entries.set("function", called);
    const position = error.position;
    if (position !== undefined) {
      entries.set("line", position.line);
      entries.set("position", position.column);
    }
    return new RhaiMap(entries);
  }

  readonly iterate = itemsOf;

  /** The bounds of a loop that are not both numbers: where it counts from and to, and what is added to each. */
  wideRange(from: RhaiValue, to: RhaiValue, at: number): [from: number, to: number, base: bigint | null] {
    if (!isInt(from) || !isInt(to)) throw this.notFound("..", [from, to], at);
    // From below 2^52 no run gets to 2^53.
    if (typeof from === "number" && from < 2 ** 52) return [from, Number(to), null];
    return [0, Number(BigInt(to) - BigInt(from)), BigInt(from)];
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

export type { Evaluator, RhaiHost, ScopeView } from "./runtime-host.ts";
