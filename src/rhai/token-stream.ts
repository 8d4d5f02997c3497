/** A list of tokens with one token of look-ahead, and the faults found on the way. */
import type { Diagnostic, Source, Span } from "../text/index.ts";
import type { Token } from "./tokens.ts";

/** Ends the statement that is being parsed; the parser goes on behind it. */
export class SyntaxFault extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

export class TokenStream {
  readonly source: Source;
  readonly diagnostics: Diagnostic[] = [];
  #tokens: readonly Token[];
  #at = 0;

  constructor(source: Source, tokens: readonly Token[]) {
    this.source = source;
    this.#tokens = tokens;
  }

  get peek(): Token {
    return this.#tokens[this.#at] ?? this.#tokens.at(-1)!;
  }

  /** The token after `peek`. */
  get second(): Token {
    return this.#tokens[this.#at + 1] ?? this.#tokens.at(-1)!;
  }

  /** End of the token before `peek`. */
  get lastEnd(): number {
    return this.#tokens[this.#at - 1]?.span.end ?? 0;
  }

  get isAtEnd(): boolean {
    return this.peek.kind === "eof";
  }

  next(): Token {
    const token = this.peek;
    if (token.kind !== "eof") this.#at += 1;
    return token;
  }

  isSymbol(text: string): boolean {
    const token = this.peek;
    return token.kind === "symbol" && token.text === text;
  }

  isKeyword(text: string): boolean {
    const token = this.peek;
    return token.kind === "keyword" && token.text === text;
  }

  /** Takes the symbol if it comes next. */
  take(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.#at += 1;
    return true;
  }

  takeKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false;
    this.#at += 1;
    return true;
  }

  expect(text: string, why: string): Token {
    if (this.isSymbol(text)) return this.next();
    throw this.fault(
      "missing-token",
      `${JSON.stringify(text)} is missing ${why}, but ${describe(this.peek)} stands here.`,
    );
  }

  expectKeyword(text: string, why: string): Token {
    if (this.isKeyword(text)) return this.next();
    throw this.fault(
      "missing-token",
      `${JSON.stringify(text)} is missing ${why}, but ${describe(this.peek)} stands here.`,
    );
  }

  fault(code: string, message: string, span: Span = this.peek.span, hint?: string): SyntaxFault {
    return new SyntaxFault({
      level: "error",
      code,
      message,
      source: this.source,
      span,
      ...(hint !== undefined && { hint }),
    });
  }

  report(fault: SyntaxFault): void {
    this.diagnostics.push(fault.diagnostic);
  }

  /** Goes into another list of tokens (a template's block) and comes back. */
  within<R>(tokens: readonly Token[], read: () => R): R {
    const [outer, at] = [this.#tokens, this.#at];
    this.#tokens = tokens;
    this.#at = 0;
    try {
      return read();
    } finally {
      this.#tokens = outer;
      this.#at = at;
    }
  }

  /** Skips to the end of the statement at fault: behind its `;`, or before the `}` that closes its block. */
  recover(): void {
    let depth = 0;
    for (; !this.isAtEnd; this.next()) {
      const token = this.peek;
      if (token.kind !== "symbol") continue;
      if (token.text === "{" || token.text === "#{" || token.text === "(" || token.text === "[") depth += 1;
      if (token.text === "}" || token.text === ")" || token.text === "]") {
        if (depth === 0 && token.text === "}") return;
        depth = Math.max(0, depth - 1);
      }
      if (token.text === ";" && depth === 0) {
        this.next();
        return;
      }
    }
  }
}

/** A token as a message shows it. */
export function describe(token: Token): string {
  switch (token.kind) {
    case "eof":
      return "the end of the script";
    case "int":
    case "float":
      return `the number ${token.value}`;
    case "string":
    case "template":
      return "a string";
    case "char":
      return "a character";
    case "name":
    case "keyword":
    case "reserved":
    case "symbol":
      return JSON.stringify(token.text);
    default:
      return token satisfies never;
  }
}
