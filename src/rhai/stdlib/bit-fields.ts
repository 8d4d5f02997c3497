/** Integers as fields of 64 bits. */
import { getBit, getBits, setBit, setBits } from "../access.ts";
import type { Integer } from "../arithmetic.ts";
import { native, type Native, type NativeOptions } from "../natives.ts";
import { RhaiArray, RhaiRange } from "../values.ts";

const BITS = 64;
const CHANGES: NativeOptions = { effect: "changes" };

function rangeOf(start: Integer, count: Integer): RhaiRange {
  const from = Number(start) < 0 ? BITS + Number(start) : Number(start);
  return new RhaiRange(from, from + Math.max(0, Number(count)), false);
}

/** The bits as bools, from the lowest on. */
function bits(value: Integer, start = 0, count = BITS): RhaiArray {
  const from = start < 0 ? Math.max(0, BITS + start) : start;
  const length = Math.max(0, Math.min(count, BITS - from));
  const field = BigInt.asUintN(BITS, BigInt(value)) >> BigInt(from);
  return new RhaiArray(Array.from({ length }, (_, at) => ((field >> BigInt(at)) & 1n) === 1n));
}

export const BIT_FIELDS: readonly Native[] = [
  native<[Integer, Integer]>("get_bit int int", ([value, index], _runtime, at) => getBit(value, index, at)),
  native<[Integer, Integer, boolean]>(
    "set_bit int int bool",
    ([value, index, bit], runtime, at) => {
      runtime.replaced = { value: setBit(value, index, bit, at) };
      return null;
    },
    CHANGES,
  ),
  native<[Integer, RhaiRange]>("get_bits int ranges", ([value, range], _runtime, at) => getBits(value, range, at)),
  native<[Integer, Integer, Integer]>("get_bits int int int", ([value, start, count], _runtime, at) =>
    getBits(value, rangeOf(start, count), at),
  ),
  native<[Integer, RhaiRange, Integer]>(
    "set_bits int ranges int",
    ([value, range, field], runtime, at) => {
      runtime.replaced = { value: setBits(value, range, field, at) };
      return null;
    },
    CHANGES,
  ),
  native<[Integer, Integer, Integer, Integer]>(
    "set_bits int int int int",
    ([value, start, count, field], runtime, at) => {
      runtime.replaced = { value: setBits(value, rangeOf(start, count), field, at) };
      return null;
    },
    CHANGES,
  ),
  native<[Integer]>("bits int", ([value]) => bits(value), { property: true }),
  native<[Integer, Integer]>("bits int int", ([value, start]) => bits(value, Number(start))),
  native<[Integer, Integer, Integer]>("bits int int int", ([value, start, count]) =>
    bits(value, Number(start), Number(count)),
  ),
  native<[Integer, RhaiRange]>("bits int ranges", ([value, range]) =>
    bits(value, Number(range.from), Number(range.to) - Number(range.from) + (range.inclusive ? 1 : 0)),
  ),
];
