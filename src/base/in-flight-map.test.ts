import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InFlightMap } from "./in-flight-map.ts";

const key = fc.integer({ min: 0, max: 300 }).map((number) => `key ${number}`);
const step = fc.oneof(
  fc.record({ action: fc.constant("set" as const), key, value: fc.nat() }),
  fc.record({ action: fc.constantFrom("delete" as const, "get" as const, "clear" as const), key }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Does one thing to a map, and says what came of it. */
function take(map: InFlightMap<number> | Map<string, number>, step: Step): unknown {
  if (step.action === "set") map.set(step.key, step.value);
  else if (step.action === "delete") return map.delete(step.key);
  else if (step.action === "clear" && map.size > 200) map.clear();
  return [map.get(step.key), map.has(step.key), map.size];
}

test("it answers as a Map does, whatever is done to both", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1000, size: "max" }), (steps) => {
      const map = new InFlightMap<number>();
      const model = new Map<string, number>();
      for (const each of steps) {
        expect(take(map, each)).toEqual(take(model, each));
        expect(map.oldest).toBe(model.values().next().value);
      }
      expect(map.keys()).toEqual([...model.keys()]);
      expect(map.values()).toEqual([...model.values()]);
    }),
  );
});

test("what is listed stays listed while the map changes", () => {
  const map = new InFlightMap<number>();
  for (let number = 0; number < 200; number++) map.set(`${number}`, number);
  const seen: number[] = [];
  for (const value of map.values()) {
    seen.push(value);
    map.delete(`${value}`);
    map.delete(`${value + 1}`);
  }
  expect(seen).toHaveLength(200);
  expect(map.size).toBe(0);
});

test("what was deleted is taken by the quick collections, and does not grow old", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: { type: "minor" | "major" }) => void;
  const map = new InFlightMap<object>();
  const comeAndGo = (from: number): void => {
    for (let number = from; number < from + 500; number++) {
      map.set(
        `${number}`,
        Array.from({ length: 100 }, () => ({ number })),
      );
      map.delete(`${number - 100}`);
    }
    collect({ type: "minor" });
  };
  comeAndGo(0);
  comeAndGo(500);
  collect({ type: "major" });
  const before = oldBytes();
  for (let from = 1000; from < 11_000; from += 500) comeAndGo(from);
  // With a Map it is all that came and went: some 50 MB.
  expect(oldBytes() - before).toBeLessThan(5_000_000);
});

function oldBytes(): number {
  const old = getHeapSpaceStatistics().find(({ space_name: name }) => name === "old_space");
  return old!.space_used_size;
}
