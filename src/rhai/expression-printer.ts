/** Expressions → source: parentheses only where the tree needs them, lists on one line where they fit. */
import type { Block, Expr, MapEntry, Param, Statement } from "./ast.ts";
import { gapsOfList, type Comments } from "./comments.ts";
import { charLiteral, floatLiteral, nameOrQuoted, stringLiteral, templateText } from "./literal-text.ts";
import { PRECEDENCE, RIGHT_ASSOCIATIVE } from "./operators.ts";
import { INT_MAX } from "./values.ts";

const WIDTH = 100;
export const INDENT = "  ";
const UNARY = 1000;
const POSTFIX = 1001;
const PRIMARY = 1002;

/** Lists print their items twice, once to see whether they fit: without a memory, nested ones would take ages. */
const CACHED: ReadonlySet<Expr["kind"]> = new Set(["array", "map", "call", "method", "closure", "template"]);

type Control = Extract<Expr, { kind: "if" | "switch" | "while" | "loop" | "do" | "for" }>;
type List = Extract<Expr, { kind: "array" | "map" | "call" | "method" }>;

export abstract class ExpressionPrinter {
  readonly #comments: Comments;
  /** Whether code inside of a text is being printed: the comments there stand in front of the statement. */
  protected isInText = false;
  readonly #printed = new WeakMap<Expr, Map<string, string>>();

  constructor(comments: Comments) {
    this.#comments = comments;
  }

  protected abstract statement(item: Statement, indent: string): string;
  protected abstract statements(block: Block, indent: string): string;
  protected abstract blockText(block: Block, indent: string): string;
  protected abstract control(value: Control, indent: string): string;

  /** An expression in a place that takes at least this strength. */
  protected expr(value: Expr, indent: string, least = 0): string {
    const text = CACHED.has(value.kind) ? this.#remembered(value, indent) : this.#bare(value, indent);
    return strength(value) < least ? `(${text})` : text;
  }

