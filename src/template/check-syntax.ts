/**
 * Walks the syntax tree of one text: finds what is not allowed (with its place), collects the names it needs, and
 * wraps every `{{…}}` in the helper that turns values into text, so that Handlebars never does it its own way; nor does it
 * find `this` and what lies outside of a block its own way (`context-paths.ts`).
 */
import { nearest } from "../base/index.ts";
import { inFrames } from "./context-paths.ts";
import { TEMPLATE_HELPERS, TEXT_HELPER } from "./helpers.ts";

export interface SyntaxFault {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly range: { readonly start: number; readonly end: number };
}

/** A field that the text reads of a top-level name. */
export interface FieldRead {
  readonly path: readonly [string, string];
  readonly range: { readonly start: number; readonly end: number };
}

export interface SyntaxReport {
  readonly faults: readonly SyntaxFault[];
  /** Top-level names that the text may read. */
  readonly names: ReadonlySet<string>;
  readonly fields: readonly FieldRead[];
  /** The path when the whole text is one `{{path}}`. */
  readonly lonePath?: readonly string[];
}

const ASKING: ReadonlySet<string> = new Set(["if", "unless", "each", "with", "default", "not", "and", "or"]);
const DATA_NAMES: ReadonlySet<string> = new Set(["root", "index", "key", "first", "last"]);
const helperOf = (name: string) => (Object.hasOwn(TEMPLATE_HELPERS, name) ? TEMPLATE_HELPERS[name] : undefined);

/** Checks and rewrites `program` in place. `known` are the names a template may start with. */
export function checkSyntax(program: hbs.AST.Program, text: string, known: ReadonlySet<string>): SyntaxReport {
  const lonePath = lonePathOf(program);
  const walk = new Walk(text, known);
  walk.program(program, 0, []);
  const report = { faults: walk.faults, names: walk.names, fields: walk.fields };
  return lonePath === undefined ? report : { ...report, lonePath };
}

function lonePathOf(program: hbs.AST.Program): readonly string[] | undefined {
  const [only, ...others] = program.body;
  if (only === undefined || others.length > 0 || !isMustache(only)) return undefined;
  const { path, params, hash } = only;
  if (!isPath(path) || params.length > 0 || hash !== undefined || path.depth > 0) return undefined;
  // Outside of every block `@root` is where names are looked up anyway.
  if (path.data) return path.parts[0] === "root" ? path.parts.slice(1) : undefined;
  return helperOf(path.original) === undefined ? path.parts : undefined;
}

/** Blocks and calls in each other. Far from what uses up the stack, which only deeper ones would do. */
const MAX_LEVELS = 200;

/** The fault of a text that nests deeper. */
export const TOO_DEEP = {
  code: "bad-template",
  message: `The template nests more than ${MAX_LEVELS} levels deep.`,
  hint: "Give a part of it to a `template` step of its own.",
} as const;

/**
 * Whether one `{{…}}` holds calls in calls beyond the bound. Asked before the text is parsed: Handlebars' parser copies its
 * stack at every step, and would work for a minute on what is then refused.
 */
export function nestsTooDeep(text: string): boolean {
  let start = text.indexOf("{{");
  while (start !== -1) {
    const end = text.indexOf("}}", start);
    if (end === -1) return false;
    if (!text.startsWith("{{!", start) && callsNestTooDeep(text.slice(start, end))) return true;
    start = text.indexOf("{{", end);
  }
  return false;
}

function callsNestTooDeep(mustache: string): boolean {
  let level = 0;
  for (const [mark] of mustache.matchAll(/"[^"]*"|'[^']*'|[()]/g)) {
    if (mark === ")") level--;
    else if (mark === "(" && ++level > MAX_LEVELS) return true;
  }
  return false;
}

class Walk {
  readonly faults: SyntaxFault[] = [];
  readonly names = new Set<string>();
  readonly fields: FieldRead[] = [];
  readonly #known: ReadonlySet<string>;
  readonly #lineStarts: readonly number[];
  /** Inside of a helper for which what is missing is an answer. */
  #isAsked = false;
  #level = 0;

  constructor(text: string, known: ReadonlySet<string>) {
    this.#known = known;
    this.#lineStarts = [0, ...[...text.matchAll(/\r\n?|\n/g)].map((found) => found.index + found[0].length)];
  }

