/** How natives call back into a script. */
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { copyOf, type RhaiFn, type Cell, type RhaiValue } from "../values.ts";

/** A callback's answer counts as yes only when it is `true`. */
export function truthOf(value: RhaiValue): boolean {
  return value === true;
}

/**
 * Calls back for one element: `|item|`, `|item, index|`, or without the item as a parameter, which is then `this`.
 * The cell holds what became of `this`.
 */
export function callOnItem(
  runtime: Runtime,
  fn: RhaiFn,
  item: RhaiValue,
  index: number,
  at: number,
): { result: RhaiValue; self: Cell | undefined } {
  if (runtime.takes(fn, 1)) return { result: runtime.callFn(fn, [copyOf(item)], null, at), self: undefined };
  if (runtime.takes(fn, 2)) return { result: runtime.callFn(fn, [copyOf(item), index], null, at), self: undefined };
  const self: Cell = { v: item };
  return { result: runtime.callFn(fn, runtime.takes(fn, 0) ? [] : [index], self, at), self };
}