  #remembered(value: Expr, indent: string): string {
    const known = this.#printed.get(value) ?? new Map<string, string>();
    this.#printed.set(value, known);
    const text = known.get(indent) ?? this.#bare(value, indent);
    known.set(indent, text);
    return text;
  }

  #bare(value: Expr, indent: string): string {
    switch (value.kind) {
      case "unit":
        return "()";
      case "bool":
      case "int":
        return String(value.value);
      case "float":
        return floatLiteral(value.value);
      case "string":
        return stringLiteral(value.value);
      case "char":
        return charLiteral(value.value);
      case "template":
        return this.#template(value.parts, indent);
      case "array":
        return this.#list("[", value.items, "]", indent, value, this.#item);
      case "map":
        return this.#list("#{", value.entries, "}", indent, value, this.#entry);
      case "name":
        return value.name;
      case "path":
        return [...value.path, value.name].join("::");
      case "this":
        return "this";
      case "unary":
        return this.#unary(value, indent);
      case "binary":
        return this.#binary(value, indent);
      case "prop":
        return `${this.#object(value.object, indent)}${value.optional ? "?." : "."}${value.name}`;
      case "index":
        return `${this.#object(value.object, indent)}${value.optional ? "?[" : "["}${this.#index(value.index, indent)}]`;
      case "method":
        return `${this.#object(value.object, indent)}${value.optional ? "?." : "."}${value.name}${this.#args(value, indent)}`;
      case "call":
        return `${[...value.path, value.name].join("::")}${value.bang ? "!" : ""}${this.#args(value, indent)}`;
      case "closure":
        return `${value.params.length === 0 ? "||" : `|${names(value.params)}|`} ${this.body(value.body, indent)}`;
      case "block":
        return this.blockText(value.block, indent);
      case "if":
      case "switch":
      case "while":
      case "loop":
      case "do":
      case "for":
        return this.control(value, indent);
      default:
        return value satisfies never;
    }
  }

  #object(value: Expr, indent: string): string {
    return this.expr(value, indent, POSTFIX);
  }

  /** A range without an end, as in `text[1..]`, ends in the tree with the greatest integer. */
  #index(index: Expr, indent: string): string {
    const isOpen =
      index.kind === "binary" && index.op === ".." && index.right.kind === "int" && index.right.value === INT_MAX;
    return isOpen ? `${this.expr(index.left, indent, PRECEDENCE.get("..") ?? 0)}..` : this.expr(index, indent);
  }

  #unary(value: Extract<Expr, { kind: "unary" }>, indent: string): string {
    const operand = this.expr(value.operand, indent, UNARY);
    // A sign before a digit would become part of the number, and `--` is a symbol of its own.
    const isGlued = /^[-+\d]/.test(operand) && value.op !== "!";
    return isGlued ? `${value.op} ${operand}` : `${value.op}${operand}`;
  }

  #binary(value: Extract<Expr, { kind: "binary" }>, indent: string): string {
    const own = PRECEDENCE.get(value.op) ?? 0;
    const isRight = RIGHT_ASSOCIATIVE.has(value.op);
    const left = this.expr(value.left, indent, isRight ? own + 1 : own);
    const jump = jumpOf(value);
    const plain =
      jump === undefined ? this.expr(value.right, indent, isRight ? own : own + 1) : this.statement(jump, indent);
    // Behind a range's dots, a brace would begin the block that follows a range without an end.
    const right = value.op.startsWith("..") && plain.startsWith("{") ? `(${plain})` : plain;
    return value.op.startsWith("..") ? `${left}${value.op}${right}` : `${left} ${value.op} ${right}`;
  }

  #args(call: Extract<Expr, { kind: "call" | "method" }>, indent: string): string {
    return this.#list("(", call.args, ")", indent, call, this.#item);
  }

  readonly #item = (item: Expr, indent: string): string => this.expr(item, indent);

  readonly #entry = ({ key, value }: MapEntry, indent: string): string =>
    `${nameOrQuoted(key)}: ${this.expr(value, indent)}`;

  /**
   * A list on one line if it is short, without comments and line breaks, else one item a line; a last argument may
   * always be long.
   */
  #list<I>(
    open: string,
    items: readonly I[],
    close: string,
    indent: string,
    list: List,
    text: (item: I, indent: string) => string,
  ): string {
    const gaps = gapsOfList(list);
    const isCommented = !this.isInText && this.#comments.anyIn(gaps);
    if (items.length === 0 && !isCommented) return open + close;
    const inner = indent + INDENT;
    if (isCommented) {
      const lines = this.withComments(
        gaps,
        inner,
        items.map((item) => `${text(item, inner)},`),
      );
      return `${open}\n${lines.join("\n")}\n${indent}${close}`;
    }
    const flat = items.map((item) => text(item, indent));
    const pad = open === "#{" ? " " : "";
    const line = `${open}${pad}${flat.join(", ")}${pad}${close}`;
    const isHugged = open === "(" && !flat.slice(0, -1).some((part) => part.includes("\n"));
    const [firstLine = ""] = line.split("\n", 1);
    if (firstLine.length + indent.length <= WIDTH && (isHugged || !line.includes("\n"))) return line;
    return `${open}\n${items.map((item) => `${inner}${text(item, inner)},\n`).join("")}${indent}${close}`;
  }

  /** Items on lines of their own with what stands in the gaps around them. */
  protected withComments(
    gaps: readonly { readonly start: number; readonly end: number }[],
    indent: string,
    items: readonly string[],
  ): string[] {
    if (this.isInText) return items.map((item) => indent + item);
    const lines: string[] = [];
    gaps.forEach(({ start, end }, at) => {
      const gap = this.#comments.gap(start, end, at === 0);
      if (gap.trailing.length > 0) lines.push([lines.pop(), ...gap.trailing].join(" "));
      for (const line of gap.lines) {
        // No line is left free at the beginning, before another free one, or at the end.
        if (line === "" && (lines.length === 0 || lines.at(-1) === "")) continue;
        lines.push(line === "" ? "" : indent + line);
      }
      const item = items[at];
      if (item !== undefined) lines.push(indent + item);
    });
    if (lines.at(-1) === "") lines.pop();
    return lines;
  }

  #template(parts: readonly (string | Block)[], indent: string): string {
    const texts = parts.map((part, index) => {
      if (typeof part === "string") return templateText(part, index === 0);
      const outer = this.isInText;
      this.isInText = true;
      // Line breaks inside `${…}` are code and may be indented.
      const text = `\${${this.#inline(part, indent)}}`;
      this.isInText = outer;
      return text;
    });
    return `\`${texts.join("")}\``;
  }

  #inline(block: Block, indent: string): string {
    const [only] = block.statements;
    if (block.statements.length === 1 && only !== undefined && block.hasValue) return this.statement(only, indent);
    return block.statements.length === 0 ? "" : `\n${this.statements(block, indent + INDENT)}\n${indent}`;
  }

  /** A body of one statement needs no braces; the tree shows by its span whether there were any. */
  protected body(body: Block, indent: string): string {
    const [only] = body.statements;
    const hadBraces = only === undefined || body.span.start !== only.span.start;
    if (hadBraces) return this.blockText(body, indent);
    const text = this.statement(only, indent);
    return only.kind === "expr" && only.expr.kind === "block" ? `(${text})` : text;
  }
}

export function names(params: readonly Param[]): string {
  return params.map(({ name }) => name).join(", ");
}

export function isBlockLike({ kind }: Expr): boolean {
  return ["block", "if", "switch", "while", "loop", "do", "for"].includes(kind);
}

/** How tightly an expression holds together; what stands in a tighter place needs parentheses. */
function strength(value: Expr): number {
  switch (value.kind) {
    case "binary":
      return jumpOf(value) === undefined ? (PRECEDENCE.get(value.op) ?? 0) : 0;
    case "unary":
      return UNARY;
    case "closure":
    case "do":
      return 0;
    case "prop":
    case "index":
    case "method":
      return POSTFIX;
    default:
      return isBlockLike(value) ? UNARY : PRIMARY;
  }
}

/** Behind `??` a jump may stand, which the tree holds as a block of it alone. */
function jumpOf({ op, right }: Extract<Expr, { kind: "binary" }>): Statement | undefined {
  if (op !== "??" || right.kind !== "block") return undefined;
  const [only] = right.block.statements;
  return only?.span.start === right.block.span.start ? only : undefined;
}
