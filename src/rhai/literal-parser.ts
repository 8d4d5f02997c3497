/** Tokens → syntax tree: literals that hold others (arrays, maps, texts with expressions), and how large they may be. */
import type { Span } from "../text/index.ts";
import type { Block, Expr, MapEntry } from "./ast.ts";
import { ParserBase } from "./parser-base.ts";
import { describe } from "./token-stream.ts";
import { RESERVED_FUNCTIONS, type Token } from "./tokens.ts";

const MAX_ITEMS = 100_000;

export abstract class LiteralParser extends ParserBase {
  protected abstract expr(): Expr;
  protected abstract templateBlock(): Block;

  protected checkSize(text: string, span: Span): void {
    const { maxStringSize } = this.options;
    if (maxStringSize === 0 || text.length * 4 <= maxStringSize || utf8Length(text) <= maxStringSize) return;
    throw this.stream.fault("literal-too-large", `The string is longer than ${maxStringSize} bytes.`, span);
  }

  protected template(token: Extract<Token, { kind: "template" }>): Expr {
    const texts = token.parts.filter((part) => typeof part === "string");
    this.checkSize(texts.join(""), token.span);
    this.stream.next();
    const parts = token.parts.map((part) =>
      typeof part === "string" ? part : this.stream.within(part, () => this.nested(() => this.templateBlock())),
    );
    const [only] = parts;
    if (parts.length === 1 && typeof only === "string") return { kind: "string", value: only, span: token.span };
    return { kind: "template", parts, span: token.span };
  }

  /** array = "[" [ expr { "," expr } [ "," ] ] "]" */
  protected array(): Expr {
    const start = this.stream.next().span.start;
    const limit = this.options.maxArraySize;
    const items: Expr[] = [];
    while (!this.stream.isSymbol("]")) {
      items.push(this.expr());
      if (items.length > MAX_ITEMS || (limit > 0 && items.length > limit))
        throw this.stream.fault("literal-too-large", `The array has more than ${limit} elements.`);
      if (!this.stream.take(",")) break;
    }
    this.stream.expect("]", "to end the array");
    return { kind: "array", items, span: this.spanFrom(start) };
  }

  /** map = "#{" [ key ":" expr { "," key ":" expr } [ "," ] ] "}" */
  protected map(): Expr {
    const start = this.stream.next().span.start;
    const entries: MapEntry[] = [];
    const seen = new Set<string>();
    while (!this.stream.isSymbol("}")) {
      const { key, keySpan } = this.#key();
      if (seen.has(key)) throw this.stream.fault("duplicated-property", `The key "${key}" stands here twice.`, keySpan);
      seen.add(key);
      this.stream.expect(":", `behind the key "${key}"`);
      entries.push({ key, keySpan, value: this.expr() });
      if (this.options.maxMapSize > 0 && entries.length > this.options.maxMapSize)
        throw this.stream.fault("literal-too-large", `The map has more than ${this.options.maxMapSize} keys.`);
      if (!this.stream.take(",")) break;
    }
    this.stream.expect("}", "to end the map");
    return { kind: "map", entries, span: this.spanFrom(start) };
  }

  #key(): { key: string; keySpan: Span } {
    const token = this.stream.next();
    if (token.kind === "string") return { key: token.value, keySpan: token.span };
    if (token.kind === "template" && token.parts.length === 1 && typeof token.parts[0] === "string")
      return { key: token.parts[0], keySpan: token.span };
    const isWord =
      token.kind === "name" || (!this.options.strict && (token.kind === "keyword" || token.kind === "reserved"));
    if (isWord && !(this.options.strict && RESERVED_FUNCTIONS.has(token.text)))
      return { key: token.text, keySpan: token.span };
    throw this.stream.fault(
      "property-expected",
      `A key is expected, but ${describe(token)} stands here.`,
      token.span,
      'Write the key in "…".',
    );
  }
}

function utf8Length(text: string): number {
  let length = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
