import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventSummary, Refusal } from "../../../../src/admin/contract/index.ts";
import { eventRow, matches, mergeRows, refusalRow, type FeedRow } from "./feed.ts";
import { filtersOf } from "./live-filters.ts";

const NOON = Date.parse("2026-11-24T12:00:00.000Z");

const event = (id: string, more: Partial<EventSummary> = {}): FeedRow =>
  eventRow({
    id,
    sequence: 1,
    tenant: "acme",
    event_type: "push",
    provider_type: "push",
    delivery_id: `d-${id}`,
    received_at: "2026-11-24T12:00:00.000Z",
    method: "POST",
    status: "done",
    resolved_by: null,
    verdict: "verified",
    duplicate_of: null,
    body_bytes: 2,
    answer: { status: 202, by: "ack", duration_ms: null },
    runs: [{ id: "r1", flow: "welcome", status: "succeeded" }],
    test: false,
    accepted_from: null,
    ...more,
  });

const refusal = refusalRow({
  id: "x",
  tenant: "acme",
  event_type: "push",
  received_at: "2026-11-24T12:00:01.000Z",
} as Refusal);

test("the newest row is first, and a row that changed is there once, in its new form", () => {
  const merged = mergeRows([event("b"), event("a")], [refusal, event("a", { status: "failed" })]);
  expect(merged.map(({ id }) => id)).toEqual(["x", "b", "a"]);
  expect(merged[2]).toMatchObject({ event: { status: "failed" } });
});

test("merging in any order, in any portions, gives the same rows", () => {
  const rows = fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 59 }))
      .map(([id, second]) =>
        event(`${id}-${second}`, { received_at: new Date(Date.UTC(2026, 10, 24, 12, 0, second)).toISOString() }),
      ),
  );
  fc.assert(
    fc.property(rows, rows, (some, others) => {
      const once = mergeRows([], [...some, ...others]);
      expect(mergeRows(mergeRows([], others), some)).toEqual(once);
    }),
  );
});

test("filters of the address choose among what the stream brings", () => {
  const matched = (query: string, row: FeedRow) => matches(filtersOf(new URLSearchParams(query)), row, NOON + 1_000);
  expect(matched("tenant=acme&flow=welcome", event("a"))).toBe(true);
  expect(matched("flow=other", event("a"))).toBe(false);
  expect(matched("verdict=refused", event("a"))).toBe(false);
  expect(matched("verdict=refused", refusal)).toBe(true);
  expect(matched("status=done", refusal)).toBe(false);
});

test("what arrived outside of the period is not let through", () => {
  const at = (time: string) => event("a", { received_at: time });
  const matched = (query: string, row: FeedRow) => matches(filtersOf(new URLSearchParams(query)), row, NOON);
  expect(matched("period=15m", at("2026-11-24T11:50:00.000Z"))).toBe(true);
  expect(matched("period=15m", at("2026-11-24T11:40:00.000Z"))).toBe(false);
  expect(matched("until=2026-11-24T11:45Z", at("2026-11-24T11:50:00.000Z"))).toBe(false);
});

test("what was accepted later stands where it was stored, and has the period of its receipt", () => {
  const accepted_from = { refusal_id: "x", accepted_at: "2026-11-24T12:00:02.000Z" };
  const late = event("late", { received_at: "2026-11-24T11:40:00.000Z", accepted_from });
  expect(mergeRows([event("a")], [late, refusal]).map(({ id }) => id)).toEqual(["late", "x", "a"]);
  const matched = (query: string) => matches(filtersOf(new URLSearchParams(query)), late, NOON);
  expect([matched("period=15m"), matched("period=1h")]).toEqual([false, true]);
});
