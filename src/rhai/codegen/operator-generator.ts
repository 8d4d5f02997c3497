/** Operators → JavaScript: the quick way for integers and floats that generated code takes itself, the runtime for the rest. */
import type { Expr } from "../ast.ts";
import { fresh, GeneratorBase, type Atom } from "./generator-base.ts";

/** The runtime function of an operator, and the quick way where both sides are numbers (integers). */
const ARITHMETIC: Readonly<
  Record<string, { readonly name: string; readonly quick?: (a: string, b: string) => string }>
> = {
  "+": { name: "add", quick: (a, b) => `${a}+${b}` },
  "-": { name: "sub", quick: (a, b) => `${a}-${b}` },
  "*": { name: "mul", quick: (a, b) => `${a}*${b}+0` },
  "/": { name: "div" },
  "%": { name: "mod" },
  "**": { name: "pow" },
  "<<": { name: "shl" },
  ">>": { name: "shr" },
  "&": { name: "band" },
  "|": { name: "bor" },
  "^": { name: "bxor" },
};

const COMPARISON: Readonly<Record<string, { readonly name: string; readonly quick: string }>> = {
  "==": { name: "eq", quick: "===" },
  "!=": { name: "ne", quick: "!==" },
  "<": { name: "lt", quick: "<" },
  "<=": { name: "le", quick: "<=" },
  ">": { name: "gt", quick: ">" },
  ">=": { name: "ge", quick: ">=" },
};

/**
 * The value of an operand. With `raw`, a float that nothing else sees is no object: `js` is undefined then, and `raw`
 * holds the number.
 */
export interface Operand {
  readonly js: string;
  readonly raw?: string;
}

const WITH_RAW: ReadonlySet<string> = new Set(["+", "-", "*", "/"]);

export abstract class OperatorGenerator extends GeneratorBase {
  /** An operand that is only looked at, safe against changes by what is evaluated after it. */
  operand(expr: Expr, later: readonly Expr[]): Operand {
    if (expr.kind !== "binary" || !WITH_RAW.has(expr.op)) return { js: this.snapshot(expr, later) };
    const left = this.operand(expr.left, [expr.right]);
    return this.#arithmetic(expr.op, left, this.operand(expr.right, []), this.at(expr.span), true);
  }

  /** An operator on two evaluated operands. */
  operator(op: string, left: Operand, right: Operand, at: string): Atom {
    const [a, b] = [boxed(left), boxed(right)];
    const comparison = COMPARISON[op];
    if (comparison !== undefined) {
      const [x, y] = [this.#named(left, a), this.#named(right, b)];
      const quick = `(typeof ${x}==="number"&&typeof ${y}==="number")?${x}${comparison.quick}${y}`;
      return { js: this.out.temp(`${quick}:${comparison.name}(${x},${y},${at})`), known: "bool" };
    }
    if (op === "in" || op === "!in")
      return { js: this.out.temp(`${op === "in" ? "" : "!"}isIn(${a},${b},${at})`), known: "bool" };
    if (op === ".." || op === "..=") return fresh(this.out.temp(`range(${a},${b},${op === "..="},${at})`));
    return fresh(this.#arithmetic(op, left, right, at, false).js);
  }

  #named(operand: Operand, js: string): string {
    return operand.raw === undefined ? js : this.out.temp(js);
  }

  /** `target += value`: appends to arrays, maps and texts in place; on numbers it is `+`. */
  addition(target: string, value: Operand, at: string): string {
    return this.#quick("+", { js: target }, value, `addTo(${target},${boxed(value)},${at})`, false).js;
  }

  #arithmetic(op: string, left: Operand, right: Operand, at: string, mayBeRaw: boolean): Operand {
    const [a, b] = [boxed(left), boxed(right)];
    const slow = `${ARITHMETIC[op]!.name}(${a},${b},${at})`;
    if (WITH_RAW.has(op)) return this.#quick(op, left, right, slow, mayBeRaw);
    if (op !== "%") return { js: this.out.temp(slow) };
    const [x, y] = [this.#named(left, a), this.#named(right, b)];
    return {
      js: this.out.temp(`(typeof ${x}==="number"&&typeof ${y}==="number"&&${y}!==0)?${x}%${y}+0:mod(${x},${y},${at})`),
    };
  }

  /**
   * The quick ways. A sum or product of safe integers that is a safe integer itself is exact; two floats are theirs;
   * anything else takes the long way.
   */
  #quick(op: string, left: Operand, right: Operand, slow: string, mayBeRaw: boolean): Operand {
    const result = this.out.fresh("t");
    const quick = ARITHMETIC[op]!.quick;
    const ints =
      quick === undefined
        ? ""
        : `if(!(typeof ${left.js}==="number"&&typeof ${right.js}==="number"&&(${result}=${quick(left.js, right.js)})<=9007199254740991&&${result}>=-9007199254740991))`;
    // A literal integer is no float.
    if (![left, right].every(({ js }) => /^[a-z]/.test(js))) {
      this.out.line(`let ${result};${ints}${result}=${slow};`);
      return { js: result };
    }
    const test = [left, right].map(isFloat).join("&&");
    const floats = `${number(left)}${op}${number(right)}`;
    if (!mayBeRaw) {
      this.out.line(`let ${result};${ints}${result}=${test}?new RhaiFloat(${floats}):${slow};`);
      return { js: result };
    }
    const raw = this.out.fresh("r");
    this.out.line(`let ${result},${raw}=0;${ints}if(${test})${raw}=${floats};else ${result}=${slow};`);
    return { js: result, raw };
  }
}

function isFloat({ js, raw }: Operand): string {
  return raw === undefined ? `${js} instanceof RhaiFloat` : `(${js}===undefined||${js} instanceof RhaiFloat)`;
}

/** The number of an operand that is a float. */
function number({ js, raw }: Operand): string {
  return raw === undefined ? `${js}.value` : `(${js}===undefined?${raw}:${js}.value)`;
}

/** An operand as a value of the script. */
function boxed({ js, raw }: Operand): string {
  return raw === undefined ? js : `(${js}===undefined?new RhaiFloat(${raw}):${js})`;
}
