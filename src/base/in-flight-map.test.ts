import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InFlightMap } from "./in-flight-map.ts";

const key = fc.integer({ min: 0, max: 300 }).map((number) => `key ${number}`);
const step = fc.oneof(
  fc.record({ do: fc.constant("set" as const), key, value: fc.nat() }),
  fc.record({ do: fc.constant("delete" as const), key }),
  fc.record({ do: fc.constant("get" as const), key }),
  fc.record({ do: fc.constant("clear" as const), key }),
);

test("it answers as a Map does, whatever is done to both", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1000, size: "max" }), (steps) => {
      const map = new InFlightMap<number>();
      const model = new Map<string, number>();
      for (const each of steps) {
        if (each.do === "set") {
          map.set(each.key, each.value);
          model.set(each.key, each.value);
        } else if (each.do === "delete") expect(map.delete(each.key)).toBe(model.delete(each.key));
        else if (each.do === "clear" && model.size > 200) {
          map.clear();
          model.clear();
        }
        expect(map.get(each.key)).toBe(model.get(each.key));
        expect(map.has(each.key)).toBe(model.has(each.key));
        expect(map.size).toBe(model.size);
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
      map.set(`${number}`, Array.from({ length: 100 }, () => ({ number })));
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
