/** Parts of arrays and blobs, as functions are given them: a range, a start and a length, or a start alone. */
import { rangeBounds, startAndCount } from "../access.ts";
import type { Integer } from "../arithmetic.ts";
import { native, type Native, type NativeOptions } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { type RhaiArray, type RhaiBlob } from "../containers.ts";
import { RhaiRange, type RhaiValue } from "../values.ts";

export type Part = readonly [Integer | RhaiRange, Integer?];

export type PartCall<C extends RhaiArray | RhaiBlob> = (
  container: C,
  part: Part,
  rest: readonly RhaiValue[],
  runtime: Runtime,
  at: number,
) => RhaiValue;

/** A part cut to fit into so many elements. */
export function bounds([start, count]: Part, length: number): { start: number; count: number } {
  return start instanceof RhaiRange ? rangeBounds(start, length) : startAndCount(start, count ?? length, length);
}

/** The position at which something is put in: negative counts from the end, beyond either end means that end. */
export function insertion(index: Integer, length: number): number {
  const at = Number(index) < 0 ? length + Number(index) : Number(index);
  return Math.min(length, Math.max(0, at));
}

/**
 * The same function for a range, for start and length, and (`withOpenEnd`) for a start alone. `head` is its name and
 * the type that it is called on, `rest` the types of what follows the part.
 */
export function onPart<C extends RhaiArray | RhaiBlob>(
  head: string,
  rest: string,
  withOpenEnd: boolean,
  options: NativeOptions,
  call: PartCall<C>,
): Native[] {
  const signature = (types: string): string => [head, types, rest].filter((word) => word !== "").join(" ");
  const ranges = native<[C, RhaiRange, ...RhaiValue[]]>(
    signature("ranges"),
    ([container, range, ...more], runtime, at) => call(container, [range], more, runtime, at),
    options,
  );
  const pair = native<[C, Integer, Integer, ...RhaiValue[]]>(
    signature("int int"),
    ([container, start, count, ...more], runtime, at) => call(container, [start, count], more, runtime, at),
    options,
  );
  const open = native<[C, Integer]>(
    signature("int"),
    ([container, start], runtime, at) => call(container, [start], [], runtime, at),
    options,
  );
  return withOpenEnd ? [ranges, pair, open] : [ranges, pair];
}
