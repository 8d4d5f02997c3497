/** A place of the journal that the disk cannot read keeps the runs of its events waiting, and nobody else's. */
import { mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { idsOfRuns } from "../log-under-test.contract.ts";
import { Fixtures, START_MS } from "../event-log-fixtures.contract.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

const CLAIM = { limit: 10, nowMs: START_MS + 1000, leaseMs: 60_000, workerId: "w" };

test("runs behind one that cannot be read are handed out, and it is when it can be read again", async () => {
  using folder = testFolder();
  const make = new Fixtures();
  const drafts = [make.draft(), make.draft(), make.draft()];
  const [stuck, ...others] = drafts.map((draft) => draft.runs[0]!.id);
  const options = { folder: folder.path, segmentBytes: 1 };
  let log = await openEmbeddedLog(options);
  for (const draft of drafts.slice(0, 2)) await log.append(draft);
  await log[Symbol.asyncDispose]();

  // Opened again, the runs are read from the journal; the last one is in memory.
  log = await openEmbeddedLog(options);
  // The first one was closed before anything was written.
  const [, second] = readdirSync(folder.path).filter((name) => name.endsWith(".journal"));
  const path = join(folder.path, second!);
  renameSync(path, `${path}.away`);
  // A folder opens like a file, and every read of it fails.
  mkdirSync(path);
  await log.append(drafts[2]!);
  expect(idsOfRuns(await log.claim(CLAIM))).toEqual(others);
  await expect(log.claim(CLAIM)).rejects.toMatchObject({ code: "EISDIR" });

  rmdirSync(path);
  renameSync(`${path}.away`, path);
  await log[Symbol.asyncDispose]();
  log = await openEmbeddedLog(options);
  expect(idsOfRuns(await log.claim(CLAIM))).toContain(stuck);
  await log[Symbol.asyncDispose]();
});
