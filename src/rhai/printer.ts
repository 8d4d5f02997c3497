/**
 * Syntax tree → source, as a formatter would write it: two blanks of indentation, one statement a line, literals broken
 * over lines when they are wider than `WIDTH`. Comments are no part of the tree and are lost.
 *
 * Invariants:
 * 1. What is printed parses to the same tree (spans aside); parentheses stand only where the tree needs them.
 * 2. A place that the grammar reads as a statement never begins with what would end it early (see `statementSafe`).
 */
import type { Block, Expr, FnDef, MapEntry, Param, Program, Statement, SwitchCase } from "./ast.ts";
import { charLiteral, floatLiteral, nameOrQuoted, stringLiteral, templateText } from "./literal-text.ts";
import { ABOVE_PIPE, PRECEDENCE, RIGHT_ASSOCIATIVE } from "./operators.ts";
import { INT_MAX } from "./values.ts";

const WIDTH = 100;
const INDENT = "  ";
const UNARY = 1000;
const POSTFIX = 1001;
const PRIMARY = 1002;

/** Prints a parsed script. The text ends with a line break, unless the script is empty. */
export function print(program: Program): string {
  const text = statements(program.body, "");
  return text === "" ? "" : `${text}\n`;
}

function statements(block: Block, indent: string): string {
  const texts = block.statements.map((item, index) => {
    const before = block.statements[index - 1];
    const written = statement(item, indent);
    // Behind a closing brace, a minus sign would subtract and not belong to the number.
    const isGlued = before !== undefined && endsByItself(before) && item.kind === "expr" && /^-\d/.test(written);
    const text = isGlued ? `(${written})` : written;
    const isLast = index === block.statements.length - 1;
    const needsEnd = !endsByItself(item) && !(isLast && block.hasValue);
    return `${indent}${text}${needsEnd ? ";" : ""}`;
  });
  return spaced(block.statements, texts).join("\n");
}

/** A function is set off by empty lines. */
function spaced(items: readonly Statement[], texts: readonly string[]): string[] {
  return texts.flatMap((text, index) => {
    const isSetOff = items[index]?.kind === "fn" || items[index - 1]?.kind === "fn";
    return index > 0 && isSetOff ? ["", text] : [text];
  });
}

function endsByItself(item: Statement): boolean {
  if (item.kind === "fn" || item.kind === "try") return true;
  return item.kind === "expr" && isBlockLike(item.expr) && item.expr.kind !== "do";
}

function isBlockLike({ kind }: Expr): boolean {
  return ["block", "if", "switch", "while", "loop", "do", "for"].includes(kind);
}

function blockText(block: Block, indent: string): string {
  if (block.statements.length === 0) return "{}";
  return `{\n${statements(block, indent + INDENT)}\n${indent}}`;
}

function statement(item: Statement, indent: string): string {
  switch (item.kind) {
    case "let": {
      const head = `${item.isExport ? "export " : ""}${item.isConst ? "const" : "let"} ${item.name}`;
      return item.value === undefined ? head : `${head} = ${expr(item.value, indent)}`;
    }
    case "assign":
      return `${statementSafe(item.target, indent)} ${item.op} ${expr(item.value, indent)}`;
    case "expr":
      return isBlockLike(item.expr) ? expr(item.expr, indent) : statementSafe(item.expr, indent);
    case "break":
    case "return":
    case "throw":
      return item.value === undefined ? item.kind : `${item.kind} ${expr(item.value, indent)}`;
    case "continue":
      return "continue";
    case "try": {
      const variable = item.variable === undefined ? "" : ` (${item.variable.name})`;
      return `try ${blockText(item.body, indent)} catch${variable} ${blockText(item.handler, indent)}`;
    }
    case "fn":
      return fnText(item.fn, indent);
    case "import":
      return `import ${expr(item.path, indent)}${item.alias === undefined ? "" : ` as ${item.alias.name}`}`;
    case "export":
      return `export ${item.name}${item.alias === undefined ? "" : ` as ${item.alias}`}`;
    default:
      return item satisfies never;
  }
}

function fnText(fn: FnDef, indent: string): string {
  const type = fn.thisType === undefined ? "" : `${nameOrQuoted(fn.thisType)}.`;
  return `${fn.isPrivate ? "private " : ""}fn ${type}${fn.name}(${names(fn.params)}) ${blockText(fn.body, indent)}`;
}

function names(params: readonly Param[]): string {
  return params.map(({ name }) => name).join(", ");
}

