/**
 * What a script says that cannot work once it is reached, and that only the run would tell: a function that nothing
 * defines, a name that a function does not see, a module. Rhai looks such names up when it comes to them, so that they
 * are no faults of the text; a look over the tree finds them all the same.
 *
 * Invariants:
 * 1. What may exist is not suspected: a method may be a closure in a map, so that a name which the script writes as a
 *    key or as a text is left alone; a function that is called in the scope of its caller may use any name.
 * 2. Variables of the top level are not looked at: the scope that a host passes in may hold them.
 */
import { nearest } from "../base/index.ts";
import type { Diagnostic, Source, Span } from "../text/index.ts";
import type { Block, Expr, FnDef, Program, Statement } from "./ast.ts";
import { lex } from "./lexer.ts";
import type { NativeTable } from "./natives.ts";
import { childrenOf, walkBlock } from "./walk.ts";

/** Functions that the engine handles itself. */
const OF_THE_ENGINE: ReadonlySet<string> = new Set(["call", "curry", "eval", "is_shared", "is_def_var"]);
const MAX_SUSPECTS = 50;
const OPEN_COMMENT = "This comment is not closed: all that follows is part of it.";
const NO_EXPORT = "There are no modules here: nothing takes what is exported.";

/** Names that a block of a function sees; undefined at the top level, where any name may come from outside. */
type Names = ReadonlySet<string> | undefined;

export function suspectsOf(source: Source, program: Program, natives: NativeTable): readonly Diagnostic[] {
  return new SuspectFinder(source, program, natives).all();
}

class SuspectFinder {
  readonly #found: Diagnostic[] = [];
  readonly #source: Source;
  readonly #program: Program;
  readonly #natives: NativeTable;
  /** How many arguments the functions of a name take. */
  readonly #functions = new Map<string, Set<number>>();
  /** Keys of maps and texts: a method or function of such a name may come about in another way. */
  readonly #written = new Set<string>();
  readonly #calledInScope = new Set<string>();

  constructor(source: Source, program: Program, natives: NativeTable) {
    this.#source = source;
    this.#program = program;
    this.#natives = natives;
    for (const { name, params } of program.functions)
      this.#functions.set(name, (this.#functions.get(name) ?? new Set()).add(params.length));
  }

  all(): readonly Diagnostic[] {
    const { body, functions } = this.#program;
    for (const block of [body, ...functions.map((fn) => fn.body)]) walkBlock(block, (expr) => this.#note(expr));
    this.#block(body, undefined);
    for (const fn of functions) this.#block(fn.body, this.#namesOf(fn));
    const { openComment } = lex(this.#source, { disabledSymbols: new Set(), plainNames: false });
    if (openComment !== undefined) this.#suspect("open-comment", OPEN_COMMENT, openComment);
    return this.#found.sort((a, b) => a.span.start - b.span.start).slice(0, MAX_SUSPECTS);
  }

  #note(expr: Expr): void {
    if (expr.kind === "string") this.#written.add(expr.value);
    if (expr.kind === "map") for (const { key } of expr.entries) this.#written.add(key);
    if (expr.kind === "prop") this.#written.add(expr.name);
    if (expr.kind === "call" && expr.bang) this.#calledInScope.add(expr.name);
  }

  #namesOf({ name, params, body }: FnDef): Names {
    let sees = this.#calledInScope.has(name) || this.#calledInScope.has("call");
    walkBlock(body, (expr) => {
      if (expr.kind === "call" && expr.name === "eval") sees = true;
    });
    return sees ? undefined : new Set(params.map((param) => param.name));
  }

