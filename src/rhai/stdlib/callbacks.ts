/** How natives call back into a script. */
import { RhaiError } from "../errors.ts";
import type { Native } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { copyOf } from "../containers.ts";
import { T, type RhaiFn, type Cell, type RhaiValue } from "../values.ts";

/** A function that calls back: an error of the callback is one in a function call, even where that is a native one. */
export function callsBack(native: Native): Native {
  if (!native.types.includes(T.fn)) return native;
  return {
    ...native,
    call(runtime, args, at) {
      const depth = runtime.level;
      try {
        return native.call(runtime, args, at);
      } catch (fault) {
        throw fault instanceof RhaiError ? fault.through(native.name, depth) : fault;
      }
    },
  };
}

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
  const self: Cell = { v: copyOf(item) };
  return { result: runtime.callFn(fn, runtime.takes(fn, 0) ? [] : [index], self, at), self };
}
