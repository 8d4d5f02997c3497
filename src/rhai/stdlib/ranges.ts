/** Ranges and what `for` loops go over. */
import { isInside } from "../access.ts";
import { isInt, same, type Integer } from "../arithmetic.ts";
import { RhaiError } from "../errors.ts";
import { native, type Native, type NativeOptions } from "../natives.ts";
import { checkedInt, int, RhaiFloat, RhaiItems, RhaiRange, type RhaiValue } from "../values.ts";

const PROPERTY: NativeOptions = { property: true };

/** Each step is added to the number before it, as Rhai does it: sums of floats show it. A sum that is no i64 ends it. */
function stepped(from: Integer, to: Integer, step: Integer, depth: number, at: number): RhaiItems {
  if (BigInt(step) === 0n) throw noStep(depth, at);
  const [first, end, by] = [BigInt(from), BigInt(to), BigInt(step)];
  const isUp = by > 0n;
  return new RhaiItems(function* () {
    for (let item = first; isUp ? item < end : item > end; item += by) {
      if (checkedInt(item + by) === undefined) return;
      yield int(item);
    }
  });
}

function steppedFloats(from: number, to: number, step: number, depth: number, at: number): RhaiItems {
  if (from + step === from) throw noStep(depth, at);
  return new RhaiItems(function* () {
    for (let item = from; step > 0 ? item < to : item > to; item += step) yield new RhaiFloat(item);
  });
}

function noStep(depth: number, at: number): RhaiError {
  return new RhaiError("ErrorArithmetic", "step value cannot be zero", at).through("range", depth);
}

export const RANGES: readonly Native[] = [
  native<[Integer, Integer]>("range int int", ([from, to]) => new RhaiRange(from, to, false)),
  native<[Integer, Integer, Integer]>("range int int int", ([from, to, step], runtime, at) =>
    stepped(from, to, step, runtime.level, at),
  ),
  native<[RhaiFloat, RhaiFloat, RhaiFloat]>("range float float float", ([from, to, step], runtime, at) =>
    steppedFloats(from.value, to.value, step.value, runtime.level, at),
  ),
  native<[RhaiRange, Integer]>("range range int", ([range, step], runtime, at) =>
    stepped(range.from, range.to, step, runtime.level, at),
  ),
  native<[RhaiRange]>("start ranges", ([range]) => range.from, PROPERTY),
  native<[RhaiRange]>("end ranges", ([range]) => range.to, PROPERTY),
  native<[RhaiRange]>("is_inclusive ranges", ([range]) => range.inclusive, PROPERTY),
  native<[RhaiRange]>("is_exclusive ranges", ([range]) => !range.inclusive, PROPERTY),
  native<[RhaiRange]>(
    "is_empty ranges",
    ([range]) => (range.inclusive ? range.from > range.to : range.from >= range.to),
    PROPERTY,
  ),
  native<[RhaiRange, RhaiValue]>(
    "contains ranges any",
    ([range, item]) => isInt(item) && isInside(item, range, same) === true,
    { effect: "by-ref" },
  ),
];
