/**
 * Syntax tree → source, as a formatter would write it: two blanks of indentation, one statement a line, literals broken
 * over lines when they are wide. With the source at hand, comments and single free lines between statements are kept.
 *
 * Invariants:
 * 1. What is printed parses to the same tree (spans aside); parentheses stand only where the tree needs them.
 * 2. A place that the grammar reads as a statement never begins with what would end it early (see `#statementSafe`).
 * 3. Every comment of the source is printed once; printing what was printed changes nothing.
 */
import type { Source } from "../text/index.ts";
import type { Block, Expr, FnDef, Program, Statement, SwitchCase } from "./ast.ts";
import { Comments, gapsOfList } from "./comments.ts";
import { ExpressionPrinter, INDENT, isBlockLike, names } from "./expression-printer.ts";
import { nameOrQuoted } from "./literal-text.ts";
import { ABOVE_PIPE } from "./operators.ts";

/**
 * Prints a parsed script. The text ends with a line break, unless the script is empty. `source` is what it was parsed
 * from: without it there are no comments.
 */
export function print(program: Program, source?: Source): string {
  const text = new Printer(new Comments(source)).program(program.body);
  return text === "" ? "" : `${text}\n`;
}

class Printer extends ExpressionPrinter {
  readonly #comments: Comments;

  constructor(comments: Comments) {
    super(comments);
    this.#comments = comments;
  }

  program(body: Block): string {
    return this.#lines(body, "", { start: 0, end: this.#comments.end });
  }

  protected override statements(block: Block, indent: string): string {
    const { start, end } = block.span;
    const isQuiet = this.isInText || !this.#comments.isKnown || !this.#comments.hasBraces(block);
    return this.#lines(block, indent, isQuiet ? { start, end: start } : { start: start + 1, end: end - 1 });
  }

  /** The statements of a block, with the comments in a part of the text. */
  #lines(block: Block, indent: string, within: { readonly start: number; readonly end: number }): string {
    const lines: string[] = [];
    const isQuiet = within.end <= within.start;
    let from = within.start;
    block.statements.forEach((item, index) => {
      const before = block.statements[index - 1];
      const above = isQuiet ? [] : [...this.#comments.gap(from, item.span.start, before === undefined).lines];
      const trailing = isQuiet ? [] : this.#comments.gap(from, item.span.start, before === undefined).trailing;
      if (trailing.length > 0) lines.push([lines.pop(), ...trailing].join(" "));
      const isSetOff = before !== undefined && (item.kind === "fn" || before.kind === "fn");
      if (isSetOff && !above.includes("")) above.unshift("");
      if (!isQuiet) above.push(...this.#comments.inside(item));
      for (const line of above) push(lines, line, indent);
      lines.push(`${indent}${this.#ended(block, index, indent)}`);
      from = item.span.end;
    });
    if (isQuiet) return lines.join("\n");
    const rest = this.#comments.gap(from, within.end, block.statements.length === 0);
    if (rest.trailing.length > 0) lines.push([lines.pop(), ...rest.trailing].join(" "));
    for (const line of rest.lines) push(lines, line, indent);
    if (lines.at(-1) === "") lines.pop();
    return lines.join("\n");
  }

  /** A statement of a block with the semicolon that it needs. */
  #ended(block: Block, index: number, indent: string): string {
    const item = block.statements[index]!;
    const before = block.statements[index - 1];
    const written = this.statement(item, indent);
    // Behind a closing brace, a minus sign would subtract and not belong to the number.
    const isGlued = before !== undefined && endsByItself(before) && item.kind === "expr" && /^-\d/.test(written);
    const isLast = index === block.statements.length - 1;
    const needsEnd = !endsByItself(item) && !(isLast && block.hasValue);
    return `${isGlued ? `(${written})` : written}${needsEnd ? ";" : ""}`;
  }

  protected override blockText(block: Block, indent: string): string {
    const inner = this.statements(block, indent + INDENT);
    return inner === "" ? "{}" : `{\n${inner}\n${indent}}`;
  }

