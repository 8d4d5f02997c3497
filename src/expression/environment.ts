/**
 * The CEL dialect of a branch condition: the library's standard environment with three changes. Numbers of a payload
 * are doubles (or bigints beyond 2^53) while CEL's literals are 64-bit integers, so arithmetic between the two is
 * defined here; regular expressions run in linear time; names are declared, so that a misspelt one is found at load.
 */
import { Environment, EvaluationError } from "@marcbachmann/cel-js";
import { registerMetered } from "./metered-functions.ts";

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

const LIMITS = { maxAstNodes: 2000, maxDepth: 60, maxListElements: 500, maxMapEntries: 200, maxCallArguments: 16 };

const MIXED: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

function createBase(limits: typeof LIMITS): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits,
  });
  for (const [operator, apply] of Object.entries(MIXED)) {
    environment.registerOperator(`double ${operator} int: double`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  environment.registerOperator("double % int: double", (a: number, b: bigint) => remainder(a, Number(b)));
  environment.registerOperator("int % double: double", (a: bigint, b: number) => remainder(Number(a), b));
  environment.registerOperator("double % double: double", remainder);
  registerMetered(environment);
  return environment;
}

function remainder(a: number, b: number): number {
  if (b === 0) throw new EvaluationError({ code: "modulo_by_zero", message: "modulo by zero" });
  return a % b;
}

const base = createBase(LIMITS);
/** What meters an expression makes it larger. */
const roomy = createBase({ ...LIMITS, maxAstNodes: LIMITS.maxAstNodes * 4, maxDepth: LIMITS.maxDepth * 2 });

/**
 * The environment of an expression that may use `names`. A name that CEL keeps for itself (`type`, `in`, …) is left
 * out: what it names cannot be reached from an expression.
 */
export function environmentFor(names: Iterable<string>): Environment {
  return withNames(base, names);
}

/** The same for the expression as it is metered. */
export function roomyEnvironmentFor(names: Iterable<string>): Environment {
  return withNames(roomy, names);
}

function withNames(environment: Environment, names: Iterable<string>): Environment {
  const named = environment.clone();
  for (const name of names) {
    if (!IDENTIFIER.test(name)) continue;
    try {
      named.registerVariable(name, "dyn");
    } catch {
      continue;
    }
  }
  return named;
}
