/**
 * Which fields a script reads of the names that its host gives to it, so that a host that knows these can tell slips: a
 * key that a map does not have gives `()`, without a word.
 *
 * Invariants:
 * 1. A name that the script declares or changes anywhere is its own, and left out.
 * 2. What `?.` or `??` asks for is left out: that it may be missing is the question.
 */
import type { Source, Span } from "../text/index.ts";
import type { Block, Expr, Statement } from "./ast.ts";
import { parse } from "./parser.ts";
import { childrenOf } from "./walk.ts";

export interface FieldRead {
  /** The name, and the keys behind it: `["event", "payload", "id"]`. */
  readonly path: readonly string[];
  /** The last key. */
  readonly span: Span;
}

/** Methods that put keys into a map. */
const CHANGING: ReadonlySet<string> = new Set(["set", "mixin", "fill_with"]);

/** Reads of constant keys, as far as the keys are constant; nothing for a script that cannot be read. */
export function fieldsRead(source: Source): readonly FieldRead[] {
  const { program, diagnostics } = parse(source);
  if (diagnostics.length > 0) return [];
  const finder = new FieldFinder();
  for (const fn of program.functions) finder.declare(...fn.params.map(({ name }) => name));
  for (const block of [program.body, ...program.functions.map(({ body }) => body)]) finder.block(block);
  return finder.found;
}

class FieldFinder {
  readonly #reads: FieldRead[] = [];
  readonly #own = new Set<string>();

  get found(): readonly FieldRead[] {
    return this.#reads.filter(({ path: [name = ""] }) => !this.#own.has(name));
  }

  declare(...names: readonly (string | undefined)[]): void {
    for (const name of names) if (name !== undefined) this.#own.add(name);
  }

  block({ statements }: Block): void {
    for (const statement of statements) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case "let":
        this.declare(statement.name);
        if (statement.value !== undefined) this.#expr(statement.value);
        return;
      case "assign":
        this.declare(rootOf(statement.target));
        this.#expr(statement.value);
        return;
      case "expr":
        this.#expr(statement.expr);
        return;
      case "try":
        this.declare(statement.variable?.name);
        this.block(statement.body);
        this.block(statement.handler);
        return;
      case "break":
      case "return":
      case "throw":
        if (statement.value !== undefined) this.#expr(statement.value);
        return;
      case "import":
        this.declare(statement.alias?.name);
        return;
      case "continue":
      case "export":
      case "fn":
        return;
      default:
        statement satisfies never;
    }
  }

  #expr(expr: Expr): void {
    const read = readOf(expr);
    if (read !== undefined) this.#reads.push(read);
    if (expr.kind === "closure") this.declare(...expr.params.map(({ name }) => name));
    if (expr.kind === "for") this.declare(expr.variable.name, expr.counter?.name);
    if (expr.kind === "method" && CHANGING.has(expr.name)) this.declare(rootOf(expr.object));
    const isAsked = expr.kind === "binary" && expr.op === "??";
    for (const child of isAsked ? [expr.right] : childrenOf(expr)) {
      if ("statements" in child) this.block(child);
      else this.#expr(child);
    }
  }
}

function readOf(expr: Expr): FieldRead | undefined {
  const key = keyOf(expr);
  if (key === undefined || !("object" in expr)) return undefined;
  if (expr.object.kind === "name") return { path: [expr.object.name, key], span: spanOf(expr) };
  const before = readOf(expr.object);
  return before === undefined ? undefined : { path: [...before.path, key], span: spanOf(expr) };
}

function keyOf(expr: Expr): string | undefined {
  if (expr.kind === "prop") return expr.optional ? undefined : expr.name;
  return expr.kind === "index" && !expr.optional && expr.index.kind === "string" ? expr.index.value : undefined;
}

function spanOf(expr: Expr): Span {
  if (expr.kind === "prop") return expr.nameSpan;
  return expr.kind === "index" ? expr.index.span : expr.span;
}

function rootOf(expr: Expr): string | undefined {
  if (expr.kind === "name") return expr.name;
  return expr.kind === "prop" || expr.kind === "index" || expr.kind === "method" ? rootOf(expr.object) : undefined;
}
