/** Buckets of traffic while they are filled. */
import { percentilesOf } from "./duration-histogram.ts";
import type { GaugeSample } from "./event-log.ts";
import type { TrafficBucket, TrafficQuery } from "./event-queries.ts";
import { worseSample } from "./gauge-sample.ts";

interface OpenBucket {
  verified: number;
  unsigned: number;
  refused: number;
  duplicates: number;
  unmatched: number;
  runsSucceeded: number;
  runsFailed: number;
  readonly refusedBy: Map<string, number>;
  readonly acknowledgement: Map<number, number>;
  readonly runs: Map<number, number>;
  gauges: GaugeSample | undefined;
}

/** More buckets than these are not made: the period is cut at its beginning. */
const MOST_BUCKETS = 5000;

export class TrafficTable {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly #bucketMs: number;
  readonly #buckets: OpenBucket[];

  constructor({ sinceMs, untilMs, bucketMs }: TrafficQuery) {
    this.#bucketMs = bucketMs;
    this.untilMs = Math.ceil(untilMs / bucketMs) * bucketMs;
    this.sinceMs = Math.max(Math.floor(sinceMs / bucketMs) * bucketMs, this.untilMs - MOST_BUCKETS * bucketMs);
    const count = Math.max(0, Math.round((this.untilMs - this.sinceMs) / bucketMs));
    this.#buckets = Array.from({ length: count }, openBucket);
  }

  /** Adds counts of a series by its name (`verified`, `acknowledgement`, …); unknown ones are none of the traffic's. */
  add(name: string, atMs: number, durationBucket: number, count: number): void {
    const bucket = this.#at(atMs);
    if (bucket === undefined) return;
    switch (name) {
      case "verified":
      case "unsigned":
      case "duplicates":
      case "unmatched":
        bucket[name] += count;
        return;
      case "refused":
        this.addRefused(atMs, "content", count);
        return;
      case "acknowledgement":
        addTo(bucket.acknowledgement, durationBucket, count);
        return;
      case "run-succeeded":
        bucket.runsSucceeded += count;
        addTo(bucket.runs, durationBucket, count);
        return;
      case "run-failed":
        bucket.runsFailed += count;
        addTo(bucket.runs, durationBucket, count);
        return;
      default:
    }
  }

  addRefused(atMs: number, reason: string, count: number): void {
    const bucket = this.#at(atMs);
    if (bucket === undefined) return;
    bucket.refused += count;
    addTo(bucket.refusedBy, reason, count);
  }

  addSample(atMs: number, sample: GaugeSample): void {
    const bucket = this.#at(atMs);
    if (bucket === undefined) return;
    bucket.gauges = bucket.gauges === undefined ? sample : worseSample(bucket.gauges, sample);
  }

  buckets(): readonly TrafficBucket[] {
    return this.#buckets.map(({ refusedBy, acknowledgement, runs, gauges, ...counts }, index) => {
      const times = percentilesOf(acknowledgement);
      const runTimes = percentilesOf(runs);
      return {
        startMs: this.sinceMs + index * this.#bucketMs,
        ...counts,
        refusedBy: Object.fromEntries(refusedBy),
        ...(times !== undefined && { acknowledgement: times }),
        ...(runTimes !== undefined && { runs: runTimes }),
        ...(gauges !== undefined && { gauges }),
      };
    });
  }

  #at(atMs: number): OpenBucket | undefined {
    return this.#buckets[Math.floor((atMs - this.sinceMs) / this.#bucketMs)];
  }
}

function openBucket(): OpenBucket {
  return {
    verified: 0,
    unsigned: 0,
    refused: 0,
    duplicates: 0,
    unmatched: 0,
    runsSucceeded: 0,
    runsFailed: 0,
    refusedBy: new Map(),
    acknowledgement: new Map(),
    runs: new Map(),
    gauges: undefined,
  };
}

function addTo<K>(counts: Map<K, number>, key: K, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
