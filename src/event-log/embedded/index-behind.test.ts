/** An index that cannot be written for a while, or cannot be read once: no run is lost to those who claim. */
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../base/index.ts";
import { Fixtures, START_MS, waiting } from "../event-log-fixtures.contract.ts";
import type { EventLog } from "../event-log.ts";
import { idsOfRuns } from "../log-under-test.contract.ts";
import { WorkSignal } from "../work-signal.ts";
import { Claims, type ClaimsOptions } from "./claims.ts";
import { openEmbeddedLog } from "./index.ts";
import type { EmbeddedLogOptions } from "./options.ts";
import { RunQueue } from "./run-queue.ts";
import { openSqlite } from "./sqlite.ts";
import { testFolder, type TestFolder } from "./test-folder.contract.ts";

let folder: TestFolder;
let make: Fixtures;
beforeEach(() => {
  folder = testFolder();
  make = new Fixtures();
});
afterEach(() => folder[Symbol.dispose]());

const open = (limits: Partial<EmbeddedLogOptions> = {}): Promise<EventLog> =>
  openEmbeddedLog({ folder: folder.path, ...limits });

const claimAt = async (log: EventLog, nowMs: number): Promise<readonly string[]> =>
  idsOfRuns(await log.claim({ limit: 100, nowMs, leaseMs: 1e9, workerId: "w" }));

/** From now on no change of a run gets into the index; what comes behind it waits as well. */
function stall(): void {
  changeIndex("CREATE TRIGGER stall BEFORE UPDATE ON run BEGIN SELECT RAISE(ABORT, 'no room'); END");
}

function goOn(): void {
  changeIndex("DROP TRIGGER stall");
}

function changeIndex(sql: string): void {
  const db = openSqlite(join(folder.path, "projection.sqlite"));
  db.exec(sql);
  db.close();
}

test("a waiting run that is neither in memory nor in the index yet is handed out when it is due", async () => {
  await using log = await open({ waitingRuns: 1 });
  const runs = [make.draft(), make.draft(), make.draft()];
  for (const draft of runs) await log.append(draft);
  const [first, second, third] = await claimAt(log, START_MS + 10);
  const wait = async (id: string, dueAtMs: number): Promise<void> => {
    await log.record([waiting({ ...runs[0]!.runs[0]!, id }, dueAtMs)]);
  };
  await wait(first!, START_MS + 100);
  await wait(second!, START_MS + 200);
  await log.listEvents({ limit: 1 });
  stall();
  await wait(third!, START_MS + 300);
  // Those that are due are read in the index and cannot be completed now.
  expect(await claimAt(log, START_MS + 250)).toEqual([]);
  goOn();
  await log.listEvents({ limit: 1 });
  expect(await claimAt(log, START_MS + 5000)).toEqual([first, second, third]);
});

test("runs that were taken while others behind them could not be read stay in line", async () => {
  const signal = new WorkSignal(systemClock);
  const queue = new RunQueue({ hotRuns: 10, hotBytes: 10, waitingRuns: 10 }, signal, true);
  const page = ["a", "b"].map((id, seq) => ({ id, seq, waitsUntilMs: undefined }));
  queue.addPage(page, undefined);
  const read = (): Promise<never> => Promise.reject(new Error("too many open files"));
  const claims = new Claims({ queue, projection: { read }, end: () => 9 } as unknown as ClaimsOptions);
  const request = { limit: 10, nowMs: START_MS, leaseMs: 1e9, workerId: "w" };
  await expect(claims.claim(request)).rejects.toThrow("too many open files");
  expect(queue.take(request).map(({ id }) => id)).toEqual(["a", "b"]);
  signal.close();
});
