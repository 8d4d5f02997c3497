/**
 * Operators on evaluated operands. Generated code handles the common case of two safe integers itself; here is the
 * rest: overflow, floats, texts, containers. Integers are i64 and never wrap silently.
 */
import { RhaiError } from "./errors.ts";
import { RhaiArray, RhaiBlob, RhaiMap, copyOf } from "./containers.ts";
import { compareText } from "./text-order.ts";
import {
  checkedInt,
  INT_MIN,
  RhaiChar,
  RhaiFloat,
  RhaiFn,
  RhaiRange,
  RhaiTimestamp,
  type RhaiValue,
} from "./values.ts";

export type Integer = number | bigint;

export function isInt(value: RhaiValue): value is Integer {
  return typeof value === "number" || typeof value === "bigint";
}

/** The number behind an int or a float; undefined for anything else. */
function numeric(value: RhaiValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof RhaiFloat ? value.value : undefined;
}

/** One operator on numbers. Returns undefined when the operands are no numbers. */
export function arithmetic(op: string, left: RhaiValue, right: RhaiValue, at: number): RhaiValue | undefined {
  if (isInt(left) && isInt(right)) return integerOp(op, left, right, at);
  const a = numeric(left);
  const b = numeric(right);
  if (a === undefined || b === undefined) return undefined;
  return floatOp(op, a, b);
}

function floatOp(op: string, a: number, b: number): RhaiFloat | undefined {
  switch (op) {
    case "+":
      return new RhaiFloat(a + b);
    case "-":
      return new RhaiFloat(a - b);
    case "*":
      return new RhaiFloat(a * b);
    case "/":
      return new RhaiFloat(a / b);
    case "%":
      return new RhaiFloat(a % b);
    case "**":
      return new RhaiFloat(a ** b);
    default:
      return undefined;
  }
}

const OP_NAMES: Readonly<Record<string, string>> = {
  "+": "Addition",
  "-": "Subtraction",
  "*": "Multiplication",
  "/": "Division",
  "%": "Modulo",
  "**": "Power",
};

function integerOp(op: string, left: Integer, right: Integer, at: number): Integer {
  const result = checkedInt(exact(op, BigInt(left), BigInt(right), at));
  if (result === undefined)
    throw new RhaiError("ErrorArithmetic", `${OP_NAMES[op]} overflow: ${left} ${op} ${right}`, at);
  return result;
}

function exact(op: string, a: bigint, b: bigint, at: number): bigint {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
    case "%":
      if (b === 0n)
        throw new RhaiError(
          "ErrorArithmetic",
          `${op === "/" ? "Division" : "Modulo division"} by zero: ${a} ${op} ${b}`,
          at,
        );
      // Like the division under it, the remainder of the least integer by -1 overflows.
      return op === "/" || (a === INT_MIN && b === -1n) ? a / b : a % b;
    case "**":
      return power(a, b, at);
    case "<<":
      return b < 0n ? shift(a, -b, false) : shift(a, b, true);
    case ">>":
      return b < 0n ? shift(a, -b, true) : shift(a, b, false);
    case "&":
      return a & b;
    case "|":
      return a | b;
    default:
      return a ^ b;
  }
}

/** Bits that leave at the left are gone; more than 63 places leave nothing but the sign. */
function shift(value: bigint, places: bigint, toLeft: boolean): bigint {
  if (toLeft) return places > 63n ? 0n : BigInt.asIntN(64, value << places);
  return value >> (places > 63n ? 63n : places);
}

function power(base: bigint, exponent: bigint, at: number): bigint {
  if (exponent < 0n)
    throw new RhaiError("ErrorArithmetic", `Integer raised to a negative power: ${base} ** ${exponent}`, at);
  const tooLarge = exponent > 64n && base !== 0n && base !== 1n && base !== -1n;
  if (tooLarge) throw new RhaiError("ErrorArithmetic", `Power overflow: ${base} ** ${exponent}`, at);
  return base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : base ** (exponent > 64n ? 1n : exponent);
}

/** `+` on what is no pair of numbers; undefined when there is no such addition. */
export function concatenation(
  left: RhaiValue,
  right: RhaiValue,
  text: (value: RhaiValue) => string,
): RhaiValue | undefined {
  if (typeof left === "string") return left + textOperand(right, text);
  if (typeof right === "string") return textOperand(left, text) + right;
  if (left instanceof RhaiChar && right instanceof RhaiChar) return left.text + right.text;
  if (left instanceof RhaiArray && right instanceof RhaiArray)
    return new RhaiArray([...left.items.map(copyOf), ...right.items.map(copyOf)]);
  if (left instanceof RhaiMap && right instanceof RhaiMap) {
    const sum = new Map<string, RhaiValue>();
    for (const { entries } of [left, right]) for (const [key, value] of entries) sum.set(key, copyOf(value));
    return new RhaiMap(sum);
  }
  if (left instanceof RhaiBlob && right instanceof RhaiBlob)
    return new RhaiBlob(new Uint8Array(Buffer.concat([left.bytes, right.bytes])));
  if (left instanceof RhaiBlob && right instanceof RhaiChar)
    return new RhaiBlob(new Uint8Array(Buffer.concat([left.bytes, Buffer.from(right.text)])));
  if (left instanceof RhaiTimestamp) return shifted(left, right, 1);
  return undefined;
}

