/**
 * What all parts of the generator share. Generated code is a sequence of simple statements: every intermediate result
 * has a name (a temporary, a variable or a constant), so the order of evaluation is the order of the lines.
 *
 * Two ways to use a value: borrowed (`borrow`), to look at it now, or owned (`own`), to keep it. Owning something that
 * already belongs to a variable copies it; a fresh value needs no copy.
 */
import type { Diagnostic, Source, Span } from "../../text/index.ts";
import type { Expr, FnDef, Program } from "../ast.ts";
import type { RhaiOptions } from "../options.ts";
import type { Native, NativeTable } from "../natives.ts";
import { Emitter } from "./emitter.ts";
import type { Needs } from "./names.ts";
import { Scope, type Variable } from "./scope.ts";

export interface LoopContext {
  readonly label: string;
  /** The temporary that receives `break value`; undefined when the loop's value is not used. */
  readonly result: string | undefined;
}

export interface FunctionContext {
  readonly needs: Needs;
  /** `main` may see the scope that is passed in; functions see only their parameters. */
  readonly isMain: boolean;
  readonly thisName: string;
  loops: LoopContext[];
  /** Whether a return leaves a function that was counted in on entry. */
  readonly isCounted: boolean;
  /** The error that the innermost `catch` is handling. */
  caught: string | undefined;
}

/** What a generated expression is, as far as it is known: saves checks. */
export type Known = "bool" | "int" | "fresh" | "place";

export interface Atom {
  readonly js: string;
  readonly known: Known;
}

/** An expression whose value belongs to nothing yet. */
export function fresh(js: string): Atom {
  return { js, known: "fresh" };
}

export abstract class GeneratorBase {
  readonly out = new Emitter();
  readonly diagnostics: Diagnostic[] = [];
  /** The overloads of every call of a native function, looked up once. */
  readonly sites: (readonly Native[])[] = [];
  readonly options: RhaiOptions;
  readonly source: Source;
  readonly natives: NativeTable;
  readonly functions = new Map<string, { readonly def: FnDef; readonly js: string }>();
  /** Names that are read from the passed scope, with the variable they became. */
  readonly outer = new Map<string, Variable>();
  /** Constants of the top level, which functions reach through `global::`. */
  readonly globals = new Map<string, string>();
  /** Names that an `import` at the top gives to modules (which fails when it runs: there are none here). */
  readonly modules: ReadonlySet<string>;
  scope = new Scope();
  context: FunctionContext = {
    needs: { shared: new Set(), evaluates: false },
    isMain: true,
    thisName: "null",
    loops: [],
    isCounted: false,
    caught: undefined,
  };
  /** The top level's own scope. */
  root = this.scope;

  constructor(source: Source, program: Program, options: RhaiOptions, natives: NativeTable) {
    this.source = source;
    this.options = options;
    this.natives = natives;
    this.modules = new Set(
      program.body.statements.flatMap((statement) =>
        statement.kind === "import" ? [statement.alias?.name ?? ""] : [],
      ),
    );
    for (const def of program.functions) {
      this.functions.set(fnKey(def.name, def.params.length, def.thisType), { def, js: this.out.fresh("f") });
    }
  }

  abstract expr(expr: Expr): Atom;

  /** To look at: no copy. */
  borrow(expr: Expr): string {
    return this.expr(expr).js;
  }

  /** To keep: a copy if it belongs to something else. */
  own(expr: Expr): string {
    const atom = this.expr(expr);
    return atom.known === "place"
      ? this.out.temp(`(typeof ${atom.js}==="object"?copyOf(${atom.js}):${atom.js})`)
      : atom.js;
  }

  /** Borrowed, and still the same container when what is evaluated after it gives its variable another one. */
  steady(expr: Expr, later: readonly Expr[]): string {
    const atom = this.expr(expr);
    const isSteady = atom.known !== "place" || later.every(isSimple);
    return isSteady ? atom.js : this.out.temp(atom.js);
  }

