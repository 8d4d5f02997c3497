/** Retention closes the last segment while requests come in: nothing that was acknowledged gets lost in between. */
import { closeSync, openSync } from "node:fs";
import { expect, test } from "vitest";
import { openNodeJournalFile } from "./journal-file.ts";
import { Journal } from "./journal.ts";
import { RECORD_FACTS } from "./record-format.ts";
import { inspectJournal, repairJournal } from "./recover-journal.ts";
import { SegmentScan } from "./scan-segment.ts";
import { HEADER_BYTES } from "./segment-header.ts";
import { fileSize, findSegments } from "./segment-files.ts";
import { testFolder } from "./test-folder.contract.ts";

const WRITES = 300;
const ROLL_EVERY = 10;

test("a segment is not closed under a write that follows at the heels of the last one", async () => {
  using folder = testFolder();
  const journal = await openJournal(folder.path);
  const acknowledged: string[] = [];
  const rolls: Promise<void>[] = [];
  for (let number = 0; number < WRITES; number++) {
    // As a gateway does it: whoever waits for a record writes the next one, in the very turn in which it was stored.
    if (number % ROLL_EVERY === 5) rolls.push(journal.roll());
    await write(journal, `{"n":${number}}`);
    acknowledged.push(`{"n":${number}}`);
  }
  await Promise.all(rolls);
  await journal.close();
  expect(recordsIn(folder.path)).toEqual(acknowledged);
  expect(findSegments(folder.path).segments).toHaveLength(WRITES / ROLL_EVERY + 1);
});

async function openJournal(folder: string): Promise<Journal> {
  const found = await repairJournal(folder, inspectJournal(folder), openNodeJournalFile, 0);
  const file = await openNodeJournalFile(found.segments[0]!.path, false);
  const nothing = (): void => undefined;
  return new Journal(
    {
      folder,
      salt: found.salt,
      segmentBytes: 1_000_000,
      openFile: openNodeJournalFile,
      nowMs: () => 0,
      onStored: nothing,
      onSegment: nothing,
      onUnavailable: nothing,
      onRecovered: nothing,
    },
    file,
    0,
    found.end,
  );
}

function write(journal: Journal, meta: string): Promise<void> {
  return new Promise((resolve, rejected) =>
    journal.write(RECORD_FACTS, meta, Buffer.alloc(0), { stored: () => resolve(), rejected }),
  );
}

/** What the next start finds. */
function recordsIn(folder: string): readonly string[] {
  const { segments } = findSegments(folder);
  return segments.flatMap(({ path, base, salt }, index) => {
    const to = segments[index + 1]?.base ?? base + fileSize(path);
    const fd = openSync(path, "r");
    const scan = new SegmentScan({ fd, salt, base, from: base + HEADER_BYTES, to });
    const found: string[] = [];
    for (let record = scan.next(); record !== undefined; record = scan.next()) found.push(record.meta.toString());
    closeSync(fd);
    return found;
  });
}
