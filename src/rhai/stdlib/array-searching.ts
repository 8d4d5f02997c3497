/** Finding elements of arrays: by value, or by what a callback says of them. */
import type { Integer } from "../arithmetic.ts";
import { native, type Native } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { copyOf, type RhaiArray } from "../containers.ts";
import { type RhaiFn, type RhaiValue } from "../values.ts";
import { callOnItem, truthOf } from "./callbacks.ts";

/** Where a search starts; undefined when there is nothing to search. */
function searchStart(from: Integer | undefined, length: number): number {
  if (from === undefined) return 0;
  return Number(from) < 0 ? Math.max(0, length + Number(from)) : Number(from);
}

function find(array: RhaiArray, fn: RhaiFn, from: Integer | undefined, runtime: Runtime, at: number): number {
  const { items } = array;
  for (let index = searchStart(from, items.length); index < items.length; index++) {
    if (truthOf(callOnItem(runtime, fn, items[index]!, index, at).result)) return index;
  }
  return -1;
}

function indexOfValue(
  array: RhaiArray,
  wanted: RhaiValue,
  from: Integer | undefined,
  runtime: Runtime,
  at: number,
): number {
  const { items } = array;
  for (let index = searchStart(from, items.length); index < items.length; index++)
    if (runtime.same(items[index]!, wanted, at)) return index;
  return -1;
}

function findMap(array: RhaiArray, fn: RhaiFn, from: Integer | undefined, runtime: Runtime, at: number): RhaiValue {
  const { items } = array;
  for (let index = searchStart(from, items.length); index < items.length; index++) {
    const { result } = callOnItem(runtime, fn, items[index]!, index, at);
    if (result !== null) return result;
  }
  return null;
}

export const SEARCHING: readonly Native[] = [
  native<[RhaiArray, RhaiValue]>("contains array any", ([array, wanted], runtime, at) =>
    array.items.some((item) => runtime.same(item, wanted, at)),
  ),
  native<[RhaiArray, RhaiFn]>("index_of array fn", ([array, fn], runtime, at) =>
    find(array, fn, undefined, runtime, at),
  ),
  native<[RhaiArray, RhaiFn, Integer]>("index_of array fn int", ([array, fn, from], runtime, at) =>
    find(array, fn, from, runtime, at),
  ),
  native<[RhaiArray, RhaiValue]>("index_of array any", ([array, wanted], runtime, at) =>
    indexOfValue(array, wanted, undefined, runtime, at),
  ),
  native<[RhaiArray, RhaiValue, Integer]>("index_of array any int", ([array, wanted, from], runtime, at) =>
    indexOfValue(array, wanted, from, runtime, at),
  ),
  native<[RhaiArray, RhaiFn]>("find array fn", ([array, fn], runtime, at) =>
    copyOf(array.items[find(array, fn, undefined, runtime, at)] ?? null),
  ),
  native<[RhaiArray, RhaiFn, Integer]>("find array fn int", ([array, fn, from], runtime, at) =>
    copyOf(array.items[find(array, fn, from, runtime, at)] ?? null),
  ),
  native<[RhaiArray, RhaiFn]>("find_map array fn", ([array, fn], runtime, at) =>
    findMap(array, fn, undefined, runtime, at),
  ),
  native<[RhaiArray, RhaiFn, Integer]>("find_map array fn int", ([array, fn, from], runtime, at) =>
    findMap(array, fn, from, runtime, at),
  ),
  native<[RhaiArray, RhaiFn]>(
    "some array fn",
    ([array, fn], runtime, at) => find(array, fn, undefined, runtime, at) !== -1,
  ),
  native<[RhaiArray, RhaiFn]>("all array fn", ([array, fn], runtime, at) =>
    array.items.every((item, index) => truthOf(callOnItem(runtime, fn, item, index, at).result)),
  ),
];
