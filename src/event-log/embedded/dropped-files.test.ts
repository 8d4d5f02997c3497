import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { ended, Fixtures, START_MS } from "../event-log-fixtures.contract.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

/** Files of a folder that this process has open although they were removed. */
function openAndGone(folder: string): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) && path.endsWith("(deleted)") ? [path] : [];
    } catch {
      // Closed meanwhile.
      return [];
    }
  });
}

test.runIf(existsSync("/proc/self/fd"))(
  "a segment that was dropped is open nowhere: its room is the disk's",
  async () => {
    using folder = testFolder();
    const log = await openEmbeddedLog({ folder: folder.path });
    const draft = new Fixtures().draft();
    await log.append(draft);
    await log.record([ended(draft.runs[0]!)]);
    // Read on the main thread, and searched on that of the queries.
    expect(await log.getEvent(draft.envelope.id)).toBeDefined();
    expect((await log.queries.listEvents({ limit: 1, text: '"n":' })).items).toHaveLength(1);
    expect(await log.dropBefore(START_MS + 5000)).toBe(1);
    await expect.poll(() => openAndGone(folder.path)).toEqual([]);
    await log[Symbol.asyncDispose]();
  },
);
