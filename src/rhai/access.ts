/** Elements and properties: reading them, reading them in order to change them, and putting new ones in. */
import { isInt, type Integer } from "./arithmetic.ts";
import { RhaiError } from "./errors.ts";
import { RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";
import { isPlain } from "./text-order.ts";
import { char, int, INT_MAX, RhaiChar, RhaiItems, RhaiRange, typeName, type RhaiValue } from "./values.ts";

/** Counts from the end when negative. Returns undefined outside of `0..length`. */
export function position(index: Integer, length: number): number | undefined {
  const at = Number(index) < 0 ? length + Number(index) : Number(index);
  return at >= 0 && at < length ? at : undefined;
}

export function textLength(text: string): number {
  if (isPlain(text)) return text.length;
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Characters from `start`, at most `count`. */
export function textSlice(text: string, start: number, count: number): string {
  return isPlain(text)
    ? text.slice(start, start + count)
    : Array.from(text)
        .slice(start, start + count)
        .join("");
}

/** Without any `unwanted`. A text of one megabyte in which each character is one takes `replaceAll` five times as long. */
export function withoutAll(text: string, unwanted: string): string {
  return unwanted === "" ? text : text.split(unwanted).join("");
}

export interface Bounds {
  readonly start: number;
  readonly count: number;
}

/** The bounds of a range that a function is given, cut to fit. Nothing counts from the end: what is below 0 is 0. */
export function rangeBounds(range: RhaiRange, length: number): Bounds {
  const start = Math.min(Math.max(0, Number(range.from)), length);
  const end = Math.min(length, Number(range.to) + (range.inclusive ? 1 : 0));
  return { start, count: Math.max(0, end - start) };
}

/**
 * The bounds of `text[from..to]`. Here negative positions count from the end: a start must lie in the text, an end
 * before it is 0. `from..=to` gives nothing when the two are the same position, as Rhai has it.
 */
function sliceBounds(range: RhaiRange, length: number, at: number): Bounds {
  const from = Number(range.from);
  const to = Number(range.to);
  const start = length === 0 ? 0 : from < 0 ? length + from : from;
  if (start < 0) throw stringBounds(range.from, length, at);
  const last = to < 0 ? Math.max(0, length + to) : to;
  if (range.inclusive && start === 0 && last >= length - 1) return { start, count: length };
  const count = range.inclusive ? (last > start ? last - start + 1 : 0) : Math.max(0, last - start);
  return { start: Math.min(start, length), count: Math.min(count, Math.max(0, length - start)) };
}

/** Start and length as many functions take them: a negative start counts from the end, both are cut to fit. */
export function startAndCount(start: Integer, count: Integer, length: number): Bounds {
  const from = Number(start) < 0 ? Math.max(0, length + Number(start)) : Math.min(Number(start), length);
  return { start: from, count: Math.max(0, Math.min(Number(count), length - from)) };
}

/** `object[index]` */
export function getIndex(object: RhaiValue, index: RhaiValue, at: number): RhaiValue {
  if (object instanceof RhaiArray && isInt(index)) {
    const { items } = object;
    const found = typeof index === "number" ? items[index] : undefined;
    return found === undefined ? items[arrayPosition(index, items.length, at)]! : found;
  }
  if (object instanceof RhaiMap && typeof index === "string") return object.entries.get(index) ?? null;
  if (typeof object === "string" && isInt(index)) return charAt(object, index, at);
  if (typeof object === "string" && index instanceof RhaiRange) {
    const { start, count } = sliceBounds(index, textLength(object), at);
    return textSlice(object, start, count);
  }
  if (object instanceof RhaiBlob && isInt(index)) return object.bytes[arrayPosition(index, object.bytes.length, at)]!;
  if (isInt(object) && isInt(index)) return getBit(object, index, at);
  if (isInt(object) && index instanceof RhaiRange) return getBits(object, bitSlice(index, at));
  throw wrongIndex(object, index, at);
}

/** What has elements says which index it wants; what has none says so. */
function wrongIndex(object: RhaiValue, index: RhaiValue, at: number): RhaiError {
  if (object instanceof RhaiMap) return mismatch("string", index, at);
  if (object instanceof RhaiArray || object instanceof RhaiBlob || typeof object === "string" || isInt(object))
    return mismatch("i64", index, at);
  return new RhaiError("ErrorIndexingType", `Indexer unavailable: ${typeName(object)} [${typeName(index)}]`, at);
}

export function arrayPosition(index: Integer, length: number, at: number): number {
  const found = position(index, length);
  if (found !== undefined) return found;
  const size = length === 0 ? "array is empty" : `only ${length} element${length === 1 ? "" : "s"} in array`;
  throw new RhaiError("ErrorArrayBounds", `Array index ${index} out of bounds: ${size}`, at, {
    fields: [
      ["length", length],
      ["index", index],
    ],
  });
}

function charAt(text: string, index: Integer, at: number): RhaiChar {
  const points = isPlain(text) ? text : Array.from(text);
  const found = position(index, points.length);
  if (found !== undefined) return char(points[found]!);
  throw stringBounds(index, points.length, at);
}

/** With another character at a position, which counts from the end when negative; outside of the text nothing changes. */
export function withCharAt(text: string, index: Integer, by: string): string {
  const found = position(index, textLength(text));
  if (found === undefined) return text;
  const before = textSlice(text, 0, found);
  const replaced = text.codePointAt(before.length)! > 0xffff ? 2 : 1;
  return before + by + text.slice(before.length + replaced);
}

function stringBounds(index: Integer, length: number, at: number): RhaiError {
  const size = length === 0 ? "string is empty" : `only ${length} character${length === 1 ? "" : "s"} in string`;
  return new RhaiError("ErrorStringBounds", `String index ${index} out of bounds: ${size}`, at, {
    fields: [
      ["length", length],
      ["index", index],
    ],
  });
}

const BITS = 64;

function bitPosition(index: Integer, at: number): bigint {
  const found = position(index, BITS);
  if (found === undefined) throw bitBounds(index, at);
  return BigInt(found);
}

function bitBounds(index: Integer, at: number): RhaiError {
  const message = `Bit-field index ${index} out of bounds: only ${BITS} bits in bit-field`;
  return new RhaiError("ErrorBitFieldBounds", message, at, {
    fields: [
      ["length", BITS],
      ["index", index],
    ],
  });
}

export function getBit(value: Integer, index: Integer, at: number): boolean {
  return ((BigInt(value) >> bitPosition(index, at)) & 1n) === 1n;
}

export function setBit(value: Integer, index: Integer, bit: boolean, at: number): Integer {
  const mask = 1n << bitPosition(index, at);
  return int(BigInt.asIntN(64, bit ? BigInt(value) | mask : BigInt(value) & ~mask));
}

/** A part of a bit field: its lowest bit, and as many ones as it has bits. */
export interface BitField {
  readonly start: bigint;
  readonly mask: bigint;
}

/** `value[from..to]`: both ends must lie in the 64 bits; an open end is the last bit. */
function bitSlice(range: RhaiRange, at: number): BitField {
  const isOpen = range.to === INT_MAX;
  const end = isOpen ? BITS : Number(range.to) + (range.inclusive ? 1 : 0);
  if (Number(range.from) < 0 || Number(range.from) >= BITS) throw bitBounds(range.from, at);
  if (Number(range.to) < 0 || end > BITS) throw bitBounds(range.to, at);
  return { start: BigInt(range.from), mask: ones(end - Number(range.from)) };
}

/** `count` bits from `start` on, cut to fit; a negative start counts from the highest bit. */
export function bitField(start: Integer, count: Integer, at: number): BitField {
  if (Number(count) <= 0) return { start: 0n, mask: 0n };
  const from = bitPosition(start, at);
  return { start: from, mask: ones(Math.min(Number(count), BITS - Number(from))) };
}

function ones(count: number): bigint {
  return count <= 0 ? 0n : (1n << BigInt(count)) - 1n;
}

export function getBits(value: Integer, { start, mask }: BitField): Integer {
  return int(BigInt.asIntN(64, (BigInt.asUintN(64, BigInt(value)) >> start) & mask));
}

export function setBits(value: Integer, { start, mask }: BitField, bits: Integer): Integer {
  return int(BigInt.asIntN(64, (BigInt(value) & ~(mask << start)) | ((BigInt(bits) & mask) << start)));
}

/** An element that is about to be changed where it is. */
export function getIndexMutable(object: RhaiValue, index: RhaiValue, at: number): RhaiValue {
  if (object instanceof RhaiArray && isInt(index)) return object.own()[arrayPosition(index, object.items.length, at)]!;
  if (object instanceof RhaiMap && typeof index === "string") return object.own().get(index) ?? null;
  return getIndex(object, index, at);
}

/** Puts an element in. Returns the container: a new one where it cannot change (a text, an integer). */
export function withIndex(object: RhaiValue, index: RhaiValue, value: RhaiValue, at: number): RhaiValue {
  if (object instanceof RhaiArray && isInt(index)) {
    const length = object.items.length;
    object.own()[typeof index === "number" && index >= 0 && index < length ? index : arrayPosition(index, length, at)] =
      value;
    return object;
  }
  if (object instanceof RhaiMap && typeof index === "string") {
    object.own().set(index, value);
    return object;
  }
  if (object instanceof RhaiBlob && isInt(index)) {
    object.own()[arrayPosition(index, object.bytes.length, at)] = Number(
      BigInt.asUintN(8, BigInt(expectInt(value, at))),
    );
    return object;
  }
  return withScalarIndex(object, index, value, at);
}

function withScalarIndex(object: RhaiValue, index: RhaiValue, value: RhaiValue, at: number): RhaiValue {
  if (typeof object === "string" && isInt(index)) {
    if (!(value instanceof RhaiChar)) throw mismatch("char", value, at);
    charAt(object, index, at);
    return withCharAt(object, index, value.text);
  }
  if (typeof object === "string" && index instanceof RhaiRange) {
    const { start, count } = sliceBounds(index, textLength(object), at);
    if (typeof value !== "string" && !(value instanceof RhaiChar)) throw mismatch("string", value, at);
    const by = typeof value === "string" ? value : value.text;
    return textSlice(object, 0, start) + by + textSlice(object, start + count, textLength(object));
  }
  if (isInt(object) && isInt(index)) {
    if (typeof value !== "boolean") throw mismatch("bool", value, at);
    return setBit(object, index, value, at);
  }
  if (isInt(object) && index instanceof RhaiRange) return setBits(object, bitSlice(index, at), expectInt(value, at));
  throw wrongIndex(object, index, at);
}

export function expectInt(value: RhaiValue, at: number): Integer {
  if (isInt(value)) return value;
  throw mismatch("i64", value, at);
}

export function mismatch(wanted: string, actual: RhaiValue, at: number): RhaiError {
  const found = typeName(actual);
  return new RhaiError("ErrorMismatchDataType", `Data type incorrect: ${found} (expecting ${wanted})`, at, {
    fields: [
      ["requested", wanted],
      ["actual", found],
    ],
  });
}

/** Everything that a `for` loop can go over. */
export function itemsOf(value: RhaiValue, at: number): Iterable<RhaiValue> {
  if (value instanceof RhaiArray) return value.copy().items;
  if (value instanceof RhaiRange) return rangeItems(value);
  if (typeof value === "string") return charsOf(value);
  if (value instanceof RhaiItems) return value.each();
  if (value instanceof RhaiBlob) return Array.from(value.bytes);
  throw new RhaiError("ErrorFor", `For loop expects iterable type, not ${typeName(value)}`, at);
}

export function* charsOf(text: string): Iterable<RhaiValue> {
  for (const point of text) yield char(point);
}

function* rangeItems({ from, to, inclusive }: RhaiRange): Iterable<RhaiValue> {
  if (typeof from === "number" && typeof to === "number") {
    const end = inclusive ? to : to - 1;
    for (let item = from; item <= end; item++) yield item;
    return;
  }
  const end = BigInt(to) - (inclusive ? 0n : 1n);
  for (let item = BigInt(from); item <= end; item++) yield int(item);
}

/** `item in container` */
export function isInside(
  item: RhaiValue,
  container: RhaiValue,
  same: (a: RhaiValue, b: RhaiValue) => boolean,
): boolean | undefined {
  if (container instanceof RhaiArray) return container.items.some((other) => same(other, item));
  if (container instanceof RhaiMap && typeof item === "string") return container.entries.has(item);
  if (typeof container === "string" && (typeof item === "string" || item instanceof RhaiChar))
    return container.includes(typeof item === "string" ? item : item.text);
  if (container instanceof RhaiRange && isInt(item))
    return item >= container.from && (container.inclusive ? item <= container.to : item < container.to);
  if (container instanceof RhaiBlob && isInt(item)) return container.bytes.includes(Number(item));
  return undefined;
}
