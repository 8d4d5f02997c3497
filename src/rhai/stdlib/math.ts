/** Numbers: arithmetic helpers, mathematics, conversions, comparison of two. */
import { arithmetic, comparison, order, type Integer } from "../arithmetic.ts";
import { RhaiError } from "../errors.ts";
import { native, type Native, type NativeOptions } from "../natives.ts";
import { char, checkedInt, int, INT_MAX, RhaiChar, RhaiFloat, type RhaiValue } from "../values.ts";

type Number2 = Integer | RhaiFloat;

/** Operators by their names: what `Fn("+")` and `x.+(y)` find. */
const OPERATORS = ["+", "-", "*", "/", "%", "**", "<<", ">>", "&", "|", "^"].map((op) =>
  native<[Number2, Number2]>(`${op} number number`, ([left, right], runtime, at) => {
    const result = arithmetic(op, left, right, at);
    if (result === undefined) throw runtime.notFound(op, [left, right], at);
    return result;
  }),
);

const COMPARISONS = (["==", "!=", "<", "<=", ">", ">="] as const).map((op) =>
  native(`${op} any any`, ([left, right], runtime, at) => {
    if (op === "==") return runtime.eq(left!, right!, at);
    if (op === "!=") return runtime.ne(left!, right!, at);
    const sign = comparison(left!, right!);
    if (sign === undefined) throw runtime.notFound(op, [left!, right!], at);
    return op === "<" ? sign < 0 : op === "<=" ? sign <= 0 : op === ">" ? sign > 0 : sign >= 0;
  }),
);

const PROPERTY: NativeOptions = { property: true };

function float1(name: string, compute: (value: number) => number, options: NativeOptions = {}): Native {
  return native<[RhaiFloat]>(`${name} float`, ([value]) => new RhaiFloat(compute(value.value)), options);
}

function test1(name: string, test: (value: number) => boolean): Native {
  return native<[RhaiFloat]>(`${name} float`, ([value]) => test(value.value), PROPERTY);
}

function bigger(sign: 1 | -1, name: string): Native[] {
  const pick = ([left, right]: [RhaiValue, RhaiValue]): RhaiValue =>
    (order(left, right) ?? 0) * sign >= 0 ? left : right;
  const mixed = ([left, right]: [Number2, Number2]): RhaiValue => {
    const chosen = pick([left, right]);
    const isMixed = left instanceof RhaiFloat !== right instanceof RhaiFloat;
    return isMixed && !(chosen instanceof RhaiFloat) ? new RhaiFloat(Number(chosen)) : chosen;
  };
  return [
    native<[Number2, Number2]>(`${name} number number`, mixed),
    native(`${name} string string`, (args) => pick(args as [RhaiValue, RhaiValue])),
    native(`${name} char char`, (args) => pick(args as [RhaiValue, RhaiValue])),
  ];
}