function textOperand(value: RhaiValue, text: (value: RhaiValue) => string): string {
  return value instanceof RhaiBlob ? new TextDecoder().decode(value.bytes) : text(value);
}

/** A moment so many seconds later or earlier. */
export function shifted(moment: RhaiTimestamp, seconds: RhaiValue, sign: 1 | -1): RhaiValue | undefined {
  const amount = numeric(seconds);
  return amount === undefined ? undefined : new RhaiTimestamp(moment.ms + sign * amount * 1000);
}

/** Rhai's comparisons take floats for equal that differ, for their size, by no more than one epsilon. */
function sameFloat(a: number, b: number): boolean {
  const size = a * b === 0 ? 1 : Math.max(Math.abs(a), Math.abs(b));
  return a === b || Math.abs(a - b) / size <= Number.EPSILON;
}

/** Is told how many elements are compared next. */
export type Pay = (elements: number) => void;

/** `==`: values of different types are different, except numbers and texts of one character. */
export function same(left: RhaiValue, right: RhaiValue, pay: Pay = FOR_FREE): boolean {
  // Only a float can be the same value and yet not equal itself.
  if (left === right) return !(left instanceof RhaiFloat) || !Number.isNaN(left.value);
  if (isInt(left) && isInt(right)) return false;
  if (typeof left === "string" && typeof right === "string") return false;
  const a = numeric(left);
  const b = numeric(right);
  if (a !== undefined && b !== undefined) return sameFloat(a, b);
  if (left instanceof RhaiChar) return right instanceof RhaiChar ? left.text === right.text : right === left.text;
  if (right instanceof RhaiChar) return left === right.text;
  if (left instanceof RhaiArray) return right instanceof RhaiArray && sameItems(left.items, right.items, pay);
  if (left instanceof RhaiMap) return right instanceof RhaiMap && sameEntries(left.entries, right.entries, pay);
  return sameObject(left, right, pay);
}

const FOR_FREE: Pay = () => undefined;

function sameObject(left: RhaiValue, right: RhaiValue, pay: Pay): boolean {
  if (left instanceof RhaiBlob && right instanceof RhaiBlob) return Buffer.compare(left.bytes, right.bytes) === 0;
  if (left instanceof RhaiRange && right instanceof RhaiRange)
    return left.from === right.from && left.to === right.to && left.inclusive === right.inclusive;
  if (left instanceof RhaiTimestamp && right instanceof RhaiTimestamp) return left.ms === right.ms;
  return (
    left instanceof RhaiFn &&
    right instanceof RhaiFn &&
    left.name === right.name &&
    sameItems(left.curried, right.curried, pay)
  );
}

function sameItems(left: readonly RhaiValue[], right: readonly RhaiValue[], pay: Pay): boolean {
  if (left.length !== right.length) return false;
  pay(left.length);
  return left.every((item, at) => same(item, right[at]!, pay));
}

function sameEntries(left: ReadonlyMap<string, RhaiValue>, right: ReadonlyMap<string, RhaiValue>, pay: Pay): boolean {
  if (left.size !== right.size) return false;
  pay(left.size);
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !same(value, other, pay)) return false;
  }
  return true;
}

/** The order that comparisons see: floats that are almost the same are equal. See `order`. */
export function comparison(left: RhaiValue, right: RhaiValue): number | undefined {
  const sign = order(left, right);
  if (!(left instanceof RhaiFloat || right instanceof RhaiFloat)) return sign;
  return sign !== undefined && sameFloat(numeric(left)!, numeric(right)!) ? 0 : sign;
}

/** Below 0, 0, above 0, or NaN for floats without an order; undefined when the two have no order. */
export function order(left: RhaiValue, right: RhaiValue): number | undefined {
  if (isInt(left) && isInt(right)) return left < right ? -1 : left > right ? 1 : 0;
  const a = numeric(left);
  const b = numeric(right);
  if (a !== undefined && b !== undefined) return a - b;
  const [x, y] = [asText(left), asText(right)];
  if (x !== undefined && y !== undefined) return compareText(x, y);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof RhaiTimestamp && right instanceof RhaiTimestamp) return left.ms - right.ms;
  // () equals itself, but is neither less nor greater, nor "or equal".
  return left === null && right === null ? Number.NaN : undefined;
}

function asText(value: RhaiValue): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof RhaiChar ? value.text : undefined;
}