  /** As it is now, whatever is evaluated after it does to its variable or changes in its container. */
  snapshot(expr: Expr, later: readonly Expr[]): string {
    return later.every(isSimple) ? this.borrow(expr) : this.own(expr);
  }

  /** The name of the overloads of a native function. */
  site(name: string, arity: number): string {
    this.sites.push(this.natives.find(name, arity));
    return `q${this.sites.length - 1}`;
  }

  /** A position for messages: the offset at which the construct stands. */
  at(span: Span): string {
    return String(span.start);
  }

  /** Counts so many operations. */
  tick(span: Span, weight: number): void {
    this.out.line(`if((n+=${weight})>N)tick(n,${this.at(span)});`);
  }

  report(code: string, message: string, span: Span, hint?: string): void {
    this.diagnostics.push({
      level: "error",
      code,
      message,
      source: this.source,
      span,
      ...(hint !== undefined && { hint }),
    });
  }

  text(value: string): string {
    return this.out.constant(`s:${value}`, value);
  }

  /** Runs `write` in a block scope of its own. */
  inScope(write: () => void): void {
    const outer = this.scope;
    this.scope = this.newScope(outer);
    write();
    this.scope = outer;
  }

  /** A scope; where a text is evaluated, with a store for what that declares. */
  newScope(parent?: Scope): Scope {
    if (!this.context.needs.evaluates) return new Scope(parent);
    const store = this.out.fresh("w");
    this.out.line(`const ${store}=new Map();`);
    return new Scope(parent, store);
  }

  /** A variable by its name: one of the script, one of the scope that is passed in, or what an `eval` declared. */
  lookup(name: string): Variable | undefined {
    const variable = this.scope.find(name) ?? this.outerVariable(name);
    const stores = this.scope.storesBefore(name);
    if (stores.length === 0) return variable;
    const places = [...stores.map((store) => `${store}.get(${this.text(name)})`), variable?.js ?? "{v:undefined}"];
    const unknown = { name, isCell: true, isConst: false, isOuter: true, isShared: false };
    return { ...(variable ?? unknown), js: `(${places.join("??")})` };
  }

  /** A variable of the scope that is passed in; functions do not see it. */
  outerVariable(name: string): Variable | undefined {
    if (!this.context.isMain) return undefined;
    const known = this.outer.get(name);
    if (known !== undefined) return known;
    const variable = {
      name,
      js: this.out.fresh("g"),
      isCell: true,
      isConst: false,
      isOuter: true,
      isShared: false,
    };
    this.outer.set(name, variable);
    return variable;
  }

  /** How a variable is read. */
  read(variable: Variable): string {
    return variable.isCell ? `${variable.js}.v` : variable.js;
  }

  /** Declares a variable that starts with `value`. */
  declare(name: string, value: string, isConst: boolean): Variable {
    const { shared, evaluates } = this.context.needs;
    const isShared = shared.has(name);
    const isCell = isShared || evaluates;
    const js = this.out.fresh("v");
    this.out.line(isCell ? `const ${js}={v:${value}};` : `let ${js}=${value};`);
    if (this.scope.store !== "") this.out.line(`${this.scope.store}.delete(${this.text(name)});`);
    const variable = { name, js, isCell, isConst, isOuter: false, isShared };
    this.scope.declare(variable);
    return variable;
  }
}

export function fnKey(name: string, arity: number, thisType?: string): string {
  return thisType === undefined ? `${name}/${arity}` : `${thisType}.${name}/${arity}`;
}

/** Evaluating it changes no variable. */
function isSimple(expr: Expr): boolean {
  switch (expr.kind) {
    case "int":
    case "float":
    case "string":
    case "char":
    case "bool":
    case "unit":
    case "name":
    case "this":
      return true;
    case "prop":
      return isSimple(expr.object);
    case "index":
      return isSimple(expr.object) && isSimple(expr.index);
    case "binary":
      return isSimple(expr.left) && isSimple(expr.right);
    case "unary":
      return isSimple(expr.operand);
    default:
      return false;
  }
}
