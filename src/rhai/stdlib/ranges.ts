/** Ranges and what `for` loops go over. */
import { isInside } from "../access.ts";
import { isInt, same, type Integer } from "../arithmetic.ts";
import { RhaiError } from "../errors.ts";
import { native, type Native, type NativeOptions } from "../natives.ts";
import { RhaiArray, RhaiFloat, RhaiRange, type RhaiValue } from "../values.ts";

const PROPERTY: NativeOptions = { property: true };
const MAX_STEPS = 10_000_000;

/** The numbers from `from` to `to` (not included) in steps, up or down. */
function stepped(from: RhaiValue, to: RhaiValue, step: RhaiValue, depth: number, at: number): RhaiArray {
  const isFloat = [from, to, step].some((value) => value instanceof RhaiFloat);
  const [start, end, by] = [from, to, step].map((value) =>
    value instanceof RhaiFloat ? value.value : Number(value),
  ) as [number, number, number];
  if (by === 0) throw new RhaiError("ErrorArithmetic", "step value cannot be zero", at).through("range", depth);
  const items: RhaiValue[] = [];
  for (let count = 0, item = start; by > 0 ? item < end : item > end; count++, item = start + count * by) {
    if (count > MAX_STEPS) throw new RhaiError("ErrorDataTooLarge", "Size of array/BLOB too large", at);
    items.push(isFloat ? new RhaiFloat(item) : item);
  }
  return new RhaiArray(items);
}

export const RANGES: readonly Native[] = [
  native<[Integer, Integer]>("range int int", ([from, to]) => new RhaiRange(from, to, false)),
  native<[RhaiValue, RhaiValue, RhaiValue]>("range number number number", ([from, to, step], runtime, at) =>
    stepped(from, to, step, runtime.level, at),
  ),
  native<[RhaiRange, Integer]>("range ranges int", ([range, step], runtime, at) =>
    stepped(range.from, range.inclusive ? Number(range.to) + 1 : range.to, step, runtime.level, at),
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
  ),
];
