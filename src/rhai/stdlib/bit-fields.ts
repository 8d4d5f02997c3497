/** Integers as fields of 64 bits. */
import { bitField, getBit, getBits, setBit, setBits, type BitField } from "../access.ts";
import type { Integer } from "../arithmetic.ts";
import { native, type Native, type NativeOptions } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { RhaiItems, type RhaiRange } from "../values.ts";

const BITS = 64;
const CHANGES: NativeOptions = { effect: "changes" };

/** A range that a function is given: what is below 0 is 0, and the rest is cut to fit. */
function fieldOf(range: RhaiRange, at: number): BitField {
  const from = Math.max(0, Number(range.from));
  return bitField(from, Number(range.to) - from + (range.inclusive ? 1 : 0), at);
}

/** The bits as bools, from the lowest on. */
function bits(value: Integer, { start, mask }: BitField): RhaiItems {
  const field = BigInt.asUintN(BITS, BigInt(value)) >> start;
  const length = mask.toString(2).replace("0", "").length;
  return new RhaiItems(() => Array.from({ length }, (_, at) => ((field >> BigInt(at)) & 1n) === 1n));
}

function change(runtime: Runtime, value: Integer): null {
  runtime.replaced = { value };
  return null;
}

export const BIT_FIELDS: readonly Native[] = [
  native<[Integer, Integer]>("get_bit int int", ([value, index], _runtime, at) => getBit(value, index, at)),
  native<[Integer, Integer, boolean]>(
    "set_bit int int bool",
    ([value, index, bit], runtime, at) => change(runtime, setBit(value, index, bit, at)),
    CHANGES,
  ),
  native<[Integer, RhaiRange]>("get_bits int ranges", ([value, range], _runtime, at) =>
    getBits(value, fieldOf(range, at)),
  ),
  native<[Integer, Integer, Integer]>("get_bits int int int", ([value, start, count], _runtime, at) =>
    getBits(value, bitField(start, count, at)),
  ),
  native<[Integer, RhaiRange, Integer]>(
    "set_bits int ranges int",
    ([value, range, field], runtime, at) => change(runtime, setBits(value, fieldOf(range, at), field)),
    CHANGES,
  ),
  native<[Integer, Integer, Integer, Integer]>(
    "set_bits int int int int",
    ([value, start, count, field], runtime, at) => change(runtime, setBits(value, bitField(start, count, at), field)),
    CHANGES,
  ),
  native<[Integer]>("bits int", ([value], _runtime, at) => bits(value, bitField(0, BITS, at)), { property: true }),
  native<[Integer, Integer]>("bits int int", ([value, start], _runtime, at) => bits(value, bitField(start, BITS, at))),
  native<[Integer, Integer, Integer]>("bits int int int", ([value, start, count], _runtime, at) =>
    bits(value, bitField(start, count, at)),
  ),
  native<[Integer, RhaiRange]>("bits int ranges", ([value, range], _runtime, at) => bits(value, fieldOf(range, at))),
];
