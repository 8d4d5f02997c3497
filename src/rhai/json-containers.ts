/**
 * Where the containers of a JSON text lie, found in one pass that reads nothing but brackets and strings. With it a
 * reader passes over a container in one step, so that reading one level never costs more than that level is long:
 * without it each level would look through all that is nested inside again.
 */
export interface JsonContainers {
  /** By the number of the container in the text, from 0: the offset behind its closing bracket. */
  readonly ends: readonly number[];
  /** The number of the first container behind it. */
  readonly behind: readonly number[];
}

const MAX_DEPTH = 500;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** @throws SyntaxError when a bracket or a string does not close, or when the text nests too deep. */
export function mapContainers(text: string): JsonContainers {
  const ends: number[] = [];
  const behind: number[] = [];
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (open.length > MAX_DEPTH) throw new SyntaxError(`the JSON nests more than ${MAX_DEPTH} levels deep`);
      open.push(ends.length);
      ends.push(0);
      behind.push(0);
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      const number = open.pop();
      if (number === undefined)
        throw new SyntaxError(`unexpected ${JSON.stringify(text[at])} at offset ${at} of the JSON`);
      ends[number] = at + 1;
      behind[number] = ends.length;
    }
  }
  if (open.length > 0) throw new SyntaxError("the JSON ends too early");
  return { ends, behind };
}

/** The offset of the quote that ends a string. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  if (end === -1) throw new SyntaxError("the JSON ends too early");
  return end;
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}
