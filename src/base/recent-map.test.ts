import { expect, test } from "vitest";
import { RecentMap } from "./recent-map.ts";

test("what was not used for longest is forgotten first", () => {
  const map = new RecentMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  expect(map.set("c", 3)).toBe("b");
  expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([1, undefined, 3]);
});

test("setting a key again forgets nothing", () => {
  const map = new RecentMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.set("a", 3)).toBeUndefined();
  expect(map.get("b")).toBe(2);
});

test("what is used all the time is never forgotten, however many others come", () => {
  const map = new RecentMap<string, number>(10);
  map.set("used", 1);
  for (let other = 0; other < 1000; other++) {
    map.set(`other ${other}`, other);
    expect(map.get("used")).toBe(1);
  }
});

test("no more entries are kept than there is room for", () => {
  const map = new RecentMap<number, number>(10);
  const forgotten = Array.from({ length: 100 }, (_, key) => {
    map.get(key - 3);
    return map.set(key, key);
  });
  expect(forgotten.filter((key) => key !== undefined)).toHaveLength(90);
  expect(Array.from({ length: 100 }, (_, key) => map.get(key)).filter((value) => value !== undefined)).toHaveLength(10);
});
