/** Literals as a script writes them, the counterpart of `literals.ts`. */
import { KEYWORDS, RESERVED, RESERVED_FUNCTIONS } from "./tokens.ts";

const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" };

function escaped(text: string, quote: string): string {
  let result = "";
  for (const char of text) result += char === quote ? `\\${quote}` : (ESCAPES[char] ?? visible(char));
  return result;
}

/** Characters without a shape are written by their number. */
function visible(char: string): string {
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

export function stringLiteral(text: string): string {
  return `"${escaped(text, '"')}"`;
}

export function charLiteral(char: string): string {
  return `'${escaped(char, "'")}'`;
}

/** Always with a point or an exponent, so that it is read as a float again. */
export function floatLiteral(value: number): string {
  // An integer literal beyond i64 is a float, up to infinity.
  if (!Number.isFinite(value)) return value > 0 ? "1.0e999" : "-1.0e999";
  const text = Object.is(value, -0) ? "-0" : String(value);
  if (!text.includes("e")) return text.includes(".") ? text : `${text}.0`;
  const [mantissa = "", exponent = ""] = text.split("e");
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}e${exponent.replace("+", "")}`;
}

/** A key of a map or a type: a plain name, or a text in quotes. Strict Rhai takes no word of the language as a key. */
export function nameOrQuoted(text: string): string {
  const isWord = KEYWORDS.has(text) || RESERVED.has(text) || RESERVED_FUNCTIONS.has(text);
  return /^[A-Za-z][A-Za-z0-9_]*$/.test(text) && !isWord ? text : stringLiteral(text);
}

/**
 * A piece of a back-tick string, which has no escape but the one for `${`. A line break at the very start would not
 * count as part of the text, so that a second one is written before it.
 */
export function templateText(text: string, isFirst: boolean): string {
  const doubled = text.replaceAll("`", "``").replaceAll("${", "\\${");
  return isFirst && /^\r?\n/.test(doubled) ? `\n${doubled}` : doubled;
}
