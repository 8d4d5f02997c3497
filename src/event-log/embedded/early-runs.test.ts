/** Runs that begin before their event is stored: what they have done is one write with it, or is not there. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answer, answered, ended, Fixtures, START_MS, started, step, waiting } from "../event-log-fixtures.contract.ts";
import type { EventDraft, EventLog, NewFact } from "../event-log.ts";
import { openEmbeddedLog } from "./index.ts";
import { openNodeJournalFile, type OpenJournalFile } from "./journal-file.ts";
import { testFolder } from "./test-folder.contract.ts";

const CLAIM = { limit: 10, nowMs: START_MS + 1000, leaseMs: 60_000, workerId: "w" };

interface Early {
  readonly draft: EventDraft;
  /** What the log said of it, in order. */
  readonly told: string[];
}

/** An event whose run has done this by the time that it is written. */
function early(draft: EventDraft, facts: readonly NewFact[]): Early {
  const told: string[] = [];
  return {
    draft: {
      ...draft,
      early: {
        begin: async () => (told.push("begin"), facts),
        stored: () => void told.push("stored"),
        rejected: () => void told.push("rejected"),
      },
    },
    told,
  };
}

/** A run that did one step and answered. */
function finished({ envelope, runs: [run] }: EventDraft): readonly NewFact[] {
  return [started(run!), step(run!), answered(envelope.id, "flow", "one"), ended(run!)];
}

/** Counts the writes of journal files; once told to, they fail. */
function countingDisk(): { open: OpenJournalFile; writes: number; fails: boolean } {
  const disk = {
    writes: 0,
    fails: false,
    open: (async (path, create) => {
      const file = await openNodeJournalFile(path, create);
      if (disk.fails) throw new Error("EIO");
      const write: typeof file.write = (buffers, offset) => {
        disk.writes += 1;
        return disk.fails ? Promise.reject(new Error("EIO")) : file.write(buffers, offset);
      };
      return { write, truncate: (bytes) => file.truncate(bytes), close: () => file.close() };
    }) as OpenJournalFile,
  };
  return disk;
}

async function expectFinished(log: EventLog, { envelope }: EventDraft): Promise<void> {
  const detail = (await log.getEvent(envelope.id))!;
  expect(detail.summary.status).toBe("done");
  expect(detail.answer).toEqual(answer("flow", "one"));
  expect(detail.runs).toMatchObject([{ status: "succeeded", steps: [{ ordinal: 0 }] }]);
  expect(await log.claim(CLAIM)).toEqual([]);
}

async function expectToDo(log: EventLog): Promise<void> {
  expect(await log.claim(CLAIM)).toMatchObject([{ attempts: 0, steps: [] }]);
}

test("the event and a run that is over are one write, also after the log was opened again; nobody can claim the run", async () => {
  using folder = testFolder();
  const disk = countingDisk();
  const draft = new Fixtures().draft(1);
  const { draft: asked, told } = early(draft, finished(draft));
  {
    await using log = await openEmbeddedLog({ folder: folder.path, openFile: disk.open });
    const before = disk.writes;
    expect(await log.append(asked)).toEqual({ kind: "stored", eventId: draft.envelope.id });
    expect(disk.writes - before).toBe(1);
    expect(told).toEqual(["begin", "stored"]);
    await expectFinished(log, draft);
  }
  await using log = await openEmbeddedLog({ folder: folder.path });
  await expectFinished(log, draft);
});

test("a run that has only begun belongs to who began it; after a restart it is in line, with what it has done", async () => {
  using folder = testFolder();
  const draft = new Fixtures().draft(1);
  const [run] = draft.runs;
  {
    await using log = await openEmbeddedLog({ folder: folder.path });
    await log.append(early(draft, [started(run!), step(run!)]).draft);
    expect(await log.claim({ ...CLAIM, nowMs: START_MS + 1e9 })).toEqual([]);
  }
  await using log = await openEmbeddedLog({ folder: folder.path });
  expect(await log.claim(CLAIM)).toMatchObject([{ run: { id: run!.id }, steps: [{ ordinal: 0 }] }]);
});

test("one that waits for its next try is anybody's once its time has come", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path });
  const draft = new Fixtures().draft(1);
  const [run] = draft.runs;
  await log.append(early(draft, [started(run!), waiting(run!, START_MS + 5000)]).draft);
  expect(await log.claim(CLAIM)).toEqual([]);
  expect(await log.claim({ ...CLAIM, nowMs: START_MS + 5000 })).toMatchObject([{ run: { id: run!.id }, attempts: 1 }]);
});

test("where the log is known to be unable to write, nothing begins", async () => {
  using folder = testFolder();
  const disk = countingDisk();
  await using log = await openEmbeddedLog({ folder: folder.path, openFile: disk.open });
  const make = new Fixtures();
  disk.fails = true;
  await expect(log.append(make.draft(1))).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
  const draft = make.draft(1);
  const { draft: asked, told } = early(draft, finished(draft));
  await expect(log.append(asked)).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
  expect(told).toEqual([]);
});

test("on a disk that fails neither is stored, and the run's side is told", async () => {
  using folder = testFolder();
  const disk = countingDisk();
  await using log = await openEmbeddedLog({ folder: folder.path, openFile: disk.open });
  const draft = new Fixtures().draft(1);
  disk.fails = true;
  const { draft: asked, told } = early(draft, finished(draft));
  await expect(log.append(asked)).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
  expect(told).toEqual(["begin", "rejected"]);
  expect(await log.getEvent(draft.envelope.id)).toBeUndefined();
});

test("a duplicate begins nothing, and one that comes meanwhile gets what the run answered", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path });
  const make = new Fixtures();
  const [first, again] = [make.keyed("key"), make.keyed("key")].map((envelope) => ({
    envelope,
    runs: [make.run(envelope)],
  }));
  const second = early(again!, []);
  const [, duplicate] = await Promise.all([
    log.append(early(first!, finished(first!)).draft),
    log.append(second.draft),
  ]);
  expect(duplicate).toMatchObject({
    kind: "duplicate",
    duplicateOf: first!.envelope.id,
    answer: answer("flow", "one"),
  });
  expect(second.told).toEqual([]);
});

test("wherever a power cut tears the write, the event is whole with its run's work, has its run to do, or is not there", async () => {
  using folder = testFolder();
  const draft = new Fixtures().draft(1);
  {
    await using log = await openEmbeddedLog({ folder: folder.path });
    await log.append(early(draft, finished(draft)).draft);
  }
  const name = readdirSync(folder.path).find((file) => file.endsWith(".journal"))!;
  const whole = readFileSync(join(folder.path, name));
  const seen = new Set<string>();
  for (let bytes = whole.length; bytes > 64; bytes -= 37) {
    using cut = testFolder();
    writeFileSync(join(cut.path, name), whole.subarray(0, bytes));
    await using log = await openEmbeddedLog({ folder: cut.path });
    const status = (await log.getEvent(draft.envelope.id))?.summary.status ?? "absent";
    seen.add(status);
    if (status === "done") await expectFinished(log, draft);
    if (status === "received") await expectToDo(log);
  }
  expect(seen).toEqual(new Set(["done", "received", "absent"]));
});
