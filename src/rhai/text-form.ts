/** Values as text: as `print` shows them (`display`), as `debug` shows them (`debugForm`), and as JSON. */
import { RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";
import { TextRoom } from "./text-room.ts";
import { RhaiChar, RhaiFloat, RhaiFn, RhaiItems, RhaiRange, RhaiTimestamp, type RhaiValue } from "./values.ts";

/** Rust's bounds are 32-bit floats, which is why 1e13 is beyond them. */
const MAX_NATURAL = Math.fround(1e13);
const MIN_NATURAL = Math.fround(1e-13);
/** Between these Rust's debug form of a float has no exponent. */
const MIN_DEBUG = 1e-4;
const MAX_DEBUG = 1e16;

/** Floats always show that they are floats: `1.0`; very large and very small ones in the form `1e15`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0.0";
  const size = Math.abs(value);
  if (size > MAX_NATURAL || size < MIN_NATURAL) return exponential(value);
  return withPoint(plainDecimal(value));
}

/** As Rust shows a float for debugging, which is also how it looks inside of arrays and maps. */
function floatDebug(value: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  return size < MIN_DEBUG || size >= MAX_DEBUG ? exponential(value) : withPoint(plainDecimal(value));
}

function exponential(value: number): string {
  return value.toExponential().replace("e+", "e");
}

function withPoint(text: string): string {
  return text.includes(".") ? text : `${text}.0`;
}

/** Without an exponent; JavaScript changes to exponents at other sizes than Rust. */
function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text) ?? [];
  return `${sign}0.${"0".repeat(Number(exponent) - 1)}${whole}${fraction}`;
}

/** What `print` and string interpolation show. */
export function display(value: RhaiValue): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (value instanceof RhaiChar) return value.text;
  if (typeof value !== "object") return String(value);
  return objectText(value, new TextRoom(LENGTH));
}

const LENGTH = "Length of string";

/** What `debug` shows, and how values look inside arrays and maps. */
export function debugForm(value: RhaiValue): string {
  return debugText(value, new TextRoom(LENGTH));
}

function debugText(value: RhaiValue, room: TextRoom): string {
  if (typeof value === "string") return room.take(quoted(value));
  if (value === null) return room.take("()");
  if (value instanceof RhaiChar) return room.take(value.text);
  if (value instanceof RhaiFloat) return room.take(floatDebug(value.value));
  return typeof value === "object" ? objectText(value, room) : room.take(String(value));
}

function objectText(value: Exclude<Extract<RhaiValue, object>, RhaiChar>, room: TextRoom): string {
  if (value instanceof RhaiFn) return room.take(`Fn(${value.name})`);
  if (value instanceof RhaiFloat) return room.take(floatText(value.value));
  if (value instanceof RhaiArray) return `[${value.items.map((item) => debugText(item, room)).join(", ")}]`;
  if (value instanceof RhaiMap) {
    return `#{${value
      .sortedKeys()
      .map((key) => `${room.take(quoted(key))}: ${debugText(value.entries.get(key) ?? null, room)}`)
      .join(", ")}}`;
  }
  if (value instanceof RhaiBlob) return room.take(blobText(value.bytes));
  if (value instanceof RhaiRange) return `${value.from}${value.inclusive ? "..=" : ".."}${value.to}`;
  if (value instanceof RhaiItems) return "range";
  return value instanceof RhaiTimestamp ? "<timestamp>" : (value satisfies never);
}

function blobText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const groups: string[] = [];
  for (let at = 0; at < hex.length; at += 8) groups.push(hex.slice(at, at + 8).join(""));
  return `[${groups.join(" ")}]`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(ESCAPED, escapeOf)}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
  "\0": "\\0",
};

/** What Rust's debug form escapes: the quote, the backslash, control characters, and what has no shape. */
const ESCAPED = /["\\\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

function escapeOf(char: string): string {
  return ESCAPES[char] ?? `\\u{${char.codePointAt(0)!.toString(16)}}`;
}
