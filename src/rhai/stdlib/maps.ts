/** Object maps. Keys stand in the order of their code points, whichever way they came in. */
import { native, type Native, type NativeOptions } from "../natives.ts";
import type { RuntimeCalls as Runtime } from "../runtime-calls.ts";
import { copyOf, RhaiArray, RhaiMap } from "../containers.ts";
import { type RhaiFn, type RhaiValue } from "../values.ts";
import { callsBack, truthOf } from "./callbacks.ts";

const CHANGES: NativeOptions = { effect: "changes" };

/** Calls back with the key and the value as the callback wants them: `|key, value|`, or `|key|` with the value as `this`. */
function perEntry(runtime: Runtime, fn: RhaiFn, key: string, value: RhaiValue, at: number): RhaiValue {
  return runtime.takes(fn, 2)
    ? runtime.callFn(fn, [key, copyOf(value)], null, at)
    : runtime.callFn(fn, [key], { v: copyOf(value) }, at);
}

function picked(
  map: RhaiMap,
  fn: RhaiFn,
  runtime: Runtime,
  at: number,
): { yes: Map<string, RhaiValue>; no: Map<string, RhaiValue> } {
  const yes = new Map<string, RhaiValue>();
  const no = new Map<string, RhaiValue>();
  for (const key of map.sortedKeys()) {
    const value = map.entries.get(key)!;
    (truthOf(perEntry(runtime, fn, key, value, at)) ? yes : no).set(key, copyOf(value));
  }
  return { yes, no };
}

function replaceAll(map: RhaiMap, entries: ReadonlyMap<string, RhaiValue>): void {
  const own = map.own();
  own.clear();
  for (const [key, value] of entries) own.set(key, value);
}

const FUNCTIONS: readonly Native[] = [
  native<[RhaiMap]>("len map", ([map]) => map.entries.size),
  native<[RhaiMap]>("is_empty map", ([map]) => map.entries.size === 0),
  native<[RhaiMap, string]>("contains map string", ([map, key]) => map.entries.has(key)),
  native<[RhaiMap, string]>("get map string", ([map, key]) => copyOf(map.entries.get(key) ?? null)),
  native<[RhaiMap, string, RhaiValue]>(
    "set map string any",
    ([map, key, value], runtime, at) => {
      map.own().set(key, value);
      runtime.grew(map, value, at);
    },
    CHANGES,
  ),
  native<[RhaiMap]>("clear map", ([map]) => replaceAll(map, new Map()) ?? null, CHANGES),
  native<[RhaiMap, string]>(
    "remove map string",
    ([map, key]) => {
      const own = map.own();
      const value = own.get(key) ?? null;
      own.delete(key);
      return value;
    },
    CHANGES,
  ),
  native<[RhaiMap, RhaiMap]>(
    "mixin map map",
    ([map, other], runtime, at) => {
      for (const [key, value] of other.entries) map.own().set(key, copyOf(value));
      runtime.grew(map, other, at);
    },
    CHANGES,
  ),
  native<[RhaiMap, RhaiMap]>(
    "fill_with map map",
    ([map, other], runtime, at) => {
      for (const [key, value] of other.entries) if (!map.entries.has(key)) map.own().set(key, copyOf(value));
      runtime.grew(map, other, at);
    },
    CHANGES,
  ),
  native<[RhaiMap, RhaiMap]>("== map map", ([map, other], runtime, at) => runtime.same(map, other, at)),
  native<[RhaiMap]>("keys map", ([map]) => new RhaiArray(map.sortedKeys())),
  native<[RhaiMap]>(
    "values map",
    ([map]) => new RhaiArray(map.sortedKeys().map((key) => copyOf(map.entries.get(key)!))),
  ),
  native<[RhaiMap, RhaiFn]>("map map fn", ([map, fn], runtime, at) => {
    const entries = map
      .sortedKeys()
      .map((key) => [key, perEntry(runtime, fn, key, map.entries.get(key)!, at)] as const);
    return new RhaiMap(new Map(entries));
  }),
  native<[RhaiMap, RhaiFn]>("filter map fn", ([map, fn], runtime, at) => new RhaiMap(picked(map, fn, runtime, at).yes)),
  native<[RhaiMap, RhaiFn]>(
    "drain map fn",
    ([map, fn], runtime, at) => {
      const { yes, no } = picked(map, fn, runtime, at);
      replaceAll(map, no);
      return new RhaiMap(yes);
    },
    CHANGES,
  ),
  native<[RhaiMap, RhaiFn]>(
    "retain map fn",
    ([map, fn], runtime, at) => {
      const { yes, no } = picked(map, fn, runtime, at);
      replaceAll(map, yes);
      return new RhaiMap(no);
    },
    CHANGES,
  ),
];

export const MAPS: readonly Native[] = FUNCTIONS.map(callsBack);
