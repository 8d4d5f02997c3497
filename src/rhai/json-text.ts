/** What scripts make, as JSON. */
import { RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";
import { TextRoom } from "./text-room.ts";
import { RhaiChar, RhaiFloat, type RhaiValue } from "./values.ts";

/**
 * Writes real JSON. Characters become strings, blobs arrays of bytes; NaN, infinities and functions have no JSON form.
 * @throws TypeError naming what cannot be written, and where in the value it stands; RhaiError when it becomes too long.
 */
export function toJsonText(value: RhaiValue): string {
  try {
    return jsonText(value, new TextRoom("Length of JSON"));
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
    jsonText(value, new TextRoom("Length of JSON"));
    return undefined;
  } catch {
    return "";
  }
}

const PLAIN_KEY = /^[A-Za-z_]\w*$/;

function jsonText(value: RhaiValue, room: TextRoom): string {
  switch (typeof value) {
    case "string":
      return room.take(JSON.stringify(value));
    case "number":
    case "bigint":
    case "boolean":
      return room.take(String(value));
    default:
      return value === null ? room.take("null") : objectJson(value, room);
  }
}

function objectJson(value: Extract<RhaiValue, object>, room: TextRoom): string {
  if (value instanceof RhaiMap) {
    return `{${value
      .sortedKeys()
      .map((key) => `${room.take(JSON.stringify(key))}:${jsonText(value.entries.get(key) ?? null, room)}`)
      .join(",")}}`;
  }
  if (value instanceof RhaiArray) return `[${value.items.map((item) => jsonText(item, room)).join(",")}]`;
  if (value instanceof RhaiFloat) return room.take(floatJson(value.value));
  if (value instanceof RhaiChar) return room.take(JSON.stringify(value.text));
  if (value instanceof RhaiBlob) return room.take(`[${value.bytes.join(",")}]`);
  throw new TypeError("a function, range or timestamp cannot be written as JSON");
}

function floatJson(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be written as JSON`);
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
