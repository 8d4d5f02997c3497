import fc from "fast-check";
import { expect, test } from "vitest";
import { SeqMerge, type SeqStream } from "./seq-merge.ts";

function streamOf(values: readonly number[]): SeqStream {
  const sorted = values.toSorted((a, b) => b - a);
  return (before, limit) => sorted.filter((value) => value < before).slice(0, limit);
}

test("all streams come out as one, greatest first, whatever the steps", () => {
  const distinct = fc.uniqueArray(fc.nat({ max: 10_000 }), { maxLength: 300 });
  fc.assert(
    fc.property(distinct, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 50 }), (values, parts, count) => {
      const streams = Array.from({ length: parts }, (_, part) =>
        streamOf(values.filter((value) => value % parts === part)),
      );
      const merge = new SeqMerge(streams, 9000);
      const merged: number[] = [];
      for (let step = merge.next(count); step.length > 0; step = merge.next(count)) merged.push(...step);
      expect(merged).toEqual(values.filter((value) => value < 9000).sort((a, b) => b - a));
    }),
  );
});
