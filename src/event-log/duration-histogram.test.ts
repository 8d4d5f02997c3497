import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketEndMs, durationBucket, DurationHistogram, percentilesOf } from "./duration-histogram.ts";

test("a duration lies within its bucket, whose end is at most 9.1 % above its start", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.06, max: 3_000_000, noNaN: true }), (ms) => {
      const bucket = durationBucket(ms);
      // The hair by which the code rounds down is 1e-4 of a bucket: 9 millionths.
      expect(ms).toBeLessThanOrEqual(bucketEndMs(bucket) * 1.00001);
      expect(ms).toBeGreaterThanOrEqual(bucketEndMs(bucket - 1) * 0.999999);
    }),
  );
});

test("what was stored by its upper end falls into the same bucket again", () => {
  for (let bucket = 0; bucket < 209; bucket++) {
    expect(durationBucket(Number(bucketEndMs(bucket).toPrecision(6)))).toBe(bucket);
  }
});

test("nonsense and extremes have a bucket, too", () => {
  expect([NaN, -1, 0, 0.01].map(durationBucket)).toEqual([0, 0, 0, 0]);
  expect([1e12, Infinity].map(durationBucket)).toEqual([209, 209]);
});

test("percentiles are within 4.5 % of the true ones", () => {
  const counts = new Map<number, number>();
  for (let ms = 1; ms <= 1000; ms++) counts.set(durationBucket(ms), (counts.get(durationBucket(ms)) ?? 0) + 1);
  const found = percentilesOf(counts)!;
  expect(found.count).toBe(1000);
  for (const [is, should] of [
    [found.p50Ms, 500],
    [found.p95Ms, 950],
    [found.p99Ms, 990],
  ] as const) {
    expect(Math.abs(is / should - 1)).toBeLessThan(0.045);
  }
  expect(percentilesOf(new Map())).toBeUndefined();
});

test("a histogram reports what came since the last report", () => {
  const histogram = new DurationHistogram();
  for (const ms of [1, 1, 100]) histogram.add(ms);
  expect(histogram.take().map(([, count]) => count)).toEqual([2, 1]);
  expect(histogram.take()).toEqual([]);
});
