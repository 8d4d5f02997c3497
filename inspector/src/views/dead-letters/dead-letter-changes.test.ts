import { expect, test } from "vitest";
import type { RunSummary, StreamMessage } from "../../../../src/admin/contract/index.ts";
import { filtersOf, newDeadLetter, updatedDeadLetter } from "./dead-letter-changes.ts";

const failed = {
  id: "run-1",
  event_id: "event-1",
  flow: "orders",
  status: "failed",
  replay_of: null,
  resolved_by: null,
  created_at: "2026-11-24T12:00:00.000Z",
  ended_at: "2026-11-24T12:00:01.000Z",
} as RunSummary;
const change = (run: Partial<RunSummary>): StreamMessage => ({
  type: "run",
  sequence: 1,
  run: { ...failed, id: "run-2", ...run },
});
const by = { run_id: "run-2", event_id: "event-1", at: "2026-11-24T12:00:01.000Z" };

test("a replay that succeeds has done what the failed run should have", () => {
  const replay = { replay_of: "event-1", status: "succeeded" } as const;
  expect(updatedDeadLetter(failed, change(replay)).resolved_by).toEqual(by);
  const copy = { ...replay, event_id: "event-2" };
  expect(updatedDeadLetter(failed, change(copy)).resolved_by).toEqual({ ...by, event_id: "event-2" });
});

test("a replay that fails, of another flow or another event changes nothing", () => {
  for (const run of [
    { replay_of: "event-1", status: "failed" },
    { replay_of: "event-1", status: "succeeded", flow: "issues" },
    { replay_of: "event-2", status: "succeeded" },
    { status: "succeeded" },
  ] as const)
    expect(updatedDeadLetter(failed, change(run))).toBe(failed);
});

test("a run that fails is listed where the view asks for it", () => {
  const asked = (query: string) => filtersOf(new URLSearchParams(query));
  expect(newDeadLetter(change({}), asked(""))?.id).toBe("run-2");
  expect(newDeadLetter(change({}), asked("flow=issues"))).toBeUndefined();
  expect(newDeadLetter(change({}), asked("show=done"))).toBeUndefined();
  expect(newDeadLetter(change({ resolved_by: by }), asked("show=all"))?.id).toBe("run-2");
  expect(newDeadLetter(change({ status: "waiting" }), asked(""))).toBeUndefined();
});
