import { expect, test } from "vitest";
import { refusedByReason } from "./sum-reasons.ts";

test("reasons of all buckets are added up, the most frequent first", () => {
  const buckets = [{ refused_by: { stale: 2, __proto__x: 1 } }, { refused_by: { mismatch: 5, stale: 1 } }];
  expect(refusedByReason(buckets)).toEqual([
    { reason: "mismatch", count: 5 },
    { reason: "stale", count: 3 },
    { reason: "__proto__x", count: 1 },
  ]);
});