  protected override statement(item: Statement, indent: string): string {
    switch (item.kind) {
      case "let": {
        const head = `${item.isExport ? "export " : ""}${item.isConst ? "const" : "let"} ${item.name}`;
        return item.value === undefined ? head : `${head} = ${this.expr(item.value, indent)}`;
      }
      case "assign":
        return `${this.#statementSafe(item.target, indent)} ${item.op} ${this.expr(item.value, indent)}`;
      case "expr":
        return isBlockLike(item.expr) ? this.expr(item.expr, indent) : this.#statementSafe(item.expr, indent);
      case "break":
      case "return":
      case "throw":
        return item.value === undefined ? item.kind : `${item.kind} ${this.expr(item.value, indent)}`;
      case "continue":
        return "continue";
      case "try": {
        const variable = item.variable === undefined ? "" : ` (${item.variable.name})`;
        return `try ${this.blockText(item.body, indent)} catch${variable} ${this.blockText(item.handler, indent)}`;
      }
      case "fn":
        return this.#fn(item.fn, indent);
      case "import":
        return `import ${this.expr(item.path, indent)}${item.alias === undefined ? "" : ` as ${item.alias.name}`}`;
      case "export":
        return `export ${item.name}${item.alias === undefined ? "" : ` as ${item.alias}`}`;
      default:
        return item satisfies never;
    }
  }

  #fn(fn: FnDef, indent: string): string {
    const type = fn.thisType === undefined ? "" : `${nameOrQuoted(fn.thisType)}.`;
    const head = `${fn.isPrivate ? "private " : ""}fn ${type}${fn.name}(${names(fn.params)})`;
    return `${head} ${this.blockText(fn.body, indent)}`;
  }

  /** At the start of a statement, a block or a control structure would be the whole statement: parentheses prevent it. */
  #statementSafe(value: Expr, indent: string): string {
    const text = this.expr(value, indent);
    return isBlockLike(leftmost(value)) && !text.startsWith("(") ? `(${text})` : text;
  }

  /** In the head of a control structure, a brace would open the body: parentheses prevent it. */
  #headSafe(value: Expr, indent: string): string {
    const text = this.expr(value, indent);
    return text.startsWith("{") ? `(${text})` : text;
  }

  protected override control(
    value: Extract<Expr, { kind: "if" | "switch" | "while" | "loop" | "do" | "for" }>,
    indent: string,
  ): string {
    switch (value.kind) {
      case "if": {
        const head = `if ${this.#headSafe(value.condition, indent)} ${this.blockText(value.then, indent)}`;
        return value.otherwise === undefined ? head : `${head} else ${this.#else(value.otherwise, indent)}`;
      }
      case "switch":
        return this.#switch(value, indent);
      case "while":
        return `while ${this.#headSafe(value.condition, indent)} ${this.blockText(value.body, indent)}`;
      case "loop":
        return `loop ${this.blockText(value.body, indent)}`;
      case "do": {
        const until = value.until ? "until" : "while";
        return `do ${this.blockText(value.body, indent)} ${until} ${this.#headSafe(value.condition, indent)}`;
      }
      case "for": {
        const variable =
          value.counter === undefined ? value.variable.name : `(${value.variable.name}, ${value.counter.name})`;
        return `for ${variable} in ${this.#headSafe(value.iterable, indent)} ${this.blockText(value.body, indent)}`;
      }
      default:
        return value satisfies never;
    }
  }

  #else(block: Block, indent: string): string {
    const [only] = block.statements;
    const hadBraces = only === undefined || block.span.start !== only.span.start;
    const isElseIf = !hadBraces && only.kind === "expr" && only.expr.kind === "if";
    return isElseIf ? this.expr(only.expr, indent) : this.blockText(block, indent);
  }

  #switch(value: Extract<Expr, { kind: "switch" }>, indent: string): string {
    const inner = indent + INDENT;
    const cases = value.cases.map((item) => `${this.#caseHead(item, inner)} => ${this.body(item.body, inner)},`);
    if (value.fallback !== undefined) cases.push(`_ => ${this.body(value.fallback, inner)},`);
    const lines = this.withComments(gapsOfList(value), inner, cases);
    const subject = this.expr(value.subject, indent);
    return lines.length === 0 ? `switch ${subject} {}` : `switch ${subject} {\n${lines.join("\n")}\n${indent}}`;
  }

  #caseHead({ values, condition }: SwitchCase, indent: string): string {
    const head = values.map((item) => this.expr(item, indent, ABOVE_PIPE)).join(" | ");
    return condition === undefined ? head : `${head} if ${this.#headSafe(condition, indent)}`;
  }
}

/** One more line; no line is left free at the beginning or twice. */
function push(lines: string[], line: string, indent: string): void {
  if (line !== "") lines.push(indent + line);
  else if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
}

function endsByItself(item: Statement): boolean {
  if (item.kind === "fn" || item.kind === "try") return true;
  return item.kind === "expr" && isBlockLike(item.expr) && item.expr.kind !== "do";
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
