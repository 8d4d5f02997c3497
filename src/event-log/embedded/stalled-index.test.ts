/** An index that cannot be written for a while: the runs and the keys that it lacks are there once it can be. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { idsOfRuns } from "../log-under-test.contract.ts";
import { Fixtures, START_MS } from "../event-log-fixtures.contract.ts";
import type { EventLog } from "../event-log.ts";
import { openEmbeddedLog } from "./index.ts";
import { openSqlite } from "./sqlite.ts";
import { testFolder } from "./test-folder.contract.ts";

const CLAIM = { limit: 10, nowMs: START_MS + 1000, leaseMs: 1e12, workerId: "w" };

/** From here on the index takes nothing; returns what ends that. */
function stall(folder: string): () => void {
  const index = openSqlite(join(folder, "projection.sqlite"));
  index.exec("CREATE TRIGGER full BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'no room'); END");
  return () => {
    index.exec("DROP TRIGGER full");
    index.close();
  };
}

/** Claims whenever the log calls, and only then, until so many runs came. */
function claimOnCall(log: EventLog, count: number): Promise<readonly string[]> {
  const claimed: string[] = [];
  return new Promise((resolve, reject) => {
    const claim = async (): Promise<void> => {
      claimed.push(...idsOfRuns(await log.claim({ ...CLAIM, nowMs: Date.now() })));
      if (claimed.length < count) return;
      release();
      resolve(claimed);
    };
    const release = log.onWork(() => void claim().catch(reject));
  });
}

test("a log that is opened meanwhile hands out the runs that its index lacks, and knows redeliveries", async () => {
  using folder = testFolder();
  const path = join(folder.path, "projection.sqlite");
  const make = new Fixtures();
  await (await openEmbeddedLog({ folder: folder.path }))[Symbol.asyncDispose]();
  copyFileSync(path, `${path}.before`);
  const envelope = make.keyed("key");
  const run = make.run(envelope);
  {
    await using log = await openEmbeddedLog({ folder: folder.path });
    await log.append({ envelope, runs: [run] });
  }
  // As a process leaves it that is killed before its index was written.
  copyFileSync(`${path}.before`, path);
  const goOn = stall(folder.path);
  await using log = await openEmbeddedLog({ folder: folder.path, dedupeWindowMs: 1e12 });
  const redelivery = { envelope: make.keyed("key"), runs: [] };
  await expect(log.append(redelivery)).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
  expect(await log.append(make.draft(0))).toMatchObject({ kind: "stored" });
  expect(await log.claim(CLAIM)).toEqual([]);

  const claimed = claimOnCall(log, 1);
  goOn();
  expect(await claimed).toEqual([run.id]);
  expect(await log.append(redelivery)).toMatchObject({ kind: "duplicate", duplicateOf: envelope.id });
});

test("runs beyond the memory for them are handed out as soon as it can be written again, without another event", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path, hotRuns: 1 });
  const make = new Fixtures();
  const drafts = Array.from({ length: 5 }, () => make.draft());
  const goOn = stall(folder.path);
  for (const draft of drafts) await log.append(draft);
  const [first, ...others] = drafts.map((draft) => draft.runs[0]!.id);
  expect(idsOfRuns(await log.claim(CLAIM))).toEqual([first]);
  const claimed = claimOnCall(log, others.length);
  expect(idsOfRuns(await log.claim(CLAIM))).toEqual([]);
  goOn();
  expect(await claimed).toEqual(others);
});

test("runs in memory are handed out where there is no index any more", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path, hotRuns: 2 });
  const make = new Fixtures();
  const drafts = Array.from({ length: 4 }, () => make.draft());
  for (const draft of drafts) await log.append(draft);
  await log.counts();
  // Each time it is built again, up to a limit.
  for (let rebuilds = 0; rebuilds < 4; rebuilds++) {
    const broken = openSqlite(join(folder.path, "projection.sqlite"));
    broken.exec("DROP TABLE run");
    broken.close();
    await log.getEvent(drafts[0]!.envelope.id).catch(() => undefined);
  }
  expect(idsOfRuns(await log.claim(CLAIM))).toEqual(drafts.slice(0, 2).map((draft) => draft.runs[0]!.id));
  await expect(log.claim(CLAIM)).rejects.toThrow("no such table");
});
