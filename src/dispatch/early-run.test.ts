import { expect, test } from "vitest";
import type { NewFact } from "../event-log/index.ts";
import { EarlyRun } from "./early-run.ts";

const started: NewFact = { type: "run_started", runId: "r", attempt: 1, atMs: 0 };
const ended: NewFact = { type: "run_ended", runId: "r", status: "succeeded", atMs: 1 };

function early(hasRoom = true): { run: EarlyRun; recorded: (readonly NewFact[])[]; told: string[] } {
  const recorded: (readonly NewFact[])[] = [];
  const told: string[] = [];
  const run = new EarlyRun({
    begin: () => hasRoom,
    stored: () => void told.push("stored"),
    rejected: () => void told.push("rejected"),
    record: async (facts) => void recorded.push(facts),
  });
  return { run, recorded, told };
}

test("what the run reports first is for the event's own write; more goes behind it, once that is stored", async () => {
  const { run, recorded, told } = early();
  const facts = run.begin();
  const first = run.record([started]);
  const second = run.record([ended]);
  expect(await facts).toEqual([started]);
  expect(recorded).toEqual([]);
  run.stored();
  await Promise.all([first, second]);
  expect(recorded).toEqual([[ended]]);
  expect(told).toEqual(["stored"]);
});

test("a run that takes its time does not hold its event: that is written without it", async () => {
  const { run, recorded } = early();
  expect(await run.begin()).toEqual([]);
  const late = run.record([started]);
  expect(recorded).toEqual([]);
  run.stored();
  await late;
  expect(recorded).toEqual([[started]]);
});

test("what is large goes behind the event, which is stored also where that is refused", async () => {
  const { run, recorded } = early();
  const facts = run.begin();
  const large: NewFact = { type: "written_steps", runId: "r", steps: ["x".repeat(2_000_000)] };
  const first = run.record([large]);
  expect(await facts).toEqual([]);
  expect(recorded).toEqual([]);
  run.stored();
  await first;
  expect(recorded).toEqual([[large]]);
});

test("where the event is not stored, nothing of the run is recorded, and who would have is told why", async () => {
  const { run, recorded, told } = early();
  const facts = run.begin();
  const [first, second] = [run.record([started]), run.record([ended])];
  await facts;
  run.rejected(new Error("the disk is full"));
  await expect(first).rejects.toThrow("the disk is full");
  await expect(second).rejects.toThrow("the disk is full");
  await expect(run.record([ended])).rejects.toThrow("the disk is full");
  expect(recorded).toEqual([]);
  expect(told).toEqual(["rejected"]);
});

test("without room it does not begin, and its event waits for nothing", () => {
  expect(early(false).run.begin()).toBeUndefined();
});
