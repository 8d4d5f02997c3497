/**
 * JSON whose integers keep all their digits: an id beyond 2^53 is read as a `bigint` and written back digit for
 * digit. Keys such as `__proto__` are plain keys. The engine's own `JSON.parse` does the work whenever the text has
 * no number it would round, which is nearly always; the slow path only runs where digits would be lost.
 */
import { randomUUID } from "node:crypto";

export type JsonValue =
  null | boolean | number | bigint | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: JsonValue };

/** Digits that a double cannot hold exactly: 16 or more in a row. */
const LONG_INTEGER = /\d{16}/;
/**
 * What the search for such integers stops at: a quote, an escape, sixteen digits. It must be bounded: a pattern for all
 * the digits, or for a whole string, would try every shorter one as well, and need a place on the stack for each
 * character.
 */
const QUOTE_ESCAPE_OR_DIGITS = /"|\\.|-?\d{16}/g;
/** An integer of more digits is read as a double like any number: making a `bigint` of millions of them takes seconds. */
const MAX_EXACT_DIGITS = 10_000;
/** A mark in front of an integer that travels through `JSON.parse` as text; no payload can know it. */
const MARK = `int:${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, "g");

/**
 * Parses JSON without losing digits of integers (of up to 10,000 digits). Takes time in proportion to the text, whatever
 * is in it.
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseJson(text: string): JsonValue {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text) as JsonValue;
  // What is no JSON is found out here, as marks might make it some. The values are not kept: both would be twice the memory.
  JSON.parse(text);
  return withIntegers(JSON.parse(withMarks(text)) as JsonValue);
}

/**
 * Puts the integers in the place of their marks, in what was just made and is nobody else's yet. A reviver takes several
 * times as long, and recursion a stack as deep as the value.
 */
function withIntegers(value: JsonValue): JsonValue {
  const root = [value];
  const open: (JsonValue[] | Record<string, JsonValue>)[] = [root];
  /** The integer behind a mark; undefined: the item stays, and is looked into later. */
  const integerOf = (item: JsonValue): bigint | undefined => {
    if (typeof item === "string") return item.startsWith(MARK) ? BigInt(item.slice(MARK.length)) : undefined;
    if (typeof item === "object" && item !== null) open.push(item as Record<string, JsonValue>);
    return undefined;
  };
  for (let made = open.pop(); made !== undefined; made = open.pop()) {
    if (Array.isArray(made)) {
      for (let at = 0; at < made.length; at++) made[at] = integerOf(made[at]!) ?? made[at]!;
    } else {
      for (const key of Object.keys(made)) {
        const integer = integerOf(made[key]!);
        // `__proto__` is an own property of what JSON.parse makes, so that setting it sets nothing else.
        if (integer !== undefined) made[key] = integer;
      }
    }
  }
  return root[0]!;
}

/** Valid JSON, in which every integer that a double would round has become a string behind the mark. */
function withMarks(text: string): string {
  const pieces: string[] = [];
  let written = 0;
  let isInString = false;
  QUOTE_ESCAPE_OR_DIGITS.lastIndex = 0;
  for (let found = QUOTE_ESCAPE_OR_DIGITS.exec(text); found !== null; found = QUOTE_ESCAPE_OR_DIGITS.exec(text)) {
    const [token] = found;
    if (token === '"') isInString = !isInString;
    if (token === '"' || token.startsWith("\\")) continue;
    const end = endOfDigits(text, QUOTE_ESCAPE_OR_DIGITS.lastIndex);
    QUOTE_ESCAPE_OR_DIGITS.lastIndex = end;
    if (isInString || !isRoundedInteger(text, found.index, end)) continue;
    pieces.push(text.slice(written, found.index), `"${MARK}`, text.slice(found.index, end), '"');
    written = end;
  }
  return pieces.join("") + text.slice(written);
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isRoundedInteger(text: string, start: number, end: number): boolean {
  if (end - start > MAX_EXACT_DIGITS || Number.isSafeInteger(Number(text.slice(start, end)))) return false;
  // Digits of a fraction or an exponent, and the whole part of a number that has one, are no integer.
  return !/[.eE+]/.test(text[start - 1] ?? "") && !/[.eE]/.test(text[end] ?? "");
}

/** Writes JSON; a `bigint` becomes a JSON integer. */
export function stringifyJson(value: JsonValue, indent?: number): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    // The engine refuses a bigint. Looking at every value for one costs several times as much, and they are rare.
    return stringifyMarked(value, indent);
  }
}

function stringifyMarked(value: JsonValue, indent: number | undefined): string {
  const text = JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === "bigint" ? `${MARK}${item.toString()}` : item),
    indent,
  );
  return text.replaceAll(MARKED, "$1");
}
