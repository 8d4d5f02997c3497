/** Sorting arrays: in their own order, or by what a callback says of two elements. */
import { order } from "../arithmetic.ts";
import { RhaiError } from "../errors.ts";
import { native, type Native, type NativeOptions } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { copyOf, replaceItems, RhaiArray } from "../containers.ts";
import { RhaiFloat, typeName, type RhaiFn, type RhaiValue } from "../values.ts";

const CHANGES: NativeOptions = { effect: "changes" };
const BY_REF: NativeOptions = { effect: "by-ref" };

/** Sorts with a callback that answers with a number (its sign counts) or with whether the two are in order. */
function sortedBy(items: readonly RhaiValue[], fn: RhaiFn, runtime: Runtime, at: number): RhaiValue[] {
  return [...items].sort((left, right) => {
    const answer = compared(copyOf(left), copyOf(right), fn, runtime, at);
    if (typeof answer === "boolean") return answer ? -1 : 1;
    if (typeof answer === "number" || typeof answer === "bigint") return Number(answer);
    // In Rhai any other answer, a float included, says nothing of the order.
    return answer instanceof RhaiFloat && !runtime.options.strict ? answer.value : 0;
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

/** Comparisons that are worth an operation. */
const COMPARISONS_PER_OPERATION = 2;

/**
 * Sorts elements of one type that has an order; there is no function to sort anything else. Only the deadline can end a sort
 * that has begun, so how many comparisons it will make at most is counted before.
 */
function sortedPlain(items: readonly RhaiValue[], sign: 1 | -1, runtime: Runtime, at: number): RhaiValue[] {
  runtime.count(Math.ceil((items.length * Math.log2(items.length + 1)) / COMPARISONS_PER_OPERATION), at);
  const [first, second] = items;
  if (first === undefined || second === undefined) return [...items];
  if (items.some((item) => typeName(item) !== typeName(first))) throw unsortable("different types", at);
  if (order(first, first) === undefined) throw unsortable(typeName(first), at);
  return [...items].sort((left, right) => {
    runtime.comparesTexts(left, right, at);
    return (order(left, right) ?? 0) * sign;
  });
}

function unsortable(what: string, at: number): RhaiError {
  return new RhaiError("ErrorFunctionNotFound", `Function not found: elements of ${what} cannot be sorted`, at);
}

const DIRECTIONS = [
  ["", 1],
  ["_desc", -1],
] as const;

function sorted(items: readonly RhaiValue[]): RhaiArray {
  return new RhaiArray(items.map(copyOf));
}

export const SORTING: readonly Native[] = [
  ...DIRECTIONS.flatMap(([suffix, sign]) => [
    native<[RhaiArray]>(
      `order${suffix} array`,
      ([array], runtime, at) => sorted(sortedPlain(array.items, sign, runtime, at)),
      BY_REF,
    ),
    native<[RhaiArray]>(
      `sort${suffix} array`,
      ([array], runtime, at) => replaceItems(array, sortedPlain(array.own(), sign, runtime, at)),
      CHANGES,
    ),
  ]),
  ...["", "_by"].flatMap((suffix) => [
    native<[RhaiArray, RhaiFn]>(
      `order${suffix} array fn`,
      ([array, fn], runtime, at) => sorted(sortedBy(array.items, fn, runtime, at)),
      BY_REF,
    ),
    native<[RhaiArray, RhaiFn]>(
      `sort${suffix} array fn`,
      ([array, fn], runtime, at) => replaceItems(array, sortedBy(array.own(), fn, runtime, at)),
      CHANGES,
    ),
  ]),
];
