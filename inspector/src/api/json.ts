/**
 * JSON whose integers keep their digits: ids of 17 and more digits are common in webhooks, and one that changed its last
 * digits on the screen sends an operator looking for the wrong order. They are read as bigint where the browser tells the
 * number's source text (ES2025), else as numbers.
 */
type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const keepDigits: Reviver = (_key, value, context) =>
  typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
    ? BigInt(context?.source ?? "0")
    : value;

/** Numbers that a double cannot hold have sixteen digits and more; a text without any is read several times as fast. */
const LONG_NUMBER = /\d{16}/;

/** @throws SyntaxError */
export function parseJson(text: string): unknown {
  return LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

/** Deeper values are left out of what is shown: indented, they would be mostly spaces. */
const MOST_DEPTH = 200;

/** Any value that `parseJson` reads, indented by two spaces. */
export function prettyJson(value: unknown, indent = ""): string {
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (indent.length >= MOST_DEPTH * 2) return "…";
  const inner = `${indent}  `;
  const isArray = Array.isArray(value);
  const rows = isArray
    ? value.map((item) => inner + prettyJson(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${prettyJson(item, inner)}`);
  const [open, close] = isArray ? ["[", "]"] : ["{", "}"];
  return rows.length === 0 ? open + close : `${open}\n${rows.join(",\n")}\n${indent}${close}`;
}