export const MATH: readonly Native[] = [
  ...OPERATORS,
  native("+ any any", ([left, right], runtime, at) => {
    const isText =
      [left, right].some((value) => typeof value === "string") ||
      (left instanceof RhaiChar && right instanceof RhaiChar);
    const isPair = typeof left === "object" && typeof right === "object" && left?.constructor === right?.constructor;
    if (!isText && !isPair) throw runtime.notFound("+", [left!, right!], at);
    return runtime.add(left!, right!, at);
  }),
  ...COMPARISONS,
  native<[Integer]>("is_zero int", ([value]) => value === 0, PROPERTY),
  native<[RhaiFloat]>("is_zero float", ([value]) => value.value === 0, PROPERTY),
  native<[Integer]>("is_odd int", ([value]) => BigInt(value) % 2n !== 0n, PROPERTY),
  native<[Integer]>("is_even int", ([value]) => BigInt(value) % 2n === 0n, PROPERTY),
  native<[Integer]>("abs int", ([value], _runtime, at) => (value < 0 ? arithmetic("-", 0, value, at) : value)),
  float1("abs", Math.abs),
  native<[Integer]>("sign int", ([value]) => (value > 0 ? 1 : value < 0 ? -1 : 0)),
  native<[RhaiFloat]>("sign float", ([value], _runtime, at) => {
    if (Number.isNaN(value.value)) throw new RhaiError("ErrorArithmetic", "Sign of NaN is undefined", at);
    return Math.sign(value.value) + 0;
  }),
  ...bigger(1, "max"),
  ...bigger(-1, "min"),
  native("PI", () => new RhaiFloat(Math.PI)),
  native("E", () => new RhaiFloat(Math.E)),
  ...(
    [
      "sin",
      "cos",
      "tan",
      "sinh",
      "cosh",
      "tanh",
      "asin",
      "acos",
      "atan",
      "asinh",
      "acosh",
      "atanh",
      "sqrt",
      "exp",
    ] as const
  ).map((name) => float1(name, Math[name])),
  float1("ln", Math.log),
  float1("log", Math.log10),
  native<[RhaiFloat, RhaiFloat]>(
    "log float float",
    ([value, base]) => new RhaiFloat(Math.log(value.value) / Math.log(base.value)),
  ),
  native<[RhaiFloat, RhaiFloat]>("atan float float", ([x, y]) => new RhaiFloat(Math.atan2(x.value, y.value))),
  native<[RhaiFloat, RhaiFloat]>("hypot float float", ([x, y]) => new RhaiFloat(Math.hypot(x.value, y.value))),
  float1("to_degrees", (value) => (value * 180) / Math.PI),
  float1("to_radians", (value) => (value * Math.PI) / 180),
  float1("floor", Math.floor, PROPERTY),
  float1("ceiling", Math.ceil, PROPERTY),
  float1("round", (value) => (value < 0 ? -Math.round(-value) : Math.round(value)), PROPERTY),
  float1("int", Math.trunc, PROPERTY),
  float1("fraction", (value) => value - Math.trunc(value), PROPERTY),
  test1("is_nan", Number.isNaN),
  test1("is_finite", Number.isFinite),
  test1("is_infinite", (value) => !Number.isFinite(value) && !Number.isNaN(value)),
  native<[RhaiFloat]>("to_int float", ([value], _runtime, at) => floatToInt(value.value, at)),
  native<[Integer]>("to_int int", ([value]) => value),
  native<[RhaiChar]>("to_int char", ([value]) => value.text.codePointAt(0) ?? 0),
  native<[Integer]>("to_char int", ([value], _runtime, at) => toChar(value, at), { extension: true }),
  native<[Integer]>("to_float int", ([value]) => new RhaiFloat(Number(value))),
  native<[RhaiFloat]>("to_float float", ([value]) => value),
  native<[string]>("parse_int string", ([text], _runtime, at) => parseInteger(text, 10, at)),
  native<[string, Integer]>("parse_int string int", ([text, radix], _runtime, at) =>
    parseInteger(text, Number(radix), at),
  ),
  native<[string]>("parse_float string", ([text], _runtime, at) => {
    const trimmed = text.trim();
    const special = /^[+-]?(?:inf(?:inity)?|nan)$/i.test(trimmed);
    if (!special && !/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed))
      throw new RhaiError("ErrorArithmetic", `Error parsing floating-point number '${text}'`, at);
    return new RhaiFloat(special ? specialFloat(trimmed.toLowerCase()) : Number(trimmed));
  }),
  ...(
    [
      ["to_hex", 16],
      ["to_octal", 8],
      ["to_binary", 2],
    ] as const
  ).map(([name, radix]) =>
    native<[Integer]>(`${name} int`, ([value]) => BigInt.asUintN(64, BigInt(value)).toString(radix)),
  ),
];

function specialFloat(text: string): number {
  if (text.endsWith("nan")) return Number.NaN;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** As Rust casts: towards zero, NaN to 0, and 2^63, which no i64 holds, to the largest one. */
function floatToInt(value: number, at: number): RhaiValue {
  if (Math.abs(value) > 2 ** 63) throw new RhaiError("ErrorArithmetic", `Integer overflow: to_int(${value})`, at);
  if (Number.isNaN(value)) return 0;
  return value === 2 ** 63 ? INT_MAX : int(BigInt(Math.trunc(value)));
}

function toChar(value: Integer, at: number): RhaiChar {
  const code = Number(value);
  if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    throw new RhaiError("ErrorRuntime", `${value} is no character`, at);
  return char(String.fromCodePoint(code));
}

function parseInteger(text: string, radix: number, at: number): RhaiValue {
  if (radix < 2 || radix > 36) throw new RhaiError("ErrorArithmetic", `Invalid radix: '${radix}'`, at);
  // Leading zeros are left out: millions of them would be computed with one by one.
  const match = /^([+-]?)0*([0-9a-z]+)$/i.exec(text.trim());
  let value = 0n;
  for (const digit of match?.[2]?.toLowerCase() ?? "!") {
    const worth = Number.parseInt(digit, 36);
    if (Number.isNaN(worth) || worth >= radix || value > 2n ** 64n)
      throw new RhaiError("ErrorArithmetic", `Error parsing integer number '${text}'`, at);
    value = value * BigInt(radix) + BigInt(worth);
  }
  const result = checkedInt(match?.[1] === "-" ? -value : value);
  if (result === undefined)
    throw new RhaiError("ErrorArithmetic", `Error parsing integer number '${text}': number too large`, at);
  return typeof result === "bigint" ? int(result) : result;
}
