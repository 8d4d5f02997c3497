/** Values as text: as `print` shows them (`display`), as `debug` shows them (`debugForm`), and as JSON. */
import {
  RhaiArray,
  RhaiBlob,
  RhaiChar,
  RhaiFloat,
  RhaiFn,
  RhaiMap,
  RhaiRange,
  RhaiTimestamp,
  type RhaiValue,
} from "./values.ts";

const MAX_NATURAL = 1e13;
const MIN_NATURAL = 1e-7;

/** Floats always show that they are floats: `1.0`; very large and very small ones in the form `1e15`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0.0";
  const size = Math.abs(value);
  if (size > MAX_NATURAL || size < MIN_NATURAL) return value.toExponential().replace("e+", "e");
  const text = plainDecimal(value);
  return text.includes(".") ? text : `${text}.0`;
}

/** Without an exponent; JavaScript changes to exponents at other sizes than Rust. */
function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return value.toFixed(20).replace(/0+$/, "");
}

/** What `print` and string interpolation show. */
export function display(value: RhaiValue): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (value instanceof RhaiChar) return value.text;
  if (typeof value !== "object") return String(value);
  return value instanceof RhaiFn ? `Fn(${value.name})` : objectText(value);
}

/** What `debug` shows, and how values look inside arrays and maps. */
export function debugForm(value: RhaiValue): string {
  if (typeof value === "string") return quoted(value);
  if (value === null) return "()";
  if (value instanceof RhaiChar) return value.text;
  if (value instanceof RhaiFn) return fnText(value);
  if (typeof value !== "object") return String(value);
  return objectText(value);
}

function fnText(fn: RhaiFn): string {
  const parts = [fn.name, ...fn.curried.map(debugForm)];
  return `Fn${fn.body === undefined ? "" : "*"}(${parts.join(", ")})`;
}

function objectText(value: Exclude<Extract<RhaiValue, object>, RhaiChar | RhaiFn>): string {
  if (value instanceof RhaiFloat) return floatText(value.value);
  if (value instanceof RhaiArray) return `[${value.items.map(debugForm).join(", ")}]`;
  if (value instanceof RhaiMap) {
    return `#{${value
      .sortedKeys()
      .map((key) => `${quoted(key)}: ${debugForm(value.entries.get(key) ?? null)}`)
      .join(", ")}}`;
  }
  if (value instanceof RhaiBlob) return blobText(value.bytes);
  if (value instanceof RhaiRange) return `${value.from}${value.inclusive ? "..=" : ".."}${value.to}`;
  return value instanceof RhaiTimestamp ? "<timestamp>" : (value satisfies never);
}

function blobText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const groups: string[] = [];
  for (let at = 0; at < hex.length; at += 8) groups.push(hex.slice(at, at + 8).join(""));
  return `[${groups.join(" ")}]`;
}

function quoted(text: string): string {
  return `"${escaped(text, '"')}"`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", "\0": "\\0" };

/** Rust's debug escapes: the quote, control characters, and what has no shape. */
function escaped(text: string, quote: string): string {
  let result = "";
  for (const char of text) {
    if (char === quote) result += `\\${quote}`;
    else if (ESCAPES[char] !== undefined) result += ESCAPES[char];
    else if (/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u.test(char))
      result += `\\u{${char.codePointAt(0)!.toString(16)}}`;
    else result += char;
  }
  return result;
}