/** At the start of a statement, a block or a control structure would be the whole statement: parentheses prevent it. */
function statementSafe(value: Expr, indent: string): string {
  const text = expr(value, indent);
  return isBlockLike(leftmost(value)) && !text.startsWith("(") ? `(${text})` : text;
}

function leftmost(value: Expr): Expr {
  switch (value.kind) {
    case "binary":
      return leftmost(value.left);
    case "prop":
    case "index":
    case "method":
      return leftmost(value.object);
    default:
      return value;
  }
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

/** An expression in a place that takes at least this strength. */
function expr(value: Expr, indent: string, least = 0): string {
  const text = CACHED.has(value.kind) ? remembered(value, indent) : bare(value, indent);
  return strength(value) < least ? `(${text})` : text;
}

/** Lists print their items twice, once to see whether they fit: without a memory, nested ones would take ages. */
const CACHED: ReadonlySet<Expr["kind"]> = new Set(["array", "map", "call", "method", "closure", "template"]);
const printed = new WeakMap<Expr, Map<string, string>>();

function remembered(value: Expr, indent: string): string {
  const known = printed.get(value) ?? new Map<string, string>();
  printed.set(value, known);
  const text = known.get(indent) ?? bare(value, indent);
  known.set(indent, text);
  return text;
}

function bare(value: Expr, indent: string): string {
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
      return template(value.parts, indent);
    case "array":
      return list("[", value.items, "]", indent, expr);
    case "map":
      return list("#{", value.entries, "}", indent, entry);
    case "name":
      return value.name;
    case "path":
      return [...value.path, value.name].join("::");
    case "this":
      return "this";
    case "unary":
      return unary(value, indent);
    case "binary":
      return binary(value, indent);
    case "prop":
      return `${object(value.object, indent)}${value.optional ? "?." : "."}${value.name}`;
    case "index":
      return `${object(value.object, indent)}${value.optional ? "?[" : "["}${indexText(value.index, indent)}]`;
    case "method":
      return `${object(value.object, indent)}${value.optional ? "?." : "."}${value.name}${args(value.args, indent)}`;
    case "call":
      return `${[...value.path, value.name].join("::")}${value.bang ? "!" : ""}${args(value.args, indent)}`;
    case "closure":
      return closure(value.params, value.body, indent);
    case "block":
      return blockText(value.block, indent);
    case "if":
    case "switch":
    case "while":
    case "loop":
    case "do":
    case "for":
      return control(value, indent);
    default:
      return value satisfies never;
  }
}

function object(value: Expr, indent: string): string {
  return expr(value, indent, POSTFIX);
}

/** A range without an end, as in `text[1..]`, ends in the tree with the greatest integer. */
function indexText(index: Expr, indent: string): string {
  const isOpen =
    index.kind === "binary" && index.op === ".." && index.right.kind === "int" && index.right.value === INT_MAX;
  return isOpen ? `${expr(index.left, indent, PRECEDENCE.get("..") ?? 0)}..` : expr(index, indent);
}

function unary(value: Extract<Expr, { kind: "unary" }>, indent: string): string {
  const operand = expr(value.operand, indent, UNARY);
  // A sign before a digit would become part of the number, and `--` is a symbol of its own.
  const isGlued = /^[-+\d]/.test(operand) && value.op !== "!";
  return isGlued ? `${value.op} ${operand}` : `${value.op}${operand}`;
}

function binary(value: Extract<Expr, { kind: "binary" }>, indent: string): string {
  const own = PRECEDENCE.get(value.op) ?? 0;
  const isRight = RIGHT_ASSOCIATIVE.has(value.op);
  const left = expr(value.left, indent, isRight ? own + 1 : own);
  const jump = jumpOf(value);
  const plain = jump === undefined ? expr(value.right, indent, isRight ? own : own + 1) : statement(jump, indent);
  // Behind a range's dots, a brace would begin the block that follows a range without an end.
  const right = value.op.startsWith("..") && plain.startsWith("{") ? `(${plain})` : plain;
  return value.op.startsWith("..") ? `${left}${value.op}${right}` : `${left} ${value.op} ${right}`;
}

/** Behind `??` a jump may stand, which the tree holds as a block of it alone. */
function jumpOf({ op, right }: Extract<Expr, { kind: "binary" }>): Statement | undefined {
  if (op !== "??" || right.kind !== "block") return undefined;
  const [only] = right.block.statements;
  return only?.span.start === right.block.span.start ? only : undefined;
}

