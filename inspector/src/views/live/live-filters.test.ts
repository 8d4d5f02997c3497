import { expect, test } from "vitest";
import { boundsOf, filtersOf, wantsEvents, wantsRefusals, withFilter } from "./live-filters.ts";

const NOON = Date.parse("2026-11-24T12:00:00.000Z");
const asked = (query: string) => filtersOf(new URLSearchParams(query));

test("what the address does not mean is left out", () => {
  expect(asked("tenant=acme&type=&x=1&q=a&period=1y&since=yesterday")).toEqual({ tenant: "acme" });
  expect(asked("q=lamp&period=1h&until=2026-11-24T12:00Z")).toEqual({
    q: "lamp",
    period: "1h",
    until: "2026-11-24T12:00Z",
  });
});

test("a period that ends now takes the place of one from and to, and the other way round", () => {
  const { since, until } = { since: "2026-11-20T00:00:00.000Z", until: "2026-11-21T00:00:00.000Z" };
  expect(withFilter({ tenant: "acme", since, until }, "period", "24h")).toEqual({ tenant: "acme", period: "24h" });
  expect(withFilter({ period: "24h" }, "until", until)).toEqual({ until });
  expect(withFilter({ since, until }, "since", "")).toEqual({ until });
  expect(withFilter({ period: "24h", type: "push" }, "period", "")).toEqual({ type: "push" });
});

test("a period is told in times that the API takes", () => {
  expect(boundsOf({ period: "1h" }, NOON)).toEqual({ since: "2026-11-24T11:00:00.000Z", until: undefined });
  expect(boundsOf({ since: "2026-11-24T12:00+01:00" }, NOON).since).toBe("2026-11-24T11:00:00.000Z");
  expect(boundsOf({}, NOON)).toEqual({ since: undefined, until: undefined });
});

test("refused requests are asked for unless a filter knows only events", () => {
  expect(wantsRefusals(asked("tenant=acme&q=lamp&period=1h"))).toBe(true);
  expect(wantsRefusals(asked("verdict=refused"))).toBe(true);
  expect(wantsEvents(asked("verdict=refused"))).toBe(false);
  for (const query of ["status=done", "flow=a", "delivery_id=a", "provider_type=a", "verdict=verified"])
    expect(wantsRefusals(asked(query)), query).toBe(false);
});
