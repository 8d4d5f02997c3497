/**
 * Where each character of a YAML scalar's value stands in the file: through indentation, folded lines and escapes, for
 * plain, quoted and block scalars alike.
 */
import { Scalar } from "yaml";
import type { Span } from "../text/index.ts";

/** Maps a range of the scalar's value to a span of the file's text. */
export function spanInScalar(scalar: Scalar, text: string, range: Span): Span {
  const [start, end] = scalar.range ?? [0, 0];
  if (typeof scalar.value !== "string") return { start, end };
  const isBlock = scalar.type === Scalar.BLOCK_LITERAL || scalar.type === Scalar.BLOCK_FOLDED;
  const offsets = isBlock ? blockOffsets(scalar.value, text, start, end) : flowOffsets(scalar, text, start, end);
  // Behind the last character: where the text ends for whoever reads it, not on the next line of the file.
  const first = offsets[range.start] ?? Math.min(end, (offsets[scalar.value.trimEnd().length - 1] ?? start) + 1);
  const last = offsets[Math.max(range.start, range.end - 1)] ?? first;
  return { start: first, end: range.end > range.start ? Math.max(last + 1, first) : first };
}

/** Blanks with at least one line break: YAML 1.2 section 6.5 folds them. */
const BREAK = /[ \t]*(?:\r?\n[ \t]*)+/y;
/** An escaped line break leaves nothing (section 7.3.1), but empty lines after it still count. */
const ESCAPED_BREAK = /\\\r?\n[ \t]*((?:\r?\n[ \t]*)*)/y;
/** Section 5.7; every other escape is two characters long. */
const ESCAPE_LENGTHS: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };

/** Plain and quoted scalars. */
function flowOffsets({ type }: Scalar, text: string, start: number, end: number): readonly number[] {
  const isDouble = type === Scalar.QUOTE_DOUBLE;
  const isSingle = type === Scalar.QUOTE_SINGLE;
  const offsets: number[] = [];
  const push = (count: number, at: number) => {
    for (let unit = 0; unit < count; unit++) offsets.push(at);
  };
  for (let at = isDouble || isSingle ? start + 1 : start; at < end;) {
    const escaped = isDouble ? matchAt(ESCAPED_BREAK, text, at) : undefined;
    const folded = matchAt(BREAK, text, at);
    if (escaped !== undefined) {
      push(lineBreaksIn(escaped[1] ?? ""), at);
      at += escaped[0].length;
    } else if (folded !== undefined) {
      push(Math.max(1, lineBreaksIn(folded[0]) - 1), at);
      at += folded[0].length;
    } else if (isDouble && text[at] === "\\") {
      const length = ESCAPE_LENGTHS[text[at + 1] ?? ""] ?? 2;
      push(length === 10 && Number.parseInt(text.slice(at + 2, at + 10), 16) > 0xffff ? 2 : 1, at);
      at += length;
    } else {
      push(1, at);
      at += isSingle && text[at] === "'" ? 2 : 1;
    }
  }
  return offsets;
}

/** Literal and folded blocks: the lines are the same but for their indentation; folding turns a break into a space. */
function blockOffsets(value: string, text: string, start: number, end: number): readonly number[] {
  let at = text.indexOf("\n", start) + 1;
  const indent = indentOf(text, start, at);
  const offsets: number[] = [];
  while (offsets.length < value.length && at < end) {
    if (text[at - 1] === "\n") at = skipIndent(text, at, indent);
    const wanted = value[offsets.length]!;
    const found = text[at]!;
    // What the value does not have here was folded away.
    if (found === wanted || (wanted === " " && found === "\n")) offsets.push(at);
    at += 1;
  }
  return offsets;
}

/** The indentation of a block's lines. With an indentation indicator it is left to the comparison of the texts. */
function indentOf(text: string, headerStart: number, start: number): number {
  if (/^[|>][+-]?\d/.test(text.slice(headerStart, start))) return 0;
  return /^(?:[ \t]*\r?\n)*( *)/.exec(text.slice(start))?.[1]?.length ?? 0;
}

function skipIndent(text: string, lineStart: number, indent: number): number {
  let at = lineStart;
  while (at - lineStart < indent && text[at] === " ") at += 1;
  return at;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function lineBreaksIn(blanks: string): number {
  return blanks.split("\n").length - 1;
}
