/**
 * Durations counted in buckets of growing width, eight to a doubling: a percentile read from them is off by at most
 * 4.5 %. Bucket `b` holds what took more than `BASE * 2^((b-1)/8)` and at most `BASE * 2^(b/8)` milliseconds. The numbers
 * of buckets are this program's own affair; what is stored in the journal names the upper end in milliseconds.
 */
import type { Percentiles } from "./event-queries.ts";

const BASE_MS = 0.05;
const PER_DOUBLING = 8;
/** Longer than an hour counts as an hour. */
const LAST_BUCKET = 209;

/** How often a duration of at most so many milliseconds (and more than the entry before) was seen. */
export type HistogramEntry = readonly [mostMs: number, count: number];

/** The bucket of a duration, milliseconds. */
export function durationBucket(durationMs: number): number {
  if (!(durationMs > BASE_MS)) return 0;
  // A hair below: a bucket's own upper end must fall into it, whatever the rounding.
  return Math.min(LAST_BUCKET, Math.max(0, Math.ceil(Math.log2(durationMs / BASE_MS) * PER_DOUBLING - 1e-4)));
}

/** The longest duration of a bucket, milliseconds. */
export function bucketEndMs(bucket: number): number {
  return BASE_MS * 2 ** (bucket / PER_DOUBLING);
}

/** Percentiles of counts per bucket; undefined when nothing was counted. */
export function percentilesOf(counts: ReadonlyMap<number, number>): Percentiles | undefined {
  const buckets = [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  const count = buckets.reduce((sum, [, each]) => sum + each, 0);
  if (count === 0) return undefined;
  const at = (share: number): number => {
    let seen = 0;
    for (const [bucket, each] of buckets) {
      seen += each;
      if (seen >= share * count) return round(bucketEndMs(bucket - 0.5));
    }
    return 0;
  };
  return { count, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

/** Counts durations between two reports. */
export class DurationHistogram {
  readonly #counts = new Map<number, number>();

  add(durationMs: number): void {
    const bucket = durationBucket(durationMs);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
  }

  /** What was counted since the last call, shortest first. */
  take(): readonly HistogramEntry[] {
    const entries = [...this.#counts].sort(([a], [b]) => a - b);
    this.#counts.clear();
    return entries.map(([bucket, count]) => [round(bucketEndMs(bucket)), count]);
  }
}

function round(ms: number): number {
  return Number(ms.toPrecision(6));
}
