/** Operators → JavaScript: the quick way for integers and floats that generated code takes itself, the runtime for the rest. */
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

export abstract class OperatorGenerator extends GeneratorBase {
  /** An operator on two evaluated operands. */
  operator(op: string, left: string, right: string, at: string): Atom {
    const comparison = COMPARISON[op];
    if (comparison !== undefined) {
      const quick = `(typeof ${left}==="number"&&typeof ${right}==="number")?${left}${comparison.quick}${right}`;
      return { js: this.out.temp(`${quick}:${comparison.name}(${left},${right},${at})`), known: "bool" };
    }
    if (op === "in" || op === "!in") {
      return { js: this.out.temp(`${op === "in" ? "" : "!"}isIn(${left},${right},${at})`), known: "bool" };
    }
    if (op === ".." || op === "..=") return fresh(this.out.temp(`range(${left},${right},${op === "..="},${at})`));
    return fresh(this.#arithmetic(op, left, right, at));
  }

  #arithmetic(op: string, left: string, right: string, at: string): string {
    const { name, quick } = ARITHMETIC[op]!;
    const slow = `${name}(${left},${right},${at})`;
    const onFloats = this.onFloats(op, left, right, slow);
    if (op === "%") {
      return this.out.temp(
        `(typeof ${left}==="number"&&typeof ${right}==="number"&&${right}!==0)?${left}%${right}+0:${slow}`,
      );
    }
    if (quick === undefined) return this.out.temp(slow);
    const result = this.out.fresh("t");
    // A sum or product of safe integers that is a safe integer itself is exact; anything else takes the long way.
    this.out.line(
      `let ${result};if(!(typeof ${left}==="number"&&typeof ${right}==="number"&&(${result}=${quick(left, right)})<=9007199254740991&&${result}>=-9007199254740991))${result}=${onFloats};`,
    );
    return result;
  }

  /** The short way for two floats; a literal integer is none. */
  onFloats(op: string, left: string, right: string, slow: string): string {
    const isName = (atom: string): boolean => /^[a-z]/.test(atom);
    if (!isName(left) || !isName(right)) return slow;
    return `${left} instanceof RhaiFloat&&${right} instanceof RhaiFloat?new RhaiFloat(${left}.value${op}${right}.value):${slow}`;
  }
}
