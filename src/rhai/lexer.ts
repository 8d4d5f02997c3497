/**
 * Text → tokens. Faults are collected and the scan goes on, so that one bad character does not hide the rest.
 * A minus sign directly before a digit belongs to the number unless something stands before it that it could be
 * subtracted from; that is why `-3.abs()` is 3.
 */
import type { Diagnostic, Source, Span } from "../text/index.ts";
import { scanChar, scanNumber, scanQuoted, scanRaw, type Scanned } from "./literals.ts";
import { KEYWORDS, RESERVED, RESERVED_SYMBOLS, SYMBOLS, type Token } from "./tokens.ts";

const NAME = /[\p{XID_Start}_][\p{XID_Continue}]*/uy;
const SPACE = /\s+/y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const MAX_TEMPLATE_DEPTH = 50;

export interface LexOptions {
  /** Names have ASCII letters only, as in Rhai. */
  readonly plainNames: boolean;
  readonly disabledSymbols: ReadonlySet<string>;
}

export interface Lexed {
  readonly tokens: Token[];
  readonly diagnostics: Diagnostic[];
  /** Where comments stand, in the order of the text; a first line `#!…` is one. */
  readonly comments: readonly Span[];
  /** Where a comment that nothing closes begins: in Rhai it goes on to the end of the text. */
  readonly openComment?: Span;
}

export function lex(source: Source, options: LexOptions): Lexed {
  const lexer = new Lexer(source, options);
  const tokens = lexer.all();
  const { diagnostics, comments, openComment } = lexer;
  return { tokens, diagnostics, comments, ...(openComment !== undefined && { openComment }) };
}

class Lexer {
  readonly diagnostics: Diagnostic[] = [];
  readonly comments: Span[] = [];
  openComment: Span | undefined;
  readonly #source: Source;
  readonly #text: string;
  readonly #disabled: ReadonlySet<string>;
  readonly #isPlainNames: boolean;
  #at = 0;
  #templateDepth = 0;

