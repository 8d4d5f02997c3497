/**
 * Comments of a text, for the printer: they are no part of the tree, so it finds them by where they stand. Those between
 * statements, between the items of a list and between the cases of a switch stay there (these places are *gaps*); any
 * other comment inside of a statement goes in front of it.
 */
import type { Source, Span } from "../text/index.ts";
import type { Block, Expr, Statement } from "./ast.ts";
import { lex } from "./lexer.ts";
import { childrenOf } from "./walk.ts";

export interface Gap {
  /** Comments on the line of what stands before. */
  readonly trailing: readonly string[];
  /** Comments on lines of their own; an empty text is a line that was left free. */
  readonly lines: readonly string[];
}

const NOTHING: Gap = { trailing: [], lines: [] };

export class Comments {
  readonly #text: string;
  readonly #spans: readonly Span[];

  constructor(source: Source | undefined) {
    this.#text = source?.text ?? "";
    this.#spans = source === undefined ? [] : lex(source, { disabledSymbols: new Set(), plainNames: false }).comments;
  }

  /** Whether an author's text is at hand. */
  get isKnown(): boolean {
    return this.#text !== "";
  }

  get end(): number {
    return this.#text.length;
  }

  #between(from: number, to: number): readonly Span[] {
    return this.#spans.filter(({ start, end }) => start >= from && end <= to);
  }

  /** What stands between two pieces of code. `isFirst`: nothing stands before, so that no comment belongs to it. */
  gap(from: number, to: number, isFirst: boolean): Gap {
    if (!this.isKnown || to <= from) return NOTHING;
    const trailing: string[] = [];
    const lines: string[] = [];
    let at = from;
    let isOnLine = !isFirst;
    for (const span of this.#between(from, to)) {
      const breaks = this.#breaks(at, span.start);
      isOnLine &&= breaks === 0;
      if (breaks > 1) lines.push("");
      (isOnLine ? trailing : lines).push(this.#text.slice(span.start, span.end).trimEnd());
      at = span.end;
    }
    if (this.#breaks(at, to) > 1) lines.push("");
    return { trailing, lines };
  }

  /** Line breaks between two offsets; two or more leave a line free. */
  #breaks(from: number, to: number): number {
    return this.#text.slice(from, to).split("\n").length - 1;
  }

  /** Comments inside of a statement that stand in none of its gaps. */
  inside(statement: Statement): readonly string[] {
    const found = this.#between(statement.span.start, statement.span.end);
    if (found.length === 0) return [];
    const gaps = this.#gapsOf(statement);
    return found
      .filter(({ start }) => !gaps.some((gap) => gap.start <= start && start < gap.end))
      .map(({ start, end }) => this.#text.slice(start, end).trimEnd());
  }

  /** Whether some gap of a list holds a comment. */
  anyIn(gaps: readonly Span[]): boolean {
    return this.#spans.length > 0 && gaps.some(({ start, end }) => this.#between(start, end).length > 0);
  }

  #gapsOf(statement: Statement): Span[] {
    switch (statement.kind) {
      case "fn":
        return [statement.fn.body.span];
      case "try":
        return [statement.body.span, statement.handler.span];
      case "assign":
        return [...this.#gapsIn(statement.target), ...this.#gapsIn(statement.value)];
      case "expr":
        return this.#gapsIn(statement.expr);
      case "import":
        return this.#gapsIn(statement.path);
      case "let":
      case "break":
      case "return":
      case "throw":
        return statement.value === undefined ? [] : this.#gapsIn(statement.value);
      case "continue":
      case "export":
        return [];
      default:
        return statement satisfies never;
    }
  }

  #gapsIn(expr: Expr): Span[] {
    // The code inside of a text is written on one line where it can be, without comments.
    if (expr.kind === "template") return [];
    const inner = childrenOf(expr).flatMap((child) =>
      "statements" in child ? this.#blockGaps(child) : this.#gapsIn(child),
    );
    return [...gapsOfList(expr), ...inner];
  }

  /** A block in braces looks after its comments itself; one without is a part of the statement around it. */
  #blockGaps(block: Block): Span[] {
    if (this.hasBraces(block)) return [block.span];
    return block.statements.flatMap((statement) => this.#gapsOf(statement));
  }

  hasBraces(block: Block): boolean {
    return this.#text[block.span.start] === "{";
  }
}

/** The places between the items of a list or the cases of a switch, the first and the last one included. */
export function gapsOfList(expr: Expr): Span[] {
  switch (expr.kind) {
    case "array":
      return between(
        expr.span.start + 1,
        expr.items.map(({ span }) => span),
        expr.span.end,
      );
    case "map":
      return between(
        expr.span.start + 1,
        expr.entries.map(({ keySpan, value }) => ({ start: keySpan.start, end: value.span.end })),
        expr.span.end,
      );
    case "call":
      return between(
        expr.span.start + expr.name.length,
        expr.args.map(({ span }) => span),
        expr.span.end,
      );
    case "method":
      return between(
        expr.nameSpan.end,
        expr.args.map(({ span }) => span),
        expr.span.end,
      );
    case "switch": {
      const cases = expr.cases.map(({ values, body }) => ({
        start: values[0]?.span.start ?? body.span.start,
        end: body.span.end,
      }));
      const all = expr.fallback === undefined ? cases : [...cases, expr.fallback.span];
      return between(expr.subject.span.end, all, expr.span.end);
    }
    default:
      return [];
  }
}

function between(start: number, items: readonly Span[], end: number): Span[] {
  const starts = [...items.map((item) => item.start), end];
  return starts.map((to, at) => ({
    start: items[at - 1]?.end ?? start,
    end: Math.max(to, items[at - 1]?.end ?? start),
  }));
}
