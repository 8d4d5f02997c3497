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
/** A string (kept), or an integer literal that stands alone. */
const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
/** A mark in front of an integer that travels through `JSON.parse` as text; no payload can know it. */
const MARK = `int:${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, "g");

/**
 * Parses JSON without losing digits of integers.
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseJson(text: string): JsonValue {
  const plain = JSON.parse(text) as JsonValue;
  if (!LONG_INTEGER.test(text)) return plain;
  // The text is valid JSON here, so strings and numbers can be told apart by a scan for quotes.
  const marked = text.replace(STRING_OR_LONG_INTEGER, (token, offset: number) => {
    if (token.startsWith('"') || isFraction(text, offset)) return token;
    return Number.isSafeInteger(Number(token)) ? token : `"${MARK}${token}"`;
  });
  return JSON.parse(marked, (_key, value: JsonValue) =>
    typeof value === "string" && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  ) as JsonValue;
}

/** True when the digits at `offset` are the fraction or the exponent of a number. */
function isFraction(text: string, offset: number): boolean {
  return offset > 0 && /[.eE+\d]/.test(text[offset - 1]!);
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
