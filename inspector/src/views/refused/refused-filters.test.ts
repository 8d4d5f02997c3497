import { expect, test } from "vitest";
import { filtersOf, fits } from "./refused-filters.ts";

const refusal = { reason: "signature_mismatch", tenant: "demo", event_type: "github" };

test("a link carries the filters; a search of one letter is none", () => {
  expect(filtersOf(new URLSearchParams("reason=stale&q=x&tenant="))).toEqual({
    reason: "stale",
    tenant: undefined,
    type: undefined,
    q: undefined,
  });
});

test("a new refusal belongs to the list when all filters fit", () => {
  expect(fits(refusal, filtersOf(new URLSearchParams()))).toBe(true);
  expect(fits(refusal, filtersOf(new URLSearchParams("tenant=demo&type=github")))).toBe(true);
  expect(fits(refusal, filtersOf(new URLSearchParams("reason=stale")))).toBe(false);
  expect(fits(refusal, filtersOf(new URLSearchParams("q=needle")))).toBe(false);
});
