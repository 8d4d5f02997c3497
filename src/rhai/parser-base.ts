/** What every part of the parser stands on: the tokens, how deep it is, and names. */
import type { Span } from "../text/index.ts";
import type { Param } from "./ast.ts";
import type { RhaiOptions } from "./options.ts";
import { describe, type TokenStream } from "./token-stream.ts";
import { RESERVED_FUNCTIONS } from "./tokens.ts";

/** Whatever the options say, deeper nesting could exhaust the stack. */
const MAX_DEPTH = 250;

export abstract class ParserBase {
  readonly stream: TokenStream;
  readonly options: RhaiOptions;
  #depth = 0;
  /** Nesting through functions and closures, each of which starts `#depth` anew. */
  #totalDepth = 0;
  protected insideFunction = false;
  protected loops = 0;
  protected closures = 0;

  constructor(stream: TokenStream, options: RhaiOptions) {
    this.stream = stream;
    this.options = options;
  }

  get isInLoop(): boolean {
    return this.loops > 0;
  }

  protected spanFrom(start: number): Span {
    return { start, end: this.stream.lastEnd };
  }

  /** Counts nesting, which is bounded so that neither parsing nor running can exhaust the stack. */
  protected nested<R>(read: () => R): R {
    const limit = this.insideFunction ? this.options.maxFunctionExprDepth : this.options.maxExprDepth;
    const hardLimit = limit === 0 ? MAX_DEPTH : Math.min(MAX_DEPTH, limit);
    if (this.#depth >= hardLimit || this.#totalDepth >= MAX_DEPTH)
      throw this.stream.fault("expr-too-deep", `The script nests more than ${hardLimit} levels deep.`);
    this.#depth += 1;
    this.#totalDepth += 1;
    try {
      return read();
    } finally {
      this.#depth -= 1;
      this.#totalDepth -= 1;
    }
  }

  /** A function's body starts anew: outside of every loop, with its own bound of nesting. */
  protected inFunction<R>(read: () => R): R {
    const outer = [this.#depth, this.insideFunction, this.loops] as const;
    [this.#depth, this.insideFunction, this.loops] = [0, true, 0];
    try {
      return read();
    } finally {
      [this.#depth, this.insideFunction, this.loops] = outer;
    }
  }

  /** params = name { "," name } [ "," ] */
  protected params(close: string): Param[] {
    const params: Param[] = [];
    while (!this.stream.isSymbol(close)) {
      const param = this.name("a parameter");
      if (params.some(({ name }) => name === param.name))
        throw this.stream.fault("fn-duplicated-param", `The parameter "${param.name}" stands here twice.`, param.span);
      params.push(param);
      if (!this.stream.take(",")) break;
    }
    return params;
  }

  /** A name of a variable, parameter or member. */
  protected name(what: string): Param {
    const token = this.stream.peek;
    if (token.kind === "name" && !RESERVED_FUNCTIONS.has(token.text) && token.text !== "_") {
      this.stream.next();
      return { name: token.text, span: token.span };
    }
    if (token.kind === "name" || token.kind === "reserved" || token.kind === "keyword") {
      throw this.stream.fault("reserved", `"${token.text}" is a reserved word and cannot name ${what}.`, token.span);
    }
    throw this.stream.fault(
      "variable-expected",
      `The name of ${what} is expected, but ${describe(token)} stands here.`,
      token.span,
    );
  }
}
