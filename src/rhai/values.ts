/**
 * Rhai values as JavaScript values. Hot ones are plain: `()` is null, a bool a boolean, a string a string, and an
 * integer a number while it is safe, else a bigint; both stand for an i64. Everything else is a small class.
 *
 * Invariant: an integer is a `bigint` exactly when a number would not hold it (see `int`); so `===` compares integers.
 */
import { RhaiArray, RhaiBlob, RhaiMap } from "./containers.ts";

export type RhaiValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | RhaiFloat
  | RhaiChar
  | RhaiArray
  | RhaiMap
  | RhaiBlob
  | RhaiRange
  | RhaiFn
  | RhaiTimestamp
  | RhaiItems;

export class RhaiFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

export class RhaiChar {
  /** One Unicode scalar value as text. */
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export class RhaiRange {
  readonly from: number | bigint;
  readonly to: number | bigint;
  readonly inclusive: boolean;
  constructor(from: number | bigint, to: number | bigint, inclusive: boolean) {
    this.from = from;
    this.to = to;
    this.inclusive = inclusive;
  }
}

/** What a script function is compiled to; `self` is the cell that `this` is bound to. */
export type ScriptBody = (self: Cell | null, ...args: RhaiValue[]) => RhaiValue;

export interface Cell {
  v: RhaiValue;
  /** What `this` stands for belongs to a constant. */
  isConst?: boolean;
}

const NO_VARIABLES: readonly object[] = [];

/** A function pointer: a name that is looked up when it is called, or a closure with its body. */
export class RhaiFn {
  readonly name: string;
  readonly curried: readonly RhaiValue[];
  /** Present for closures. */
  readonly body: ScriptBody | undefined;
  /** How many parameters the body takes, curried ones included. */
  readonly arity: number;
  /** The variables that a closure shares with the script around it; in strict Rhai only, which looks for races. */
  readonly captured: readonly object[];
  constructor(
    name: string,
    curried: readonly RhaiValue[],
    body?: ScriptBody,
    arity = 0,
    captured: readonly object[] = NO_VARIABLES,
  ) {
    this.name = name;
    this.curried = curried;
    this.body = body;
    this.arity = arity;
    this.captured = captured;
  }
}

export class RhaiTimestamp {
  /** Milliseconds of the host's clock. */
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** What only a loop can use: the steps of a range, the characters of a text, the bits of an integer. */
export class RhaiItems {
  /** From the beginning, each time it is called. */
  readonly each: () => Iterable<RhaiValue>;
  constructor(each: () => Iterable<RhaiValue>) {
    this.each = each;
  }
}

/** Type bits, so that a parameter can allow several. */
export const T = {
  unit: 1,
  bool: 2,
  int: 4,
  float: 8,
  char: 16,
  string: 32,
  array: 64,
  map: 128,
  blob: 256,
  range: 512,
  rangeInclusive: 1024,
  fn: 2048,
  timestamp: 4096,
  items: 8192,
  any: 16383,
} as const;

/** The type bit of a value. */
export function typeBit(value: RhaiValue): number {
  switch (typeof value) {
    case "number":
    case "bigint":
      return T.int;
    case "string":
      return T.string;
    case "boolean":
      return T.bool;
    default:
      return value === null ? T.unit : objectBit(value);
  }
}

function objectBit(value: Extract<RhaiValue, object>): number {
  if (value instanceof RhaiMap) return T.map;
  if (value instanceof RhaiArray) return T.array;
  if (value instanceof RhaiFloat) return T.float;
  if (value instanceof RhaiChar) return T.char;
  if (value instanceof RhaiFn) return T.fn;
  if (value instanceof RhaiRange) return value.inclusive ? T.rangeInclusive : T.range;
  if (value instanceof RhaiItems) return T.items;
  return value instanceof RhaiBlob ? T.blob : T.timestamp;
}

export const TYPE_NAMES: Readonly<Record<number, string>> = {
  [T.unit]: "()",
  [T.bool]: "bool",
  [T.int]: "i64",
  [T.float]: "f64",
  [T.char]: "char",
  [T.string]: "string",
  [T.array]: "array",
  [T.map]: "map",
  [T.blob]: "blob",
  [T.range]: "range",
  [T.rangeInclusive]: "range=",
  [T.fn]: "Fn",
  [T.timestamp]: "timestamp",
  [T.items]: "range",
};

/** The name that `type_of` gives. */
export function typeName(value: RhaiValue): string {
  return TYPE_NAMES[typeBit(value)] ?? "?";
}

export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;

/** The canonical form of an integer that is known to be an i64. */
export function int(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** The canonical form, or undefined when it is no i64. */
export function checkedInt(value: bigint): number | bigint | undefined {
  return value > INT_MAX || value < INT_MIN ? undefined : int(value);
}

const ASCII_CHARS = Array.from({ length: 128 }, (_, code) => new RhaiChar(String.fromCharCode(code)));

/** A char of one Unicode scalar value. */
export function char(text: string): RhaiChar {
  return text.length === 1 ? (ASCII_CHARS[text.charCodeAt(0)] ?? new RhaiChar(text)) : new RhaiChar(text);
}