  /** `depth`: how many blocks around it look names up elsewhere. `locals`: block parameters in reach. */
  program(program: hbs.AST.Program | undefined, depth: number, locals: readonly string[]): void {
    for (const statement of program?.body ?? []) this.#statement(statement, depth, locals);
  }

  #statement(statement: hbs.AST.Statement, depth: number, locals: readonly string[]): void {
    if (isMustache(statement)) this.#mustache(statement, depth, locals);
    else if (isBlock(statement)) this.#deeper(statement, () => this.#block(statement, depth, locals));
    else if (statement.type !== "ContentStatement" && statement.type !== "CommentStatement")
      this.#fault(statement, "bad-template", "Partials and decorators are not available.");
  }

  #deeper(node: hbs.AST.Node, walk: () => void): void {
    if (this.#level >= MAX_LEVELS) return this.#fault(node, TOO_DEEP.code, TOO_DEEP.message, TOO_DEEP.hint);
    this.#level++;
    walk();
    this.#level--;
  }

  #mustache(mustache: hbs.AST.MustacheStatement, depth: number, locals: readonly string[]): void {
    const { path, params } = mustache;
    const isCall = isPath(path) && (params.length > 0 || mustache.hash !== undefined || isHelperName(path));
    if (isCall) this.#call(mustache, path, "inline", depth, locals);
    const inner = isCall ? { ...mustache, type: "SubExpression" } : this.#expression(path, depth, locals);
    const wrapped = { type: "PathExpression", data: false, depth: 0, parts: [TEXT_HELPER], original: TEXT_HELPER };
    Object.assign(mustache, { path: { ...wrapped, loc: path.loc }, params: [inner], hash: undefined });
  }

  #block(block: hbs.AST.BlockStatement, depth: number, locals: readonly string[]): void {
    const spec = this.#call(block, block.path, "block", depth, locals);
    const inside = spec?.changesContext === true ? depth + 1 : depth;
    const { program, inverse } = block as Partial<hbs.AST.BlockStatement>;
    this.program(program, inside, [...locals, ...(program?.blockParams ?? [])]);
    this.program(inverse, depth, locals);
  }

  #call(
    call: hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression,
    path: hbs.AST.PathExpression,
    kind: "inline" | "block",
    depth: number,
    locals: readonly string[],
  ) {
    const spec = helperOf(path.original);
    const wasAsked = this.#isAsked;
    this.#isAsked = ASKING.has(path.original);
    call.params = call.params.map((param) => this.#expression(param, depth, locals));
    this.#isAsked = wasAsked;
    // `hash` is absent when nothing was written, whatever the types say.
    if ((call.hash as hbs.AST.Hash | undefined) !== undefined)
      this.#fault(call.hash, "bad-template", "Helpers take no named arguments.");
    if (spec === undefined || spec.kind !== kind) {
      this.#fault(
        path,
        "unknown-helper",
        unknownHelper(path.original, kind, spec !== undefined),
        hintFor(path.original, kind),
      );
    } else if (call.params.length < spec.minArguments || call.params.length > spec.maxArguments) {
      const wanted = spec.minArguments === spec.maxArguments ? "" : ` to ${spec.maxArguments}`;
      const message = `\`${path.original}\` takes ${spec.minArguments}${wanted} argument(s), but ${call.params.length} are given.`;
      this.#fault(path, "bad-template", message, `Write ${spec.usage}.`);
    }
    return spec;
  }

  /** Returns the expression as it is to be compiled. */
  #expression(expression: hbs.AST.Expression, depth: number, locals: readonly string[]): hbs.AST.Expression {
    if (isPath(expression)) {
      this.#path(expression, depth, locals);
      return inFrames(expression, depth);
    }
    if (expression.type === "SubExpression") {
      const sub = expression as hbs.AST.SubExpression;
      this.#deeper(sub, () => this.#call(sub, sub.path, "inline", depth, locals));
    } else if (expression.type === "NumberLiteral") this.#number(expression as hbs.AST.NumberLiteral);
    return expression;
  }

  /** Handlebars reads numbers as doubles, while the integers of a payload keep all their digits. */
  #number(literal: hbs.AST.NumberLiteral): void {
    if (!Number.isInteger(literal.value) || Number.isSafeInteger(literal.value)) return;
    const message = "A whole number beyond 2^53 would be rounded in a template.";
    const hint = "Compare it in the condition of a `branch`, or give it a name in `variables`.";
    this.#fault(literal, "bad-template", message, hint);
  }

  #path(path: hbs.AST.PathExpression, depth: number, locals: readonly string[]): void {
    const [first, second] = path.parts;
    if (path.data) {
      if (first === undefined || !DATA_NAMES.has(first))
        this.#fault(
          path,
          "unknown-name",
          `There is no \`${path.original}\`.`,
          "Known: @index, @key, @first, @last, @root.",
        );
      else if (first === "root") this.#root(path, second);
    } else if (path.depth > depth) this.#fault(path, "bad-template", "`../` leads out of the template.");
    else if (path.depth === 0 && first !== undefined && locals.includes(first)) return;
    else if (path.depth === depth) this.#root(path, first);
  }

  #root(path: hbs.AST.PathExpression, name: string | undefined): void {
    if (name === undefined) {
      this.#fault(
        path,
        "bad-template",
        `\`${path.original}\` names no value here.`,
        "Name it, e.g. {{event.payload}}.",
      );
      return;
    }
    this.names.add(name);
    if (this.#known.has(name)) return this.#knownName(path, name);
    const similar = nearest(name, this.#known);
    const hint =
      similar === undefined ? `Known names: ${[...this.#known].join(", ")}.` : `Did you mean \`${similar}\`?`;
    this.#fault(path, "unknown-name", `There is no \`${name}\` in this flow.`, hint);
  }

  #knownName(path: hbs.AST.PathExpression, name: string): void {
    const field = path.parts[path.data ? 2 : 1];
    if (field !== undefined && !this.#isAsked) this.fields.push({ path: [name, field], range: this.#rangeOf(path) });
    this.#headerName(path);
  }

  /** Names of headers are lower-case: with capitals it would be missing in every request. */
  #headerName(path: hbs.AST.PathExpression): void {
    const [first, second, third] = path.data ? path.parts.slice(1) : path.parts;
    const header = first === "headers" ? second : first === "event" && second === "headers" ? third : undefined;
    if (header === undefined || header === header.toLowerCase()) return;
    const message = `Header names are lower-case: there is never a \`${header}\`.`;
    this.#fault(path, "unknown-name", message, `Write \`${header.toLowerCase()}\`.`);
  }

  #fault(node: hbs.AST.Node, code: string, message: string, hint?: string): void {
    const range = this.#rangeOf(node);
    this.faults.push(hint === undefined ? { code, message, range } : { code, message, range, hint });
  }

  #rangeOf({ loc }: hbs.AST.Node): SyntaxFault["range"] {
    return { start: this.#offset(loc.start), end: this.#offset(loc.end) };
  }

  #offset({ line, column }: hbs.AST.Position): number {
    return (this.#lineStarts[line - 1] ?? 0) + column;
  }
}

function isHelperName(path: hbs.AST.PathExpression): boolean {
  return !path.data && path.depth === 0 && path.parts.length === 1 && helperOf(path.original) !== undefined;
}

function unknownHelper(name: string, kind: "inline" | "block", exists: boolean): string {
  if (!exists) return `There is no helper \`${name}\`.`;
  return kind === "block"
    ? `\`${name}\` is no block.`
    : `\`${name}\` is a block: it needs {{#${name} …}}…{{/${name}}}.`;
}

function hintFor(name: string, kind: "inline" | "block"): string {
  const names = Object.keys(TEMPLATE_HELPERS).filter((key) => TEMPLATE_HELPERS[key]?.kind === kind);
  const similar = nearest(name, names);
  return similar === undefined || similar === name ? `Helpers: ${names.join(", ")}.` : `Did you mean \`${similar}\`?`;
}

function isMustache(node: hbs.AST.Node): node is hbs.AST.MustacheStatement {
  return node.type === "MustacheStatement";
}

function isBlock(node: hbs.AST.Node): node is hbs.AST.BlockStatement {
  return node.type === "BlockStatement";
}

function isPath(node: hbs.AST.Node): node is hbs.AST.PathExpression {
  return node.type === "PathExpression";
}
