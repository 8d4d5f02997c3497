/**
 * A YAML file as JSON, with the way back from each value to its place in the text.
 *
 * Invariants:
 * 1. Whatever the text is, reading it ends in a value or in diagnostics, never in an exception.
 * 2. Size, nesting and the expansion of aliases are bounded.
 * 3. Integers keep all their digits; keys are texts, and `__proto__` is one like any other.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import { messageOf, type JsonValue } from "../base/index.ts";
import type { Diagnostic, Source, Span } from "../text/index.ts";
import { spanInScalar } from "./scalar-offsets.ts";
import { keyOf, TOO_DEEP, YamlReader, type MakeFault } from "./yaml-reader.ts";

export type ValuePath = readonly (string | number)[];

const MAX_CHARS = 1024 * 1024;
/** Keys that stand twice are found by the reader: the parser compares each with each, for minutes where they are many. */
const PARSING = { intAsBigInt: true, prettyErrors: false, logLevel: "error", uniqueKeys: false } as const;
/** The parser takes the overflow of its own stack for a fault of the file, and goes on. */
const STACK_OVERFLOW = "Maximum call stack size exceeded";
/** What YAML does not allow (1.2.2 section 5.1), and a line break that no editor of today writes. */
// oxlint-disable-next-line no-control-regex
const ODD_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\r(?!\n)/;

export class YamlFile {
  readonly source: Source;
  readonly value: JsonValue;
  readonly #document: Document;
  readonly #pairs = new WeakMap<YAMLMap, ReadonlyMap<string | undefined, Pair>>();

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

  /** The value at `path`. */
  valueAt(path: ValuePath): JsonValue | undefined {
    let value: JsonValue | undefined = this.value;
    for (const step of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Readonly<Record<string | number, JsonValue>>)[step];
    }
    return value;
  }

  /** Whether there is a value at `path`. */
  has(path: ValuePath): boolean {
    return this.#find(path).isWhole;
  }

  /** The place of the key at the end of `path`. */
  spanOfKey(path: ValuePath): Span {
    const { node } = this.#find(path.slice(0, -1));
    const pair = isMap(node) ? this.#pairOf(node, String(path.at(-1))) : undefined;
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
      const pair = this.#pairOf(node, String(step));
      return (pair?.value ?? pair?.key ?? undefined) as Node | undefined;
    }
    return isSeq(node) ? (node.items[Number(step)] as Node | undefined) : undefined;
  }

  /** The first of that key. A faulty file may have thousands of keys in one mapping, each of which is asked for. */
  #pairOf(map: YAMLMap, key: string): Pair | undefined {
    let pairs = this.#pairs.get(map);
    if (pairs === undefined) {
      pairs = new Map(map.items.toReversed().map((pair) => [keyOf(pair), pair]));
      this.#pairs.set(map, pairs);
    }
    return pairs.get(key);
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

/** Reads a YAML text. Where it cannot be told what the text means, there is no file; with an error there may be one. */
export function readYaml(source: Source): { readonly file?: YamlFile; readonly diagnostics: readonly Diagnostic[] } {
  const fault = (code: string, message: string, span: Span, hint?: string): Diagnostic => {
    const diagnostic = { level: "error", code, message, source, span } as const;
    return hint === undefined ? diagnostic : { ...diagnostic, hint };
  };
  if (source.text.length > MAX_CHARS)
    return {
      diagnostics: [fault("file-too-large", `The file is larger than ${MAX_CHARS} characters.`, { start: 0, end: 0 })],
    };
  const odd = ODD_CHARACTER.exec(source.text);
  if (odd !== null) return { diagnostics: [oddCharacter(odd[0], odd.index, fault)] };
  try {
    const document = parseDocument(source.text, PARSING);
    // Of tags the reader tells.
    const warnings = document.warnings.filter(({ code }) => code !== "TAG_RESOLVE_FAILED");
    const problems = [...document.errors, ...warnings].map(({ code, message, pos: [start, end] }) =>
      fault("bad-yaml", YAML_MESSAGES[code] ?? message, within(source.text, start, end), YAML_HINTS[code]),
    );
    if (document.errors.some(({ message }) => message.startsWith(STACK_OVERFLOW)))
      return { diagnostics: [fault("bad-yaml", TOO_DEEP, { start: 0, end: 0 })] };
    if (problems.length > 0) return { diagnostics: onePerPlace(problems) };
    if (document.contents === null)
      return { diagnostics: [fault("bad-value", "There is nothing in the file.", { start: 0, end: 0 })] };
    const reader = new YamlReader(document, fault);
    const value = reader.read(document.contents, 0);
    const diagnostics = reader.faults;
    return reader.isReadable ? { file: new YamlFile(source, value, document), diagnostics } : { diagnostics };
  } catch (thrown) {
    // Very deep nesting overflows the parser's stack; everything else it reports by itself.
    const message = thrown instanceof RangeError ? TOO_DEEP : messageOf(thrown);
    return { diagnostics: [fault("bad-yaml", message, { start: 0, end: 0 })] };
  }
}

function oddCharacter(found: string, at: number, fault: MakeFault): Diagnostic {
  const span = { start: at, end: at + 1 };
  const code = found.codePointAt(0) ?? 0;
  if (found === "\r")
    return fault("bad-yaml", "A line ends with a carriage return alone.", span, "Save the file with Unix line ends.");
  const message = `A character stands here that YAML does not allow (U+${code.toString(16).toUpperCase().padStart(4, "0")}).`;
  return fault("bad-yaml", message, span, "Save the file as UTF-8.");
}

/** The parser may stumble several times over one place. */
function onePerPlace(faults: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<number>();
  return faults.filter(({ span }) => !seen.has(span.start) && seen.add(span.start));
}

/** The parser may point one character behind the end. */
function within(text: string, start: number, end: number): Span {
  return { start: Math.min(start, text.length), end: Math.min(Math.max(start, end), text.length) };
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
  BAD_ALIAS: "Put a text that begins with `*` or `&` in quotes.",
  MULTIPLE_DOCS: "Keep one document in one file.",
};

const YAML_MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "The file holds more than one YAML document.",
};
