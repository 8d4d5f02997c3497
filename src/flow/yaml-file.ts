/**
 * A YAML file as JSON, with the way back from each value to its place in the text.
 *
 * Invariants:
 * 1. Whatever the text is, reading it ends in a value or in diagnostics, never in an exception.
 * 2. Size, nesting and the expansion of aliases are bounded.
 * 3. Integers keep all their digits; keys are texts, and `__proto__` is one like any other.
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node, type Pair } from "yaml";
import { messageOf, type JsonValue } from "../base/index.ts";
import type { Diagnostic, Source, Span } from "../text/index.ts";
import { spanInScalar } from "./scalar-offsets.ts";

export type ValuePath = readonly (string | number)[];

const MAX_CHARS = 1024 * 1024;
const MAX_DEPTH = 64;
/** Values after all aliases are expanded. */
const MAX_VALUES = 50_000;

export class YamlFile {
  readonly source: Source;
  readonly value: JsonValue;
  readonly #document: Document;

  constructor(source: Source, value: JsonValue, document: Document) {
    this.source = source;
    this.value = value;
    this.#document = document;
  }

  /** The place of a value, or of its nearest parent that exists; `range` are offsets into a text's value. */
  spanOf(path: ValuePath, range?: Span): Span {
    const { node, isWhole } = this.#find(path);
    if (isWhole && range !== undefined && isScalar(node)) return spanInScalar(node, this.source.text, range);
    return this.#spanOfNode(node);
  }

  /** Whether there is a value at `path`. */
  has(path: ValuePath): boolean {
    return this.#find(path).isWhole;
  }

  /** The place of the key at the end of `path`. */
  spanOfKey(path: ValuePath): Span {
    const { node } = this.#find(path.slice(0, -1));
    const pair = isMap(node) ? node.items.find((item) => keyOf(item) === String(path.at(-1))) : undefined;
    return this.#spanOfNode((pair?.key as Node | undefined) ?? node);
  }

  #find(path: ValuePath): { node: Node | null; isWhole: boolean } {
    let node: Node | null = this.#document.contents;
    for (const step of path) {
      const child = this.#childOf(this.#resolved(node), step);
      if (child === undefined) return { node, isWhole: false };
      node = child;
    }
    return { node: this.#resolved(node), isWhole: true };
  }

  #childOf(node: Node | null, step: string | number): Node | undefined {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyOf(item) === String(step));
      return (pair?.value ?? pair?.key ?? undefined) as Node | undefined;
    }
    return isSeq(node) ? (node.items[Number(step)] as Node | undefined) : undefined;
  }

  #resolved(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.#document) ?? node) : node;
  }

  #spanOfNode(node: Node | null): Span {
    const [start, end] = node?.range ?? [0, 0];
    // A mapping or list is shown by its first line, not by all of it.
    return isScalar(node) ? { start, end } : { start, end: Math.min(end, lineEnd(this.source.text, start)) };
  }
}

/** Reads a YAML text. With an error among the diagnostics there is no file. */
export function readYaml(source: Source): { readonly file?: YamlFile; readonly diagnostics: readonly Diagnostic[] } {
  const fault = (code: string, message: string, span: Span, hint?: string): Diagnostic => {
    const diagnostic = { level: "error", code, message, source, span } as const;
    return hint === undefined ? diagnostic : { ...diagnostic, hint };
  };
  if (source.text.length > MAX_CHARS)
    return {
      diagnostics: [fault("file-too-large", `The file is larger than ${MAX_CHARS} characters.`, { start: 0, end: 0 })],
    };
  try {
    const document = parseDocument(source.text, { intAsBigInt: true, prettyErrors: false, logLevel: "error" });
    const problems = [...document.errors, ...document.warnings].map(({ code, message, pos: [start, end] }) =>
      fault("bad-yaml", YAML_MESSAGES[code] ?? message, within(source.text, start, end), YAML_HINTS[code]),
    );
    if (problems.length > 0) return { diagnostics: problems };
    const reader = new Reader(document, fault);
    const value = reader.read(document.contents, 0);
    if (reader.faults.length > 0) return { diagnostics: reader.faults };
    return { file: new YamlFile(source, value, document), diagnostics: [] };
  } catch (thrown) {
    // Very deep nesting overflows the parser's stack; everything else it reports by itself.
    const message = thrown instanceof RangeError ? "The file is nested too deep." : messageOf(thrown);
    return { diagnostics: [fault("bad-yaml", message, { start: 0, end: 0 })] };
  }
}

class Reader {
  readonly faults: Diagnostic[] = [];
  readonly #document: Document;
  readonly #fault: (code: string, message: string, span: Span) => Diagnostic;
  #values = 0;

  constructor(document: Document, fault: (code: string, message: string, span: Span) => Diagnostic) {
    this.#document = document;
    this.#fault = fault;
  }

  read(node: unknown, depth: number): JsonValue {
    this.#values += 1;
    if (this.#values > MAX_VALUES || depth > MAX_DEPTH) {
      const message = depth > MAX_DEPTH ? "The file is nested too deep." : "The file has too many values.";
      if (this.#values <= MAX_VALUES + 1 || this.faults.length === 0) this.#report(message, node);
      return null;
    }
    if (isAlias(node)) return this.#alias(node, depth);
    if (isScalar(node)) return this.#scalar(node.value, node);
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1));
    if (isMap(node)) return Object.fromEntries(node.items.map((pair) => this.#entry(pair, depth)));
    return null;
  }

  #alias(node: { resolve(document: Document): Node | undefined; source: string }, depth: number): JsonValue {
    const target = node.resolve(this.#document);
    if (target === undefined) this.#report(`There is no anchor \`&${node.source}\` before this.`, node);
    return target === undefined ? null : this.read(target, depth + 1);
  }

  #entry(pair: Pair, depth: number): [string, JsonValue] {
    const key = keyOf(pair);
    if (key === undefined) this.#report("A key must be a text.", pair.key);
    return [key ?? "", this.read(pair.value, depth + 1)];
  }

  #scalar(value: unknown, node: Node): JsonValue {
    if (typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    if (typeof value !== "number") return null;
    if (!Number.isFinite(value)) this.#report("This number does not exist in JSON.", node);
    return value;
  }

  #report(message: string, node: unknown): void {
    const [start, end] = (node as Node | null)?.range ?? [0, 0];
    this.faults.push(this.#fault("bad-yaml", message, { start, end }));
  }
}

/** The parser may point one character behind the end. */
function within(text: string, start: number, end: number): Span {
  return { start: Math.min(start, text.length), end: Math.min(Math.max(start, end), text.length) };
}

function keyOf(pair: Pair): string | undefined {
  const key = isScalar(pair.key) ? pair.key.value : undefined;
  if (key === null) return "null";
  if (typeof key === "string") return key;
  return typeof key === "number" || typeof key === "bigint" || typeof key === "boolean" ? String(key) : undefined;
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\n", start);
  return end === -1 ? text.length : end;
}

const YAML_HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "Indent with spaces.",
  BAD_INDENT: "Indent the lines of one block by the same number of spaces.",
  MULTILINE_IMPLICIT_KEY: "Put the value in quotes, or start a block with `|`.",
  BLOCK_AS_IMPLICIT_KEY: "Put values with `: ` in quotes.",
  MULTIPLE_DOCS: "Keep one flow in one file.",
};

const YAML_MESSAGES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: "This key stands twice in the same mapping.",
  MULTIPLE_DOCS: "The file holds more than one YAML document.",
};
