import { expect, test } from "vitest";
import { filtersOf, fits, queryOf } from "./refused-filters.ts";

const refusal = {
  reason: "signature_mismatch",
  tenant: "demo",
  event_type: "github",
  received_at: "2026-11-24T12:00:00.000Z",
  accepted_as: null,
};

test("a link carries the filters; what is none is left out", () => {
  const link = "reason=stale&q=x&tenant=&since=yesterday&until=2026-11-24T12:00:00Z&accepted=perhaps";
  expect(filtersOf(new URLSearchParams(link))).toEqual({ reason: "stale", until: "2026-11-24T12:00:00Z" });
  expect(filtersOf(new URLSearchParams("q=xy&accepted=false"))).toEqual({ q: "xy", accepted: "false" });
});

test("the API is asked with times in UTC", () => {
  expect(queryOf({ since: "2026-11-24T13:00:00+01:00", tenant: "demo" })).toEqual({
    since: "2026-11-24T12:00:00.000Z",
    tenant: "demo",
  });
});

test.each([
  ["", true],
  ["tenant=demo&type=github", true],
  ["reason=stale", false],
  ["q=needle", false],
  ["accepted=false", true],
  ["accepted=true", false],
  ["since=2026-11-24T12:00:00Z", true],
  ["since=2026-11-24T12:00:01Z", false],
  ["until=2026-11-24T12:00:00Z", false],
  ["until=2026-11-24T13:00:01%2B01:00", true],
])("a new refusal belongs to the list of %s: %s", (link, isListed) => {
  expect(fits(refusal, filtersOf(new URLSearchParams(link)))).toBe(isListed);
});
