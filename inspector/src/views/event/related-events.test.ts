import { expect, test } from "vitest";
import type { RunDetail } from "../../../../src/admin/contract/index.ts";
import { hasReplays, relatedEvents, runsOf } from "./related-events.ts";

const run = (more: Partial<RunDetail>): RunDetail =>
  ({ flow: "orders", replay_of: null, resolved_by: null, ...more }) as RunDetail;

test("an event names what it was copied from, what it is a duplicate of, and what did its work, each once", () => {
  const by = { run_id: "r", event_id: "copy", at: "2026-11-24T12:00:00.000Z" };
  const runs = [run({ replay_of: "first" }), run({ replay_of: "first", resolved_by: by })];
  expect(relatedEvents({ id: "me", duplicate_of: "twin", run_details: runs })).toEqual([
    { id: "first", how: "original" },
    { id: "twin", how: "duplicateOf" },
    { id: "copy", how: "replayedBy" },
  ]);
});

test("a replay of the event itself is nothing else", () => {
  expect(relatedEvents({ id: "me", duplicate_of: null, run_details: [run({ replay_of: "me" })] })).toEqual([]);
});

test("where a flow ran more than once, its first and its newest run are found", () => {
  const runs = [
    run({ id: "b", created_at: "2026-11-24T12:00:02.000Z" }),
    run({ id: "a", created_at: "2026-11-24T12:00:01.000Z" }),
    run({ id: "c", flow: "audit", created_at: "2026-11-24T12:00:03.000Z" }),
  ];
  expect(hasReplays({ id: "me", duplicate_of: null, run_details: runs })).toBe(true);
  expect(runsOf(runs, "first").map(({ id }) => id)).toEqual(["c", "a"]);
  expect(runsOf(runs, "newest").map(({ id }) => id)).toEqual(["c", "b"]);
  expect(hasReplays({ id: "me", duplicate_of: null, run_details: runs.slice(1) })).toBe(false);
});
