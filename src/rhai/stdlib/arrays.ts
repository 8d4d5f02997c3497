/** Arrays. Functions that call back take a closure or the name of a function. */
import { position, rangeBounds, startAndCount } from "../access.ts";
import { order, same, type Integer } from "../arithmetic.ts";
import { RhaiError } from "../errors.ts";
import { native, type Native, type NativeCall, type NativeOptions } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { appendTo, copyOf, RhaiArray, RhaiFloat, type RhaiFn, RhaiRange, typeName, type RhaiValue } from "../values.ts";
import { callOnItem, callsBack, truthOf } from "./callbacks.ts";

const PROPERTY: NativeOptions = { property: true };
const CHANGES: NativeOptions = { effect: "changes" };
const BY_REF: NativeOptions = { effect: "by-ref" };

function change<A extends readonly RhaiValue[]>(signature: string, call: NativeCall<A>): Native {
  return native<A>(signature, call, CHANGES);
}

function made(items: readonly RhaiValue[]): RhaiArray {
  return new RhaiArray(items.map(copyOf));
}

/** The position at which something is put in: negative counts from the end, beyond either end means that end. */
function insertion(index: Integer, length: number): number {
  const at = Number(index) < 0 ? length + Number(index) : Number(index);
  return Math.min(length, Math.max(0, at));
}

/** Where a search starts; undefined when there is nothing to search. */
function searchStart(from: Integer | undefined, length: number): number {
  if (from === undefined) return 0;
  return Number(from) < 0 ? Math.max(0, length + Number(from)) : Number(from);
}

type Part = readonly [Integer | RhaiRange, Integer?];

function bounds([start, count]: Part, length: number): { start: number; count: number } {
  return start instanceof RhaiRange ? rangeBounds(start, length) : startAndCount(start, count ?? length, length);
}

/** The same function for a range, for start and length, and (`withOpenEnd`) for a start alone. */
function onPart(
  name: string,
  rest: string,
  withOpenEnd: boolean,
  options: NativeOptions,
  call: (array: RhaiArray, part: Part, rest: readonly RhaiValue[], runtime: Runtime, at: number) => RhaiValue,
): Native[] {
  const signature = (types: string): string => [name, "array", types, rest].filter((word) => word !== "").join(" ");
  const ranges = native<[RhaiArray, RhaiRange, ...RhaiValue[]]>(
    signature("ranges"),
    ([array, range, ...more], runtime, at) => call(array, [range], more, runtime, at),
    options,
  );
  const pair = native<[RhaiArray, Integer, Integer, ...RhaiValue[]]>(
    signature("int int"),
    ([array, start, count, ...more], runtime, at) => call(array, [start, count], more, runtime, at),
    options,
  );
  const open = native<[RhaiArray, Integer]>(
    signature("int"),
    ([array, start], runtime, at) => call(array, [start], [], runtime, at),
    options,
  );
  return withOpenEnd ? [ranges, pair, open] : [ranges, pair];
}

function find(array: RhaiArray, fn: RhaiFn, from: Integer | undefined, runtime: Runtime, at: number): number {
  const { items } = array;
  for (let index = searchStart(from, items.length); index < items.length; index++) {
    if (truthOf(callOnItem(runtime, fn, items[index]!, index, at).result)) return index;
  }
  return -1;
}

