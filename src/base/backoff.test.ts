import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

const policy = { initialMs: 1000, maxMs: 60_000, factor: 2 };

test("the wait doubles with each try, up to the cap", () => {
  const full = () => 1;
  expect([1, 2, 3, 4].map((attempt) => backoffMs(policy, attempt, full))).toEqual([1000, 2000, 4000, 8000]);
  expect(backoffMs(policy, 40, full)).toBe(60_000);
});

test("jitter takes off at most half", () => {
  expect(backoffMs(policy, 1, () => 0)).toBe(500);
  expect(backoffMs(policy, 1, () => 0.5)).toBe(750);
});
