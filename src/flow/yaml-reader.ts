/**
 * The nodes of a YAML document as the value that JSON can hold. What JSON cannot hold is a fault, and so is what the
 * expansion of aliases makes too large.
 */
import { isAlias, isMap, isScalar, isSeq, Scalar, type Document, type Node, type Pair } from "yaml";
import type { JsonValue } from "../base/index.ts";
import type { Diagnostic, Span } from "../text/index.ts";

export type MakeFault = (code: string, message: string, span: Span, hint?: string) => Diagnostic;

const MAX_DEPTH = 64;
/** Values after all aliases are expanded. */
const MAX_VALUES = 50_000;
export const TOO_DEEP = "The file is nested too deep.";
const TWICE = "This key stands twice in the same mapping.";
/** To YAML, `{{x}}` is a mapping whose key is a mapping. */
const BRACES = "Put a value that begins with `{{` in quotes.";
const TAG = "tag:yaml.org,2002:";
const isNumber = (node: unknown): boolean => hasValue(node, "number", "bigint");
/**
 * Those of JSON's values, and whether a node is what they say. Others, and those of another kind of value, would be
 * read as something else than they say: the parser reads `!!int x` as the text.
 */
const TAGS: Readonly<Record<string, (node: unknown) => boolean>> = {
  str: (node) => hasValue(node, "string"),
  int: isNumber,
  float: isNumber,
  bool: (node) => hasValue(node, "boolean"),
  null: (node) => isScalar(node) && node.value === null,
  map: isMap,
  seq: isSeq,
};

/** Reads the nodes of a parsed document, all of their faults at once. */
export class YamlReader {
  readonly faults: Diagnostic[] = [];
  /** False where a fault leaves the meaning of the rest open. A tag does not: what is behind it is read without it. */
  isReadable = true;
  readonly #document: Document;
  readonly #fault: MakeFault;
  #values = 0;

  constructor(document: Document, fault: MakeFault) {
    this.#document = document;
    this.#fault = fault;
  }

  read(node: unknown, depth: number): JsonValue {
    this.#values += 1;
    if (this.#values > MAX_VALUES || depth > MAX_DEPTH) {
      const message = depth > MAX_DEPTH ? TOO_DEEP : "The file has too many values.";
      if (this.#values <= MAX_VALUES + 1 || this.faults.length === 0) this.#report(message, node);
      return null;
    }
    if (isAlias(node)) return this.#alias(node, depth);
    this.#checkTag(node);
    if (isScalar(node)) return this.#scalar(node.value, node);
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1));
    return isMap(node) ? this.#map(node.items, depth) : null;
  }

  #checkTag(node: unknown): void {
    const { tag } = (node ?? {}) as { readonly tag?: string };
    if (tag === undefined) return;
    const name = tag.startsWith(TAG) ? tag.slice(TAG.length) : "";
    const fits = Object.hasOwn(TAGS, name) ? TAGS[name] : undefined;
    if (fits?.(node) === true) return;
    const shown = `\`${tag.replace(TAG, "!!")}\``;
    const message = fits === undefined ? `There is no tag ${shown}.` : `This value is no ${shown}.`;
    this.faults.push(this.#faultAt(message, node, "Leave it out: a flow holds what JSON can hold."));
  }

  #map(pairs: readonly Pair[], depth: number): JsonValue {
    const seen = new Set<string>();
    const entries = pairs.map((pair) => {
      const key = keyOf(pair);
      // Also `1` and `"1"`, which are one key in JSON.
      if (key !== undefined && seen.has(key)) this.#report(TWICE, pair.key);
      if (key !== undefined) seen.add(key);
      return this.#entry(pair, depth);
    });
    return Object.fromEntries(entries);
  }

  #alias(node: { resolve(document: Document): Node | undefined; source: string }, depth: number): JsonValue {
    const target = node.resolve(this.#document);
    if (target === undefined) this.#report(`There is no anchor \`&${node.source}\` before this.`, node);
    return target === undefined ? null : this.read(target, depth + 1);
  }

  #entry(pair: Pair, depth: number): [string, JsonValue] {
    const key = keyOf(pair);
    if (key === undefined) this.#report("A key must be a text.", pair.key, isMap(pair.key) ? BRACES : undefined);
    else if (isScalar(pair.key) && key === "<<" && pair.key.type === Scalar.PLAIN)
      this.#report(
        "Merge keys (`<<`) are not read.",
        pair.key,
        "Write the keys out; an alias stands for a whole value.",
      );
    return [key ?? "", this.read(pair.value, depth + 1)];
  }

  #scalar(value: unknown, node: Node): JsonValue {
    if (typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    if (typeof value !== "number") {
      // A file that says `%YAML 1.1` has dates; bytes are told by their tag.
      if (value instanceof Date) this.#report("This value does not exist in JSON.", node, "Put it in quotes.");
      return null;
    }
    if (!Number.isFinite(value)) this.#report("This number does not exist in JSON.", node);
    return value;
  }

  #report(message: string, node: unknown, hint?: string): void {
    this.isReadable = false;
    this.faults.push(this.#faultAt(message, node, hint));
  }

  #faultAt(message: string, node: unknown, hint?: string): Diagnostic {
    const [start, end] = (node as Node | null)?.range ?? [0, 0];
    return this.#fault("bad-yaml", message, { start, end }, hint);
  }
}

function hasValue(node: unknown, ...types: readonly string[]): boolean {
  return isScalar(node) && types.includes(typeof node.value);
}

/** The key of a pair as a text; undefined where it is no scalar. */
export function keyOf(pair: Pair): string | undefined {
  const key = isScalar(pair.key) ? pair.key.value : undefined;
  if (key === null) return "null";
  if (typeof key === "string") return key;
  return typeof key === "number" || typeof key === "bigint" || typeof key === "boolean" ? String(key) : undefined;
}
