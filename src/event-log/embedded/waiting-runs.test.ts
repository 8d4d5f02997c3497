/** Runs that wait, more of them than are kept in memory: each is handed out when it is due, whatever happens beside. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { idsOfRuns } from "../log-under-test.contract.ts";
import { Fixtures, START_MS, waiting } from "../event-log-fixtures.contract.ts";
import type { EventLog, PlannedRun } from "../event-log.ts";
import { openEmbeddedLog } from "./index.ts";
import { fileSize, segmentPath } from "./segment-files.ts";
import { openSqlite } from "./sqlite.ts";
import { testFolder } from "./test-folder.contract.ts";

const LEASE_MS = 1e12;

async function claimAt(log: EventLog, nowMs: number, limit = 10): Promise<string[]> {
  return idsOfRuns(await log.claim({ limit, nowMs, leaseMs: LEASE_MS, workerId: "w" }));
}

/** Runs that somebody has claimed. */
async function claimedRuns(log: EventLog, count: number): Promise<readonly PlannedRun[]> {
  const drafts = Array.from(
    { length: count },
    (
      (make) => () =>
        make.draft()
    )(new Fixtures()),
  );
  for (const draft of drafts) await log.append(draft);
  expect(await claimAt(log, START_MS)).toHaveLength(count);
  return drafts.map((draft) => draft.runs[0]!);
}

test("a run that was due before the clock was set back is handed out when it is due again", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path });
  const [first, second] = await claimedRuns(log, 2);
  const dueMs = START_MS + 5000;
  await log.record([waiting(first!, dueMs), waiting(second!, dueMs)]);
  expect(await claimAt(log, dueMs, 1)).toEqual([first!.id]);
  expect(await claimAt(log, dueMs - 1000)).toEqual([]);
  expect(await claimAt(log, dueMs)).toEqual([second!.id]);
});

test("the log calls when a run is due that there was no room for, also if another was due before", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path, waitingRuns: 1 });
  const [first, second] = await claimedRuns(log, 2);
  const nowMs = Date.now();
  await log.record([waiting(first!, nowMs + 100), waiting(second!, nowMs + 400)]);
  const claimed: string[] = [];
  const all = new Promise<void>((resolve, reject) => {
    log.onWork(() => {
      claimAt(log, Date.now()).then((ids) => (claimed.push(...ids) === 2 ? resolve() : undefined), reject);
    });
  });
  await all;
  expect(claimed).toEqual([first!.id, second!.id]);
});

test("a run that comes to wait while those are read that are due is not forgotten", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path, waitingRuns: 1 });
  const [far, due, late] = await claimedRuns(log, 3);
  const index = openSqlite(join(folder.path, "projection.sqlite"));
  await log.record([waiting(far!, START_MS + 1e9)]);
  await log.counts();
  index.exec("BEGIN IMMEDIATE");
  await log.record([waiting(due!, START_MS + 1000)]);
  // Once this lets the index be written, it is as far as here, and no farther.
  const end = fileSize(segmentPath(folder.path, 0));
  index.exec(`CREATE TRIGGER here BEFORE INSERT ON meta WHEN NEW.value > ${end} BEGIN SELECT RAISE(ABORT, 'no'); END`);
  const claiming = claimAt(log, START_MS + 1000);
  // Until the index's thread has read what there is, and waits with it.
  await delay(300);
  await log.record([waiting(late!, START_MS + 2000)]);
  index.exec("COMMIT");
  await claiming;
  index.exec("DROP TRIGGER here");
  index.close();
  expect((await claimAt(log, START_MS + 2000)).toSorted()).toEqual([due!.id, late!.id]);
});
