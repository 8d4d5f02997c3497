import { expect, test } from "vitest";
import { createIdSource } from "./ids.ts";

const clockAt = (times: number[]) => ({
  now: () => (times.length > 1 ? times.shift()! : times[0]!),
  monotonic: () => 0,
});

test("an id is a UUID of version 7 and variant 10", () => {
  const newId = createIdSource(clockAt([1_700_000_000_123]));
  expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("the first 48 bits are the milliseconds", () => {
  const newId = createIdSource(clockAt([1_700_000_000_123]));
  expect(Number.parseInt(newId().replaceAll("-", "").slice(0, 12), 16)).toBe(1_700_000_000_123);
});

test("ids of one millisecond sort in the order in which they were made", () => {
  const newId = createIdSource(clockAt([1_700_000_000_123]));
  const ids = Array.from({ length: 50_000 }, newId);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a clock that goes back does not make ids go back", () => {
  const newId = createIdSource(clockAt([2000, 1000, 1000, 3000]));
  const ids = [newId(), newId(), newId(), newId()];
  expect([...ids].sort()).toEqual(ids);
});
