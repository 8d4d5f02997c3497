/**
 * What is masked in a request is masked too where a run or an answer repeats it: a step that hands the payload on would
 * show what the request itself does not.
 *
 * 1. A text or number that is a masked value is blotted out; longer texts lose the masked values that they contain,
 *    as they are or with the escapes of JSON.
 * 2. Short values are too common to be looked for within texts: `7` would blot out the half of a page.
 * 3. Very many masked values are not looked for one by one, which would hold the thread: any longer text may hold one then.
 * 4. What repeats none of them is the same object as before: outputs can be as large as a payload.
 */
import type { JsonValue } from "../base/index.ts";
import type { Envelope } from "../event/index.ts";
import { BLOT, maskHeaders, maskQuery, valuesOf, type Field, type MaskRules } from "./masking.ts";

const SHORTEST_ALONE = 3;
const SHORTEST_WITHIN = 6;
const MOST_WITHIN = 64;

export class Echoes {
  readonly #alone: ReadonlySet<string>;
  readonly #within: readonly string[];
  readonly #isSearched: boolean;
  /** The body has masked fields that cannot be read: whatever a run says may be one of them. */
  readonly #isAnything: boolean;

  constructor(values: Iterable<string>, isAnything = false) {
    this.#alone = new Set([...values].filter(({ length }) => length >= SHORTEST_ALONE));
    const within = [...this.#alone].filter(({ length }) => length >= SHORTEST_WITHIN);
    this.#isSearched = within.length <= MOST_WITHIN;
    const forms = this.#isSearched ? within.flatMap((value) => [value, asWritten(value)]) : [];
    // The longest first: of a value that contains another one nothing is left over.
    this.#within = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
    this.#isAnything = isAnything;
  }

  /** A text without the masked values. */
  text(text: string): string {
    if (this.#isAnything || this.#alone.has(text)) return BLOT;
    if (!this.#isSearched) return text.length < SHORTEST_WITHIN ? text : BLOT;
    return this.#within.reduce((left, value) => (left.includes(value) ? left.replaceAll(value, BLOT) : left), text);
  }

  /** A JSON value without the masked values; its keys stay, as those of the payload do. */
  value(value: JsonValue): JsonValue {
    if (value === null || typeof value === "boolean") return value;
    if (this.#isAnything) return BLOT;
    if (typeof value === "string") return this.text(value);
    if (typeof value !== "object") return this.#alone.has(String(value)) ? BLOT : value;
    if (Array.isArray(value)) {
      const items = (value as readonly JsonValue[]).map((item) => this.value(item));
      return items.every((item, index) => item === value[index]) ? value : items;
    }
    const entries = Object.entries(value).map(([key, item]) => [key, item, this.value(item)] as const);
    if (entries.every(([, before, after]) => before === after)) return value;
    return Object.fromEntries(entries.map(([key, , after]) => [key, after]));
  }
}

/** As a text has it in which JSON was written, or the payload was printed: with escapes. */
function asWritten(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** @param payload with nothing masked; undefined: it has masked fields and cannot be read */
export function echoesOf(
  { headers, target }: Pick<Envelope, "headers" | "target">,
  payload: JsonValue | undefined,
  rules: MaskRules,
): Echoes {
  const query = [...new URL(target, "http://gateway").searchParams];
  const hidden = [
    ...hiddenOf(headers, maskHeaders(headers, rules)).flatMap(withoutScheme),
    ...hiddenOf(query, maskQuery(target)),
    ...(payload === undefined ? [] : rules.paths.flatMap((path) => valuesOf(payload, path).flatMap(leavesOf))),
  ];
  return new Echoes(hidden, payload === undefined);
}

function hiddenOf(pairs: readonly (readonly [string, string])[], shown: readonly Field[]): string[] {
  return pairs.flatMap(([, value], index) => (shown[index]?.masked === true ? [value] : []));
}

/** Of `Bearer abc` scripts hand on the whole or the token. */
function withoutScheme(value: string): readonly string[] {
  const [, token] = /^[A-Za-z]+ +(\S+)$/.exec(value) ?? [];
  return token === undefined ? [value] : [value, token];
}

function leavesOf(value: JsonValue): readonly string[] {
  if (value === null || typeof value === "boolean") return [];
  return typeof value === "object" ? Object.values(value).flatMap(leavesOf) : [String(value)];
}
