import { expect, test } from "vitest";
import { systemClock } from "../base/index.ts";
import { BulkJobs } from "./bulk-jobs.ts";

test("after a stall a job keeps its rate, instead of doing all at once what it could not do meanwhile", async () => {
  let stalledMs = 0;
  const clock = { now: () => systemClock.now(), monotonic: () => systemClock.monotonic() + stalledMs };
  using jobs = new BulkJobs({ clock, newId: () => "job-1", tally: () => ({ atMs: [] as number[] }) });
  const ids = Array.from({ length: 40 }, (_, index) => String(index));
  await new Promise<void>((resolve) => {
    jobs.start(ids, 100, async (id, { atMs }) => {
      atMs.push(clock.monotonic());
      // The machine slept, or the log could not be read.
      if (id === "0") stalledMs = 3_600_000;
      if (id === "39") resolve();
    });
  });
  const { atMs } = jobs.show("job-1")!.tally;
  expect(atMs.at(-1)! - atMs[1]!).toBeGreaterThan(200);
});
