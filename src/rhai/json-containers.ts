import { BYTES, type JsonRoom } from "./json-room.ts";

/**
 * Where the containers of a JSON text lie, found in one pass that reads nothing but brackets and strings. With it a
 * reader passes over a container in one step, so that reading one level never costs more than that level is long:
 * without it each level would look through all that is nested inside again.
 */
export interface JsonContainers {
  /** The text's units as numbers, one for each offset. */
  readonly units: TextUnits;
  /** By the number of the container in the text, from 0: the offset behind its closing bracket. */
  readonly ends: readonly number[];
  /** The number of the first container behind it. */
  readonly behind: readonly number[];
}

const MAX_DEPTH = 500;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export type TextUnits = Uint8Array | Uint16Array;

const encoder = new TextEncoder();

/** @throws SyntaxError when a bracket or a string does not close, or when the text nests too deep; RhaiError without room. */
export function mapContainers(text: string, room?: JsonRoom): JsonContainers {
  const units = unitsOf(text);
  const ends: number[] = [];
  const behind: number[] = [];
  const open: number[] = [];
  for (let at = 0; at < units.length; at++) {
    const unit = units[at]!;
    if (unit === QUOTE) {
      at = endOfString(units, at);
    } else if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) {
      if (open.length > MAX_DEPTH) throw new SyntaxError(`the JSON nests more than ${MAX_DEPTH} levels deep`);
      room?.take(BYTES.mapped);
      open.push(ends.length);
      ends.push(0);
      behind.push(0);
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_ARRAY) {
      const number = open.pop();
      if (number === undefined)
        throw new SyntaxError(`unexpected ${JSON.stringify(text[at])} at offset ${at} of the JSON`);
      ends[number] = at + 1;
      behind[number] = ends.length;
    }
  }
  if (open.length > 0) throw new SyntaxError("the JSON ends too early");
  return { units, ends, behind };
}

/** How many elements and keys a JSON text has, nested ones included: at least, where it is none. */
export function countElements(text: string): number {
  const units = unitsOf(text);
  let count = 0;
  for (let at = 0; at < units.length; at++) {
    const unit = units[at]!;
    if (unit === QUOTE) at = endOfString(units, at);
    else if (unit === COMMA || unit === OPEN_ARRAY || unit === OPEN_OBJECT) count += 1;
  }
  return count;
}

/**
 * The text's units as numbers, one for each offset. A typed array is read three times as fast as a string of which the
 * engine does not know how it is kept; nearly every text is ASCII, where a byte of UTF-8 is a unit.
 */
export function unitsOf(text: string): TextUnits {
  const bytes = encoder.encode(text);
  if (bytes.length === text.length) return bytes;
  const units = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at++) units[at] = text.charCodeAt(at);
  return units;
}

/**
 * The offset of the quote that ends a string which starts at `start`, or that has no escape before it.
 * @throws SyntaxError when no quote ends it
 */
export function endOfString(units: TextUnits, start: number): number {
  let at = start + 1;
  while (at < units.length && units[at] !== QUOTE) at += units[at] === BACKSLASH ? 2 : 1;
  if (at >= units.length) throw new SyntaxError("the JSON ends too early");
  return at;
}
