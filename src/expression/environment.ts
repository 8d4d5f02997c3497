/**
 * The CEL dialect of a branch condition: the library's standard environment with three changes. Numbers of a payload
 * are doubles (or bigints beyond 2^53) while CEL's literals are 64-bit integers, so arithmetic between the two is
 * defined here; regular expressions run in linear time; names are declared, so that a misspelt one is found at load.
 */
import { Environment, EvaluationError } from "@marcbachmann/cel-js";
import { RE2JS } from "re2js";
import { messageOf } from "../base/index.ts";

/** The library's own `matches` backtracks and cannot be replaced, so calls of it are renamed to this one. */
export const LINEAR_MATCHES = "matches_linear";

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const MAX_PATTERNS = 200;
const patterns = new Map<string, RE2JS>();

const LIMITS = { maxAstNodes: 2000, maxDepth: 60, maxListElements: 500, maxMapEntries: 200, maxCallArguments: 16 };

const MIXED: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

function createBase(): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: LIMITS,
  });
  for (const [operator, apply] of Object.entries(MIXED)) {
    environment.registerOperator(`double ${operator} int: double`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  environment.registerOperator("double % int: double", (a: number, b: bigint) => remainder(a, Number(b)));
  environment.registerOperator("int % double: double", (a: bigint, b: number) => remainder(Number(a), b));
  environment.registerOperator("double % double: double", remainder);
  environment.registerFunction(`string.${LINEAR_MATCHES}(string): bool`, matchesLinearly);
  return environment;
}

/** Patterns are written by the flow's author and few; the bound is for those that a payload brings. */
function matchesLinearly(text: string, pattern: string): boolean {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = compilePattern(pattern);
    if (patterns.size >= MAX_PATTERNS) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.matcher(text).find();
}

function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (thrown) {
    const message = `Invalid regular expression: ${messageOf(thrown)}`;
    throw new EvaluationError({ code: "invalid_regular_expression", message });
  }
}

function remainder(a: number, b: number): number {
  if (b === 0) throw new EvaluationError({ code: "modulo_by_zero", message: "modulo by zero" });
  return a % b;
}

const base = createBase();

/**
 * The environment of an expression that may use `names`. A name that CEL keeps for itself (`type`, `in`, …) is left
 * out: what it names cannot be reached from an expression.
 */
export function environmentFor(names: Iterable<string>): Environment {
  const environment = base.clone();
  for (const name of names) {
    if (!IDENTIFIER.test(name)) continue;
    try {
      environment.registerVariable(name, "dyn");
    } catch {
      continue;
    }
  }
  return environment;
}
