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
