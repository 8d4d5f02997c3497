import { expect, test } from "vitest";
import { systemClock } from "../../base/index.ts";
import { createMemoryLog } from "../../event-log/memory/index.ts";
import { ended, Fixtures } from "../../event-log/event-log-fixtures.contract.ts";
import type { PlannedRun } from "../../event-log/index.ts";
import { BulkJobs } from "../bulk-jobs.ts";
import { DeadLetterReplays } from "./dead-letter-replays.ts";

test("a dead letter of two jobs is replayed once, and again only after its replay has failed", async () => {
  await using log = createMemoryLog();
  const make = new Fixtures();
  const dead = make.draft();
  const { id } = dead.envelope;
  await log.append(dead);
  await log.record([ended(dead.runs[0]!, "failed")]);
  const replays: PlannedRun[] = [];
  const replay = async (): Promise<readonly PlannedRun[]> => {
    const run = make.run(dead.envelope, { replayOf: id });
    replays.push(run);
    await log.record([{ type: "run_queued", run }]);
    return [run];
  };
  const letters = new DeadLetterReplays();
  using jobs = new BulkJobs({ clock: systemClock, newId: () => make.id(), tally: () => ({}) });
  /** What became of it in each of so many jobs. */
  const inJobs = async (count: number): Promise<readonly string[]> => {
    const started = Array.from({ length: count }, () =>
      jobs.start([id], 1000, async () => void (await letters.replay(id, undefined, { queries: log.queries, replay }))),
    );
    await expect.poll(() => started.every(({ status }) => status === "done")).toBe(true);
    return started.map(({ failures }) => failures[0]?.message ?? "replayed");
  };

  expect(await inJobs(2)).toEqual(["replayed", "Another job replays it."]);
  expect(await inJobs(1)).toEqual(["A replay of it is under way."]);
  await log.record([ended(replays[0]!, "failed")]);
  expect(await inJobs(1)).toEqual(["replayed"]);
  await log.record([ended(replays[1]!)]);
  expect(await inJobs(1)).toEqual(["A replay has done its work meanwhile."]);
  expect(replays).toHaveLength(2);
});
