/** Arrays. Functions that call back take a closure or the name of a function. */
import { position } from "../access.ts";
import { type Integer } from "../arithmetic.ts";
import { RhaiError } from "../errors.ts";
import { native, type Native, type NativeCall, type NativeOptions } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { appendTo, copyOf, replaceItems, RhaiArray } from "../containers.ts";
import { type RhaiFn, type RhaiValue } from "../values.ts";
import { SEARCHING } from "./array-searching.ts";
import { SORTING } from "./array-sorting.ts";
import { callOnItem, callsBack, truthOf } from "./callbacks.ts";
import { bounds, insertion, onPart } from "./parts.ts";

const PROPERTY: NativeOptions = { property: true };
const CHANGES: NativeOptions = { effect: "changes" };
const BY_REF: NativeOptions = { effect: "by-ref" };

function change<A extends readonly RhaiValue[]>(signature: string, call: NativeCall<A>): Native {
  return native<A>(signature, call, CHANGES);
}

function made(items: readonly RhaiValue[]): RhaiArray {
  return new RhaiArray(items.map(copyOf));
}

/** What a callback makes of each item. It is counted as it grows: of millions there would be no memory to count all in the end. */
function collected(
  items: readonly RhaiValue[],
  make: (item: RhaiValue, index: number) => RhaiValue,
  runtime: Runtime,
  at: number,
): RhaiArray {
  const results: RhaiValue[] = [];
  const array = new RhaiArray(results);
  for (const [index, item] of items.entries()) {
    const value = make(item, index);
    results.push(value);
    runtime.grew(array, value, at);
  }
  return array;
}

/** Goes over what the array holds now, whatever the callback does to it. */
function reduce(
  array: RhaiArray,
  isUpward: boolean,
  fn: RhaiFn,
  initial: RhaiValue,
  runtime: Runtime,
  at: number,
): RhaiValue {
  const { items } = array.copy();
  let result = initial;
  for (let turn = 0; turn < items.length; turn++) {
    const index = isUpward ? turn : items.length - 1 - turn;
    const item = copyOf(items[index]!);
    if (runtime.takes(fn, 1)) result = runtime.callFn(fn, [result], { v: item }, at);
    else result = runtime.callFn(fn, runtime.takes(fn, 3) ? [result, item, index] : [result, item], null, at);
  }
  return result;
}

function reducing(name: string, isUpward: boolean): Native[] {
  return [
    native<[RhaiArray, RhaiFn]>(`${name} array fn`, ([array, fn], runtime, at) =>
      reduce(array, isUpward, fn, null, runtime, at),
    ),
    native<[RhaiArray, RhaiFn, RhaiValue]>(`${name} array fn any`, ([array, fn, initial], runtime, at) =>
      reduce(array, isUpward, fn, initial, runtime, at),
    ),
  ];
}

const READING: readonly Native[] = [
  native<[RhaiArray]>("len array", ([array]) => array.items.length, PROPERTY),
  native<[RhaiArray]>("is_empty array", ([array]) => array.items.length === 0, PROPERTY),
  native<[RhaiArray, Integer]>(
    "get array int",
    ([array, index]) => {
      const at = position(index, array.items.length);
      return at === undefined ? null : copyOf(array.items[at]!);
    },
    BY_REF,
  ),
  native<[RhaiArray, RhaiFn]>("map array fn", ([array, fn], runtime, at) =>
    collected(array.copy().items, (item, index) => callOnItem(runtime, fn, item, index, at).result, runtime, at),
  ),
  native<[RhaiArray, RhaiFn]>("filter array fn", ([array, fn], runtime, at) =>
    made(array.copy().items.filter((item, index) => truthOf(callOnItem(runtime, fn, item, index, at).result))),
  ),
  ...reducing("reduce", true),
  ...reducing("reduce_rev", false),
  native<[RhaiArray, RhaiArray, RhaiFn]>("zip array array fn", ([left, right, fn], runtime, at) => {
    const others = right.copy().items;
    const zipped = (item: RhaiValue, index: number): RhaiValue => {
      const pair = [copyOf(item), copyOf(others[index]!)];
      return runtime.callFn(fn, runtime.takes(fn, 3) ? [...pair, index] : pair, null, at);
    };
    return collected(left.items.slice(0, others.length), zipped, runtime, at);
  }),
  ...onPart<RhaiArray>("extract array", "", true, BY_REF, (array, part) => {
    const { start, count } = bounds(part, array.items.length);
    return made(array.items.slice(start, start + count));
  }),
];

/** Splits an array by a callback, which may change each element as `this`, into what it says yes to and the rest. */
function partition(array: RhaiArray, fn: RhaiFn, runtime: Runtime, at: number): { yes: RhaiValue[]; no: RhaiValue[] } {
  const yes: RhaiValue[] = [];
  const no: RhaiValue[] = [];
  [...array.own()].forEach((item, index) => {
    const { result, self } = callOnItem(runtime, fn, item, index, at);
    (truthOf(result) ? yes : no).push(self === undefined ? item : self.v);
  });
  return { yes, no };
}

/** In Rhai a comparison that fails has said no. */
function equalBy(runtime: Runtime, fn: RhaiFn, previous: RhaiValue, item: RhaiValue, at: number): boolean {
  try {
    return truthOf(runtime.callFn(fn, [copyOf(previous), copyOf(item)], null, at));
  } catch (fault) {
    if (!runtime.options.strict || !(fault instanceof RhaiError && fault.isCatchable)) throw fault;
    return false;
  }
}

