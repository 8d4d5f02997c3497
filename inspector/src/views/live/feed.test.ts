import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventSummary, Refusal } from "../../../../src/admin/contract/index.ts";
import { eventRow, filtersOf, matches, mergeRows, refusalRow, type FeedRow } from "./feed.ts";

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
    verdict: "verified",
    duplicate_of: null,
    body_bytes: 2,
    answer: { status: 202, by: "ack", duration_ms: null },
    runs: [{ id: "r1", flow: "welcome", status: "succeeded" }],
    test: false,
    ...more,
  });

const refusal = refusalRow({
  id: "x",
  tenant: "acme",
  event_type: "push",
  received_at: "2026-11-24T12:00:01.000Z",
} as Refusal);

test("the newest row is first, and a row that changed is there once, in its new form", () => {
  const merged = mergeRows([event("a"), event("b")], [refusal, event("a", { status: "failed" })]);
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
  const asked = (query: string) => filtersOf(new URLSearchParams(query));
  expect(asked("tenant=acme&type=&x=1")).toEqual({ tenant: "acme" });
  expect(matches(asked("tenant=acme&flow=welcome"), event("a"))).toBe(true);
  expect(matches(asked("flow=other"), event("a"))).toBe(false);
  expect(matches(asked("verdict=refused"), event("a"))).toBe(false);
  expect(matches(asked("verdict=refused"), refusal)).toBe(true);
  expect(matches(asked("status=done"), refusal)).toBe(false);
});