  #block(block: Block, outer: Names): void {
    let names = outer;
    for (const statement of block.statements) names = this.#statement(statement, names);
  }

  /** Looks at a statement; gives the names that are visible behind it. */
  #statement(statement: Statement, names: Names): Names {
    switch (statement.kind) {
      case "let":
        if (statement.value !== undefined) this.#expr(statement.value, names);
        if (statement.isExport) this.#suspect("no-modules", NO_EXPORT, statement.span);
        return plus(names, statement.name);
      case "assign":
        this.#expr(statement.target, names);
        this.#expr(statement.value, names);
        return names;
      case "expr":
        this.#expr(statement.expr, names);
        return names;
      case "break":
      case "return":
      case "throw":
        if (statement.value !== undefined) this.#expr(statement.value, names);
        return names;
      case "try":
        this.#block(statement.body, names);
        this.#block(statement.handler, plus(names, statement.variable?.name));
        return names;
      case "import":
        this.#suspect("no-modules", "There are no modules here: this import fails.", statement.span);
        return names;
      case "export":
        this.#suspect("no-modules", NO_EXPORT, statement.span);
        return names;
      case "continue":
      case "fn":
        return names;
      default:
        return statement satisfies never;
    }
  }

  #expr(expr: Expr, names: Names): void {
    switch (expr.kind) {
      case "name":
        this.#name(expr.name, expr.span, names);
        return;
      case "closure":
        this.#block(expr.body, plus(names, ...expr.params.map(({ name }) => name)));
        return;
      case "for":
        this.#expr(expr.iterable, names);
        this.#block(expr.body, plus(names, expr.variable.name, expr.counter?.name));
        return;
      case "path":
        this.#path(expr.path, expr.span);
        return;
      case "call":
        if (expr.path.length > 0) this.#path(expr.path, expr.span);
        else this.#call(expr.name, expr.args.length, expr.span);
        break;
      case "method":
        this.#method(expr.name, expr.args.length, expr.nameSpan);
        break;
      default:
    }
    for (const child of childrenOf(expr)) {
      if ("statements" in child) this.#block(child, names);
      else this.#expr(child, names);
    }
  }

  #name(name: string, span: Span, names: Names): void {
    if (names === undefined || names.has(name) || this.#functions.has(name)) return;
    const hint = "A function sees its parameters, `this`, and constants of the top level as `global::NAME`.";
    this.#suspect("variable-undefined", `There is no variable "${name}" in this function.`, span, hint);
  }

  #path(path: readonly string[], span: Span): void {
    if (path.length === 1 && path[0] === "global") return;
    this.#suspect("no-modules", `There is no module "${path[0]}".`, span);
  }

  #call(name: string, count: number, span: Span): void {
    if (OF_THE_ENGINE.has(name) || this.#written.has(name)) return;
    if (this.#functions.get(name)?.has(count) || this.#natives.find(name, count).length > 0) return;
    this.#unknown(name, count, span);
  }

  #method(name: string, count: number, span: Span): void {
    if (OF_THE_ENGINE.has(name) || this.#written.has(name)) return;
    const taken = this.#natives.find(name, count + 1).length > 0;
    if (taken || this.#functions.get(name)?.has(count)) return;
    this.#unknown(name, count, span);
  }

  #unknown(name: string, count: number, span: Span): void {
    const isKnown = this.#functions.has(name) || this.#natives.names.has(name);
    const meant = isKnown ? undefined : nearest(name, [...this.#functions.keys(), ...this.#natives.names]);
    const message = isKnown
      ? `"${name}" does not take ${count} argument${count === 1 ? "" : "s"}.`
      : `There is no function "${name}".`;
    this.#suspect("function-undefined", message, span, meant === undefined ? undefined : `Did you mean "${meant}"?`);
  }

  #suspect(code: string, message: string, span: Span, hint?: string): void {
    const found = { level: "warning" as const, code, message, source: this.#source, span };
    this.#found.push(hint === undefined ? found : { ...found, hint });
  }
}

function plus(names: Names, ...more: readonly (string | undefined)[]): Names {
  if (names === undefined) return undefined;
  return new Set([...names, ...more.filter((name) => name !== undefined)]);
}