function dedup(array: RhaiArray, equal: (previous: RhaiValue, item: RhaiValue) => boolean): undefined {
  const kept: RhaiValue[] = [];
  for (const item of array.own().slice()) {
    const previous = kept.at(-1);
    if (previous === undefined || !equal(previous, item)) kept.push(item);
  }
  replaceItems(array, kept);
}

const CHANGING: readonly Native[] = [
  change<[RhaiArray, Integer, RhaiValue]>("set array int any", ([array, index, value], runtime, at) => {
    const found = position(index, array.items.length);
    if (found === undefined) return;
    array.own()[found] = value;
    runtime.grew(array, value, at);
  }),
  change<[RhaiArray, RhaiValue]>("push array any", ([array, value], runtime, at) => {
    array.own().push(value);
    runtime.grew(array, value, at);
  }),
  change<[RhaiArray, RhaiArray]>("append array array", ([array, other], runtime, at) => {
    appendTo(array, other);
    runtime.grew(array, other, at);
  }),
  change<[RhaiArray, Integer, RhaiValue]>("insert array int any", ([array, index, value], runtime, at) => {
    array.own().splice(insertion(index, array.items.length), 0, value);
    runtime.grew(array, value, at);
  }),
  change<[RhaiArray, Integer, RhaiValue]>("pad array int any", ([array, length, value], runtime, at) => {
    const { maxArraySize } = runtime.options;
    if (maxArraySize > 0 && Number(length) > maxArraySize)
      throw new RhaiError("ErrorDataTooLarge", "Size of array/BLOB too large", at);
    const own = array.own();
    runtime.count(Math.max(0, Number(length) - own.length) * (1 + runtime.elementsOf(value)), at);
    while (own.length < Number(length)) own.push(copyOf(value));
    runtime.sized(array, at);
  }),
  change<[RhaiArray]>("pop array", ([array]) => array.own().pop()),
  change<[RhaiArray]>("shift array", ([array]) => array.own().shift()),
  change<[RhaiArray, Integer]>("remove array int", ([array, index]) => {
    const at = position(index, array.items.length);
    return at === undefined ? null : array.own().splice(at, 1)[0];
  }),
  change<[RhaiArray]>("clear array", ([array]) => replaceItems(array, [])),
  change<[RhaiArray, Integer]>("truncate array int", ([array, length]) => {
    const own = array.own();
    own.length = Math.min(own.length, Math.max(0, Number(length)));
  }),
  change<[RhaiArray, Integer]>("chop array int", ([array, length]) => {
    const own = array.own();
    own.splice(0, Math.max(0, own.length - Math.max(0, Number(length))));
  }),
  change<[RhaiArray]>("reverse array", ([array]) => void array.own().reverse()),
  ...onPart<RhaiArray>("splice array", "array", false, CHANGES, (array, part, [by], runtime, at) => {
    const { start, count } = bounds(part, array.items.length);
    const other = (by as RhaiArray).copy();
    const tail = new RhaiArray(array.own().splice(start));
    appendTo(array, other);
    appendTo(array, new RhaiArray(tail.items.slice(count)));
    runtime.grew(array, other, at);
    return null;
  }),
  change<[RhaiArray, Integer]>(
    "split array int",
    ([array, index]) => new RhaiArray(array.own().splice(insertion(index, array.items.length))),
  ),
  change<[RhaiArray, RhaiFn]>("for_each array fn", ([array, fn], runtime, at) => {
    array.items.forEach((_, index) => {
      const item = array.own()[index];
      if (item === undefined) return;
      const self = { v: item };
      runtime.callFn(fn, runtime.takes(fn, 1) ? [index] : [], self, at);
      array.own()[index] = self.v;
    });
  }),
  change<[RhaiArray]>("dedup array", ([array], runtime, at) =>
    dedup(array, (previous, item) => runtime.same(previous, item, at)),
  ),
  change<[RhaiArray, RhaiFn]>("dedup array fn", ([array, fn], runtime, at) =>
    dedup(array, (previous, item) => equalBy(runtime, fn, previous, item, at)),
  ),
  change<[RhaiArray, RhaiFn]>("drain array fn", ([array, fn], runtime, at) => {
    const { yes, no } = partition(array, fn, runtime, at);
    replaceItems(array, no);
    return new RhaiArray(yes);
  }),
  ...onPart<RhaiArray>("drain array", "", false, CHANGES, (array, part) => {
    const { start, count } = bounds(part, array.items.length);
    return new RhaiArray(array.own().splice(start, count));
  }),
  change<[RhaiArray, RhaiFn]>("retain array fn", ([array, fn], runtime, at) => {
    const { yes, no } = partition(array, fn, runtime, at);
    replaceItems(array, yes);
    return new RhaiArray(no);
  }),
  ...onPart<RhaiArray>("retain array", "", false, CHANGES, (array, part) => {
    const { start, count } = bounds(part, array.items.length);
    // To retain nothing changes nothing: so it is in Rhai, whatever its documentation says.
    if (count === 0) return new RhaiArray([]);
    const own = array.own();
    const kept = own.slice(start, start + count);
    const dropped = [...own.slice(0, start), ...own.slice(start + count)];
    replaceItems(array, kept);
    return new RhaiArray(dropped);
  }),
];

export const ARRAYS: readonly Native[] = [...READING, ...SEARCHING, ...SORTING, ...CHANGING].map(callsBack);
