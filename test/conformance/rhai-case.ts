/** One conformance case: build the scope, run the script in strict mode, compare what came out. */
import { compileScript, RhaiError, RhaiScope, type RhaiOptions, type RhaiValue } from "../../src/rhai/index.ts";
import { Source } from "../../src/text/index.ts";
import { fromTyped, sameTyped, toTyped, type Typed } from "./rhai-typed.ts";

export interface RhaiCase {
  readonly id: string;
  readonly script: string;
  readonly mode?: "run" | "compile" | "expression" | "compile_expression";
  readonly scope?: Readonly<Record<string, Typed>>;
  readonly scope_const?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly expect?: Typed;
  readonly tolerance?: number;
  readonly error?: string;
  readonly inner_error?: string;
  readonly thrown?: Typed;
  readonly prints?: readonly string[];
  readonly debugs?: readonly string[];
  readonly scope_after?: Readonly<Record<string, Typed>>;
  readonly quirk?: unknown;
}

interface Outcome {
  readonly value?: RhaiValue;
  readonly error?: {
    readonly kind: string;
    readonly inner: string;
    readonly thrown?: RhaiValue;
    readonly message: string;
  };
  readonly prints: readonly string[];
  readonly debugs: readonly string[];
  readonly scope: RhaiScope;
}

/** Runs a case. Returns what is wrong, or undefined when all is well. */
export function runCase(item: RhaiCase): string | undefined {
  const outcome = outcomeOf(item);
  return item.error === undefined ? valueFault(item, outcome) : errorFault(item, outcome);
}

function errorFault(item: RhaiCase, { error, value }: Outcome): string | undefined {
  if (error === undefined) return `expected ${item.error}, got ${JSON.stringify(toTyped(value ?? null))}`;
  if (item.error !== "any" && error.kind !== item.error)
    return `expected ${item.error}, got ${error.kind}: ${error.message}`;
  if (item.inner_error !== undefined && error.inner !== item.inner_error)
    return `expected ${item.inner_error} inside, got ${error.inner}: ${error.message}`;
  if (item.thrown === undefined) return undefined;
  const thrown = toTyped(error.thrown ?? null);
  return sameTyped(thrown, item.thrown)
    ? undefined
    : `expected ${JSON.stringify(item.thrown)} thrown, got ${JSON.stringify(thrown)}`;
}

function valueFault(item: RhaiCase, { error, value, prints, debugs, scope }: Outcome): string | undefined {
  if (error !== undefined) return `expected ${JSON.stringify(item.expect)}, got ${error.kind}: ${error.message}`;
  if (item.mode === "compile" || item.mode === "compile_expression") return undefined;
  const actual = toTyped(value ?? null);
  const expected = item.expect ?? { any: null };
  if (item.mode !== "run" && !sameTyped(actual, expected, item.tolerance))
    return `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
  if (item.prints !== undefined && !sameLines(prints, item.prints))
    return `expected prints ${JSON.stringify(item.prints)}, got ${JSON.stringify(prints)}`;
  if (item.debugs !== undefined && !sameLines(debugs, item.debugs))
    return `expected debugs ${JSON.stringify(item.debugs)}, got ${JSON.stringify(debugs)}`;
  for (const [name, wanted] of Object.entries(item.scope_after ?? {})) {
    const after = scope.get(name);
    if (after === undefined || !sameTyped(toTyped(after), wanted))
      return `expected ${name} to be ${JSON.stringify(wanted)}, got ${JSON.stringify(after === undefined ? undefined : toTyped(after))}`;
  }
  return undefined;
}

function sameLines(actual: readonly string[], expected: readonly string[]): boolean {
  return actual.length === expected.length && actual.every((line, at) => line === expected[at]);
}

function outcomeOf(item: RhaiCase): Outcome {
  const prints: string[] = [];
  const debugs: string[] = [];
  const scope = new RhaiScope();
  const constants = new Set(item.scope_const ?? []);
  for (const [name, typed] of Object.entries(item.scope ?? {}))
    scope.setValue(name, fromTyped(typed), { constant: constants.has(name) });
  const compiled = compileScript(new Source(item.id, item.script), optionsOf(item, Object.keys(item.scope ?? {})));
  if ("diagnostics" in compiled) {
    const message = compiled.diagnostics.map((diagnostic) => diagnostic.message).join(" | ");
    return { prints, debugs, scope, error: { kind: "ErrorParsing", inner: "ErrorParsing", message } };
  }
  if (item.mode === "compile" || item.mode === "compile_expression") return { prints, debugs, scope, value: null };
  try {
    const value = compiled.script.run(scope, {
      print: (text) => prints.push(text),
      debug: (text) => debugs.push(text),
      now: () => Date.now(),
    });
    return { prints, debugs, scope, value };
  } catch (fault) {
    if (!(fault instanceof RhaiError))
      return { prints, debugs, scope, error: { kind: "not a RhaiError", inner: "", message: String(fault) } };
    const thrown = fault.thrown === undefined ? {} : { thrown: fault.thrown };
    return {
      prints,
      debugs,
      scope,
      error: { kind: fault.kind, inner: fault.innerKind, message: fault.message, ...thrown },
    };
  }
}

/** The engine's setters and the options that they are here; a setting that is not listed does not change a result. */
function optionsOf(item: RhaiCase, known: readonly string[]): Partial<RhaiOptions> {
  const options: Record<string, unknown> = {
    strict: true,
    allowEval: true,
    maxOperations: 20_000_000,
    maxStringSize: 0,
    maxArraySize: 0,
    maxMapSize: 0,
    knownVariables: known,
    expressionOnly: item.mode === "expression" || item.mode === "compile_expression",
  };
  for (const [setter, value] of Object.entries(item.options ?? {})) {
    const name = OPTION_NAMES[setter];
    if (setter === "set_max_expr_depths")
      [options["maxExprDepth"], options["maxFunctionExprDepth"]] = value as [number, number];
    else if (name !== undefined) options[name] = value;
  }
  return options;
}

const OPTION_NAMES: Readonly<Record<string, keyof RhaiOptions>> = {
  set_strict_variables: "strictVariables",
  set_max_array_size: "maxArraySize",
  set_max_map_size: "maxMapSize",
  set_max_operations: "maxOperations",
  set_max_string_size: "maxStringSize",
  set_allow_if_expression: "allowIfExpression",
  set_allow_switch_expression: "allowSwitchExpression",
  set_allow_statement_expression: "allowStatementExpression",
  set_allow_loop_expressions: "allowLoopExpressions",
  set_allow_anonymous_fn: "allowAnonymousFn",
  set_allow_looping: "allowLooping",
  set_allow_shadowing: "allowShadowing",
  set_max_variables: "maxVariables",
  set_max_functions: "maxFunctions",
  set_max_call_levels: "maxCallLevels",
  set_fail_on_invalid_map_property: "failOnInvalidMapProperty",
  disable_symbol: "disabledSymbols",
};