  constructor(source: Source, options: LexOptions) {
    this.#source = source;
    this.#text = source.text;
    this.#disabled = options.disabledSymbols;
    this.#isPlainNames = options.plainNames;
    if (this.#text.startsWith("#!")) this.#skipComment(/[^\n]*/y);
  }

  all(): Token[] {
    const tokens = this.#until(undefined);
    tokens.push({ kind: "eof", span: { start: this.#text.length, end: this.#text.length } });
    return tokens;
  }

  /** Reads tokens to the end, or to the `}` that closes a template's block. */
  #until(close: "}" | undefined): Token[] {
    const tokens: Token[] = [];
    let depth = 0;
    for (;;) {
      this.#skipBlanks();
      if (this.#at >= this.#text.length) {
        if (close !== undefined)
          this.#report("unterminated-string", "The ${…} of this string is not closed.", this.#at, this.#at);
        return tokens;
      }
      const token = this.#next(tokens.at(-1));
      if (token === undefined) continue;
      if (token.kind === "symbol" && close !== undefined) {
        if (token.text === "{" || token.text === "#{") depth += 1;
        if (token.text === "}" && depth-- === 0) return tokens;
      }
      tokens.push(token);
    }
  }

  #next(before: Token | undefined): Token | undefined {
    const char = this.#text[this.#at]!;
    if (isDigit(char)) return this.#literal("number", scanNumber(this.#text, this.#at));
    if (char === "-" && isDigit(this.#text[this.#at + 1]) && !endsOperand(before))
      return this.#literal("number", scanNumber(this.#text, this.#at));
    if (char === '"') return this.#literal("string", scanQuoted(this.#text, this.#at));
    if (char === "'") return this.#literal("char", scanChar(this.#text, this.#at));
    if (char === "`") return this.#template();
    if (
      char === "#" &&
      /#+"/y.test(this.#text.slice(this.#at, this.#at + 260)) &&
      /^#+"/.test(this.#text.slice(this.#at, this.#at + 260))
    ) {
      return this.#literal("string", scanRaw(this.#text, this.#at));
    }
    return this.#word() ?? this.#symbol();
  }

  #literal(kind: "number" | "string" | "char", scanned: Scanned): Token | undefined {
    const start = this.#at;
    this.#at = Math.max(scanned.end, start + 1);
    const span = { start, end: this.#at };
    if (scanned.fault !== undefined) this.#report("bad-literal", scanned.fault, scanned.faultAt ?? start, this.#at);
    if (typeof scanned.value === "bigint") return { kind: "int", value: scanned.value, span };
    if (typeof scanned.value === "number") return { kind: "float", value: scanned.value, span };
    return kind === "char"
      ? { kind: "char", value: scanned.value, span }
      : { kind: "string", value: scanned.value, span };
  }

  #word(): Token | undefined {
    NAME.lastIndex = this.#at;
    const text = NAME.exec(this.#text)?.[0];
    if (text === undefined) return undefined;
    const start = this.#at;
    this.#at += text.length;
    const span = { start, end: this.#at };
    if (this.#disabled.has(text)) return { kind: "reserved", text, span };
    if (this.#isPlainNames && /\W/.test(text))
      this.#report("bad-identifier", `"${text}" has letters that Rhai allows in no name.`, start, this.#at);
    // A name of underscores only is no name, except `_` itself, which stands for "anything else" in a switch.
    if (/^_+(?![_\p{XID_Start}])/u.test(text) && text !== "_") {
      this.#report(
        "bad-identifier",
        `"${text}" is no name: it needs a letter or a digit after its underscores.`,
        start,
        this.#at,
      );
    }
    if (KEYWORDS.has(text)) return { kind: "keyword", text, span };
    return RESERVED.has(text) ? { kind: "reserved", text, span } : { kind: "name", text, span };
  }

  #symbol(): Token | undefined {
    const start = this.#at;
    const text = SYMBOLS.find((symbol) => this.#text.startsWith(symbol, start) && this.#isWhole(symbol));
    if (text === undefined) {
      const shown = String.fromCodePoint(this.#text.codePointAt(start) ?? 0);
      this.#at += shown.length;
      this.#report("unexpected-character", `"${shown}" means nothing here.`, start, this.#at);
      return undefined;
    }
    this.#at += text.length;
    const span = { start, end: this.#at };
    const advice = RESERVED_SYMBOLS.get(text);
    if (advice !== undefined) {
      this.#report(
        "reserved-symbol",
        `"${text}" is not used in Rhai${advice === "" ? "." : `: ${advice}.`}`,
        start,
        this.#at,
      );
    }
    if (this.#disabled.has(text))
      this.#report("disabled-symbol", `"${text}" is switched off for this script.`, start, this.#at);
    return { kind: "symbol", text, span };
  }

  /** `!in` is only a symbol when no letter follows: `!index` is "not index". */
  #isWhole(symbol: string): boolean {
    return symbol !== "!in" || !/[\p{XID_Continue}]/u.test(this.#text[this.#at + 3] ?? " ");
  }

  /** A back-tick string. A line break right after the opening mark is not part of it; two marks stand for one. */
  #template(): Token {
    const start = this.#at;
    this.#at += 1;
    if (this.#text.startsWith("\r\n", this.#at)) this.#at += 2;
    else if (this.#text[this.#at] === "\n") this.#at += 1;
    const parts: (string | Token[])[] = [];
    let text = "";
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) {
        this.#report("unterminated-string", "This string is not closed: a ` is missing.", start, start + 1);
        break;
      }
      if (char === "`") {
        this.#at += 1;
        if (this.#text[this.#at] !== "`") break;
        text += "`";
        this.#at += 1;
      } else if (this.#text.startsWith("\\${", this.#at)) {
        // The only escape that there is: a block that is meant as text.
        text += "${";
        this.#at += 3;
      } else if (char === "$" && this.#text[this.#at + 1] === "{" && this.#templateDepth < MAX_TEMPLATE_DEPTH) {
        this.#at += 2;
        parts.push(text, this.#nested());
        text = "";
      } else {
        text += char;
        this.#at += 1;
      }
    }
    parts.push(text);
    return { kind: "template", parts, span: { start, end: this.#at } };
  }

  #nested(): Token[] {
    this.#templateDepth += 1;
    const tokens = this.#until("}");
    this.#templateDepth -= 1;
    tokens.push({ kind: "eof", span: { start: this.#at - 1, end: this.#at } });
    return tokens;
  }

  #skipBlanks(): void {
    while (this.#skip(SPACE) || this.#skipComment(LINE_COMMENT) || this.#skipBlockComment());
  }

  #skipComment(pattern: RegExp): boolean {
    const start = this.#at;
    const found = this.#skip(pattern);
    if (found) this.comments.push({ start, end: this.#at });
    return found;
  }

  /** Block comments nest. */
  #skipBlockComment(): boolean {
    if (!this.#text.startsWith("/*", this.#at)) return false;
    const start = this.#at;
    let depth = 0;
    const marks = /\/\*|\*\//g;
    marks.lastIndex = start;
    for (let mark = marks.exec(this.#text); mark !== null; mark = marks.exec(this.#text)) {
      depth += mark[0] === "/*" ? 1 : -1;
      if (depth > 0) continue;
      this.#at = marks.lastIndex;
      this.comments.push({ start, end: this.#at });
      return true;
    }
    this.#at = this.#text.length;
    this.comments.push({ start, end: this.#at });
    this.openComment = { start, end: start + 2 };
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null || match[0] === "") return false;
    this.#at += match[0].length;
    return true;
  }

  #report(code: string, message: string, start: number, end: number): void {
    this.diagnostics.push({ level: "error", code, message, source: this.#source, span: { start, end } });
  }
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= "0" && char <= "9";
}

/** Whether a minus sign after this token subtracts. */
function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "symbol") return token.text === ")" || token.text === "]" || token.text === "}";
  return token.kind !== "keyword" || token.text === "true" || token.text === "false" || token.text === "this";
}