function args(values: readonly Expr[], indent: string): string {
  return list("(", values, ")", indent, expr);
}

/** A list on one line if it is short and has no line breaks, else one item a line; a last item may always be long. */
function list<I>(
  open: string,
  items: readonly I[],
  close: string,
  indent: string,
  text: (item: I, indent: string) => string,
): string {
  if (items.length === 0) return open + close;
  const flat = items.map((item) => text(item, indent));
  const pad = open === "#{" ? " " : "";
  const line = `${open}${pad}${flat.join(", ")}${pad}${close}`;
  const isHugged = open === "(" && !flat.slice(0, -1).some((part) => part.includes("\n"));
  const [firstLine = ""] = line.split("\n", 1);
  if (firstLine.length + indent.length <= WIDTH && (isHugged || !line.includes("\n"))) return line;
  const inner = indent + INDENT;
  return `${open}\n${items.map((item) => `${inner}${text(item, inner)},\n`).join("")}${indent}${close}`;
}

function entry({ key, value }: MapEntry, indent: string): string {
  return `${nameOrQuoted(key)}: ${expr(value, indent)}`;
}

function template(parts: readonly (string | Block)[], indent: string): string {
  const texts = parts.map((part, index) => {
    if (typeof part === "string") return templateText(part, index === 0);
    // Line breaks inside `${…}` are code and may be indented.
    return `\${${inline(part, indent)}}`;
  });
  return `\`${texts.join("")}\``;
}

function inline(block: Block, indent: string): string {
  const [only] = block.statements;
  if (block.statements.length === 1 && only !== undefined && block.hasValue) return statement(only, indent);
  return block.statements.length === 0 ? "" : `\n${statements(block, indent + INDENT)}\n${indent}`;
}

function closure(params: readonly Param[], body: Block, indent: string): string {
  const head = params.length === 0 ? "||" : `|${names(params)}|`;
  return `${head} ${bodyText(body, indent)}`;
}

/** A body of one statement needs no braces; the tree shows by its span whether there were any. */
function bodyText(body: Block, indent: string): string {
  const [only] = body.statements;
  const hadBraces = only === undefined || body.span.start !== only.span.start;
  if (hadBraces) return blockText(body, indent);
  const text = statement(only, indent);
  return only.kind === "expr" && only.expr.kind === "block" ? `(${text})` : text;
}

function control(
  value: Extract<Expr, { kind: "if" | "switch" | "while" | "loop" | "do" | "for" }>,
  indent: string,
): string {
  switch (value.kind) {
    case "if": {
      const head = `if ${expr(value.condition, indent)} ${blockText(value.then, indent)}`;
      return value.otherwise === undefined ? head : `${head} else ${elseText(value.otherwise, indent)}`;
    }
    case "switch":
      return switchText(value, indent);
    case "while":
      return `while ${expr(value.condition, indent)} ${blockText(value.body, indent)}`;
    case "loop":
      return `loop ${blockText(value.body, indent)}`;
    case "do":
      return `do ${blockText(value.body, indent)} ${value.until ? "until" : "while"} ${expr(value.condition, indent)}`;
    case "for": {
      const variable =
        value.counter === undefined ? value.variable.name : `(${value.variable.name}, ${value.counter.name})`;
      return `for ${variable} in ${expr(value.iterable, indent)} ${blockText(value.body, indent)}`;
    }
    default:
      return value satisfies never;
  }
}

function elseText(block: Block, indent: string): string {
  const [only] = block.statements;
  const isElseIf = block.statements.length === 1 && only?.kind === "expr" && only.expr.kind === "if";
  return isElseIf ? expr(only.expr, indent) : blockText(block, indent);
}

function switchText(value: Extract<Expr, { kind: "switch" }>, indent: string): string {
  const inner = indent + INDENT;
  const cases = value.cases.map((item) => `${inner}${caseHead(item, inner)} => ${bodyText(item.body, inner)},\n`);
  if (value.fallback !== undefined) cases.push(`${inner}_ => ${bodyText(value.fallback, inner)},\n`);
  return cases.length === 0
    ? `switch ${expr(value.subject, indent)} {}`
    : `switch ${expr(value.subject, indent)} {\n${cases.join("")}${indent}}`;
}

function caseHead({ values, condition }: SwitchCase, indent: string): string {
  const head = values.map((item) => expr(item, indent, ABOVE_PIPE)).join(" | ");
  return condition === undefined ? head : `${head} if ${expr(condition, indent)}`;
}
