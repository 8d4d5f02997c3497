/** What scripts make, as JSON. */
import { RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";
import { RhaiChar, RhaiFloat, type RhaiValue } from "./values.ts";

/**
 * Writes real JSON. Characters become strings, blobs arrays of bytes; NaN, infinities and functions have no JSON form.
 * @throws TypeError naming what cannot be written, and where in the value it stands.
 */
export function toJsonText(value: RhaiValue): string {
  try {
    return jsonText(value);
  } catch (thrown) {
    const place = thrown instanceof TypeError ? placeOfUnwritable(value) : undefined;
    if (place === undefined || place === "") throw thrown;
    throw new TypeError(`${(thrown as TypeError).message} (at ${place})`, { cause: thrown });
  }
}

/** `.items[2].price`: the way to the first part that has no JSON form. */
function placeOfUnwritable(value: RhaiValue): string | undefined {
  if (value instanceof RhaiMap) {
    for (const key of value.sortedKeys()) {
      const below = placeOfUnwritable(value.entries.get(key) ?? null);
      if (below !== undefined) return `${PLAIN_KEY.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`}${below}`;
    }
    return undefined;
  }
  if (value instanceof RhaiArray) {
    for (const [index, item] of value.items.entries()) {
      const below = placeOfUnwritable(item);
      if (below !== undefined) return `[${index}]${below}`;
    }
    return undefined;
  }
  try {
    jsonText(value);
    return undefined;
  } catch {
    return "";
  }
}

const PLAIN_KEY = /^[A-Za-z_]\w*$/;

function jsonText(value: RhaiValue): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    default:
      return value === null ? "null" : objectJson(value);
  }
}

function objectJson(value: Extract<RhaiValue, object>): string {
  if (value instanceof RhaiMap) {
    return `{${value
      .sortedKeys()
      .map((key) => `${JSON.stringify(key)}:${jsonText(value.entries.get(key) ?? null)}`)
      .join(",")}}`;
  }
  if (value instanceof RhaiArray) return `[${value.items.map(jsonText).join(",")}]`;
  if (value instanceof RhaiFloat) return floatJson(value.value);
  if (value instanceof RhaiChar) return JSON.stringify(value.text);
  if (value instanceof RhaiBlob) return `[${[...value.bytes].join(",")}]`;
  throw new TypeError("a function, range or timestamp cannot be written as JSON");
}

function floatJson(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be written as JSON`);
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