function indexOfValue(array: RhaiArray, wanted: RhaiValue, from: Integer | undefined): number {
  const { items } = array;
  for (let index = searchStart(from, items.length); index < items.length; index++)
    if (same(items[index]!, wanted)) return index;
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

function reduce(
  items: readonly RhaiValue[],
  indices: readonly number[],
  fn: RhaiFn,
  initial: RhaiValue,
  runtime: Runtime,
  at: number,
): RhaiValue {
  let result = initial;
  indices.forEach((index) => {
    const item = copyOf(items[index]!);
    if (runtime.takes(fn, 1)) result = runtime.callFn(fn, [result], { v: item }, at);
    else result = runtime.callFn(fn, runtime.takes(fn, 3) ? [result, item, index] : [result, item], null, at);
  });
  return result;
}

function upward(items: readonly RhaiValue[]): number[] {
  return items.map((_, index) => index);
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
  native<[RhaiArray, RhaiFn]>(
    "map array fn",
    ([array, fn], runtime, at) =>
      new RhaiArray(array.copy().items.map((item, index) => callOnItem(runtime, fn, item, index, at).result)),
  ),
  native<[RhaiArray, RhaiFn]>("filter array fn", ([array, fn], runtime, at) =>
    made(array.copy().items.filter((item, index) => truthOf(callOnItem(runtime, fn, item, index, at).result))),
  ),
  native<[RhaiArray, RhaiValue]>("contains array any", ([array, wanted]) =>
    array.items.some((item) => same(item, wanted)),
  ),
  native<[RhaiArray, RhaiFn]>("index_of array fn", ([array, fn], runtime, at) =>
    find(array, fn, undefined, runtime, at),
  ),
  native<[RhaiArray, RhaiFn, Integer]>("index_of array fn int", ([array, fn, from], runtime, at) =>
    find(array, fn, from, runtime, at),
  ),
  native<[RhaiArray, RhaiValue]>("index_of array any", ([array, wanted]) => indexOfValue(array, wanted, undefined)),
  native<[RhaiArray, RhaiValue, Integer]>("index_of array any int", ([array, wanted, from]) =>
    indexOfValue(array, wanted, from),
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
  native<[RhaiArray, RhaiFn]>("reduce array fn", ([{ items }, fn], runtime, at) =>
    reduce(items, upward(items), fn, null, runtime, at),
  ),
  native<[RhaiArray, RhaiFn, RhaiValue]>("reduce array fn any", ([{ items }, fn, initial], runtime, at) =>
    reduce(items, upward(items), fn, initial, runtime, at),
  ),
  native<[RhaiArray, RhaiFn]>("reduce_rev array fn", ([{ items }, fn], runtime, at) =>
    reduce(items, upward(items).reverse(), fn, null, runtime, at),
  ),
  native<[RhaiArray, RhaiFn, RhaiValue]>("reduce_rev array fn any", ([{ items }, fn, initial], runtime, at) =>
    reduce(items, upward(items).reverse(), fn, initial, runtime, at),
  ),
  native<[RhaiArray, RhaiArray, RhaiFn]>("zip array array fn", ([left, right, fn], runtime, at) => {
    const length = Math.min(left.items.length, right.items.length);
    return new RhaiArray(
      left.items.slice(0, length).map((item, index) => {
        const pair = [copyOf(item), copyOf(right.items[index]!)];
        return runtime.callFn(fn, runtime.takes(fn, 3) ? [...pair, index] : pair, null, at);
      }),
    );
  }),
  ...onPart("extract", "", true, BY_REF, (array, part) => {
    const { start, count } = bounds(part, array.items.length);
    return made(array.items.slice(start, start + count));
  }),
  native<[RhaiArray]>("order array", ([array], _runtime, at) => made(sortedPlain(array.items, 1, "order", at)), BY_REF),
  native<[RhaiArray]>(
    "order_desc array",
    ([array], _runtime, at) => made(sortedPlain(array.items, -1, "order_desc", at)),
    BY_REF,
  ),
  ...["order", "order_by"].map((name) =>
    native<[RhaiArray, RhaiFn]>(
      `${name} array fn`,
      ([array, fn], runtime, at) => made(sortedBy(array.items, fn, runtime, at)),
      BY_REF,
    ),
  ),
];

/** Sorts with a callback that answers with a number (its sign counts) or with whether the two are in order. */
function sortedBy(items: readonly RhaiValue[], fn: RhaiFn, runtime: Runtime, at: number): RhaiValue[] {
  return [...items].sort((left, right) => {
    const [first, second] = [copyOf(left), copyOf(right)];
    const answer = compared(first, second, fn, runtime, at);
    if (typeof answer === "boolean") return answer ? -1 : 1;
    if (answer instanceof RhaiFloat) return answer.value;
    return typeof answer === "number"
      ? answer
      : typeof answer === "bigint"
        ? Number(answer)
        : (order(left, right) ?? 0);
  });
}

/** What the callback says of two elements. In Rhai one that fails has said nothing. */
function compared(first: RhaiValue, second: RhaiValue, fn: RhaiFn, runtime: Runtime, at: number): RhaiValue {
  try {
    return runtime.takes(fn, 1)
      ? runtime.callFn(fn, [second], { v: first }, at)
      : runtime.callFn(fn, [first, second], null, at);
  } catch (fault) {
    if (!runtime.options.strict || !(fault instanceof RhaiError && fault.isCatchable)) throw fault;
    return 0;
  }
}

/** Sorts elements of one type; mixed types have no order. */
function sortedPlain(items: readonly RhaiValue[], sign: 1 | -1, name: string, at: number): RhaiValue[] {
  const [first] = items;
  if (first !== undefined && items.some((item) => typeName(item) !== typeName(first))) {
    throw new RhaiError("ErrorMismatchDataType", `Data type incorrect: ${name} expects elements of one type`, at);
  }
  return [...items].sort((left, right) => (order(left, right) ?? 0) * sign);
}

function replaceItems(array: RhaiArray, items: readonly RhaiValue[]): undefined {
  const own = array.own();
  own.length = 0;
  for (const item of items) own.push(item);
}

/** Splits an array by a callback into what it says yes to and the rest. */
function partition(array: RhaiArray, fn: RhaiFn, runtime: Runtime, at: number): { yes: RhaiValue[]; no: RhaiValue[] } {
  const yes: RhaiValue[] = [];
  const no: RhaiValue[] = [];
  array
    .copy()
    .items.forEach((item, index) =>
      (truthOf(callOnItem(runtime, fn, item, index, at).result) ? yes : no).push(copyOf(item)),
    );
  return { yes, no };
}

function dedup(array: RhaiArray, equal: (previous: RhaiValue, item: RhaiValue) => boolean): undefined {
  const kept: RhaiValue[] = [];
  for (const item of array.own()) {
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
    runtime.count(Math.max(0, Number(length) - own.length), at);
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
  ...onPart("splice", "array", false, CHANGES, (array, part, [by], runtime, at) => {
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
  change<[RhaiArray]>("dedup array", ([array]) => dedup(array, same)),
  change<[RhaiArray, RhaiFn]>("dedup array fn", ([array, fn], runtime, at) =>
    dedup(array, (previous, item) => truthOf(runtime.callFn(fn, [copyOf(previous), copyOf(item)], null, at))),
  ),
  change<[RhaiArray]>("sort array", ([array], _runtime, at) =>
    replaceItems(array, sortedPlain(array.items, 1, "sort", at)),
  ),
  change<[RhaiArray]>("sort_desc array", ([array], _runtime, at) =>
    replaceItems(array, sortedPlain(array.items, -1, "sort_desc", at)),
  ),
  ...["sort", "sort_by"].map((name) =>
    change<[RhaiArray, RhaiFn]>(`${name} array fn`, ([array, fn], runtime, at) =>
      replaceItems(array, sortedBy(array.own(), fn, runtime, at)),
    ),
  ),
  change<[RhaiArray, RhaiFn]>("drain array fn", ([array, fn], runtime, at) => {
    const { yes, no } = partition(array, fn, runtime, at);
    replaceItems(array, no);
    return new RhaiArray(yes);
  }),
  ...onPart("drain", "", false, CHANGES, (array, part) => {
    const { start, count } = bounds(part, array.items.length);
    return new RhaiArray(array.own().splice(start, count));
  }),
  change<[RhaiArray, RhaiFn]>("retain array fn", ([array, fn], runtime, at) => {
    const { yes, no } = partition(array, fn, runtime, at);
    replaceItems(array, yes);
    return new RhaiArray(no);
  }),
  ...onPart("retain", "", false, CHANGES, (array, part) => {
    const { start, count } = bounds(part, array.items.length);
    const own = array.own();
    const kept = own.slice(start, start + count);
    const dropped = [...own.slice(0, start), ...own.slice(start + count)];
    replaceItems(array, kept);
    return new RhaiArray(dropped);
  }),
];

export const ARRAYS: readonly Native[] = [...READING, ...CHANGING].map(callsBack);
