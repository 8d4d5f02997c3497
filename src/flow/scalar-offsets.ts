/**
 * Where each character of a YAML scalar's value stands in the file: through indentation, folded lines and escapes, for
 * plain, quoted and block scalars alike. One walk over both texts: what YAML dropped (line breaks, indentation) is
 * skipped, what it decoded (escapes) counts as one.
 */
import { Scalar } from "yaml";
import type { Span } from "../text/index.ts";

/** Maps a range of the scalar's value to a span of the file's text. */
export function spanInScalar(scalar: Scalar, text: string, range: Span): Span {
  const [start, end] = scalar.range ?? [0, 0];
  if (typeof scalar.value !== "string") return { start, end };
  const offsets = offsetsOf(scalar, scalar.value, text, start, end);
  const first = offsets[Math.min(range.start, offsets.length - 1)] ?? start;
  const last = offsets[Math.min(Math.max(range.start, range.end - 1), offsets.length - 1)] ?? first;
  return { start: first, end: range.end > range.start ? last + 1 : first };
}

function offsetsOf(scalar: Scalar, value: string, text: string, start: number, end: number): readonly number[] {
  const isDouble = scalar.type === Scalar.QUOTE_DOUBLE;
  const isSingle = scalar.type === Scalar.QUOTE_SINGLE;
  let at = firstOffset(scalar, text, start);
  const offsets: number[] = [];
  while (offsets.length < value.length && at < end) {
    const wanted = value[offsets.length]!;
    const found = text[at]!;
    if (isDouble && found === "\\") {
      const { length, units } = escapeAt(text, at);
      for (let unit = 0; unit < units; unit++) offsets.push(at);
      at += length;
    } else if (found === wanted) {
      offsets.push(at);
      at += isSingle && found === "'" ? 2 : 1;
    } else if (isBlank(found)) at += 1;
    else {
      // A folded line break may leave a space in the value that has no place of its own.
      offsets.push(at);
      if (!isBlank(wanted)) at += 1;
    }
  }
  while (offsets.length <= value.length) offsets.push(Math.min(at, end));
  return offsets;
}

function firstOffset(scalar: Scalar, text: string, start: number): number {
  const { type } = scalar;
  if (type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE) return start + 1;
  const isBlock = type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED;
  return isBlock ? text.indexOf("\n", start) + 1 : start;
}

/** YAML 1.2 section 5.7; every other escape is two characters long. */
const ESCAPE_LENGTHS: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };

/** How long an escape is, and how many UTF-16 units it stands for. */
function escapeAt(text: string, at: number): { length: number; units: number } {
  const length = ESCAPE_LENGTHS[text[at + 1] ?? ""] ?? 2;
  if (text[at + 1] === "\n") return { length, units: 0 };
  const isPair = length === 10 && Number.parseInt(text.slice(at + 2, at + 10), 16) > 0xffff;
  return { length, units: isPair ? 2 : 1 };
}

function isBlank(char: string): boolean {
  return char === " " || char === "\n" || char === "\t" || char === "\r";
}
