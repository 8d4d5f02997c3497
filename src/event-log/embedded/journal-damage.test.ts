/** The journal cut at every byte and with every bit of its last records flipped: all other records survive. */
import {
  appendFileSync,
  closeSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ended, Fixtures, started, step } from "../event-log-fixtures.contract.ts";
import type { EventDraft } from "../event-log.ts";
import { openEmbeddedLog, type LogNotice } from "./index.ts";
import { openNodeJournalFile } from "./journal-file.ts";
import { inspectJournal, repairJournal, type RecoveredJournal } from "./recover-journal.ts";
import { MARK_BYTES, PREFIX_BYTES, RECORD_EVENT } from "./record-format.ts";
import { SegmentScan } from "./scan-segment.ts";
import { HEADER_BYTES } from "./segment-header.ts";
import { fileSize, findSegments, segmentPath } from "./segment-files.ts";
import { openSqlite } from "./sqlite.ts";
import { testFolder, testFolderInMemory, type TestFolder } from "./test-folder.contract.ts";

/** A record as far as the tests need it. */
interface Kept {
  readonly from: number;
  readonly to: number;
  readonly meta: string;
}

describe("a damaged journal", () => {
  let whole: TestFolder;
  let trial: TestFolder;
  let name: string;
  let bytes: Buffer;
  let records: readonly Kept[];
  let drafts: readonly EventDraft[];

  beforeAll(async () => {
    whole = testFolder();
    trial = testFolderInMemory();
    const make = new Fixtures();
    const log = await openEmbeddedLog({ folder: whole.path });
    drafts = [make.draft(), make.draft(2), make.draft(0), make.draft()];
    for (const draft of drafts) await log.append(draft);
    const run = drafts[0]!.runs[0]!;
    await log.record([started(run), step(run), ended(run)]);
    await log.append(make.draft(0, { rawBody: Buffer.from('{"last":"gj"}') }));
    await log[Symbol.asyncDispose]();
    [name] = readdirSync(whole.path).filter((file) => file.endsWith(".journal")) as [string];
    bytes = readFileSync(join(whole.path, name));
    records = readAll(whole.path);
  });

  afterAll(() => {
    whole[Symbol.dispose]();
    trial[Symbol.dispose]();
  });

  /** Opens a journal of these bytes for writing, as far as the journal goes, and reads it again. */
  async function recover(journal: Buffer): Promise<{ found: RecoveredJournal; kept: readonly Kept[] }> {
    for (const file of readdirSync(trial.path)) rmSync(join(trial.path, file));
    writeFileSync(join(trial.path, name), journal);
    const found = inspectJournal(trial.path);
    await repairJournal(trial.path, found, openNodeJournalFile, 0);
    return { found, kept: readAll(trial.path) };
  }

  test("cut at any byte, it keeps every whole record and reports what it dropped", async () => {
    expect(records.length).toBe(6);
    for (let length = 0; length < bytes.length; length++) {
      const { found, kept } = await recover(bytes.subarray(0, length));
      const survivors = records.filter((record) => record.to <= length);
      expect(kept, `cut at ${length}`).toEqual(survivors);
      const clean = length >= HEADER_BYTES ? length === (survivors.at(-1)?.to ?? HEADER_BYTES) : length >= 36;
      expect(found.damage.length, `cut at ${length}`).toBe(clean ? 0 : 1);
    }
  });

  test("with any bit of its last records flipped, it keeps all others and reports the place", () => {
    for (const file of readdirSync(trial.path)) rmSync(join(trial.path, file));
    for (let offset = records.at(-3)!.from; offset < bytes.length; offset++) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Buffer.from(bytes);
        damaged[offset]! ^= 1 << bit;
        writeFileSync(join(trial.path, name), damaged);
        const found = inspectJournal(trial.path);
        const kept = readAll(trial.path);
        const hit = records.find((record) => record.from <= offset && offset < record.to)!;
        expect(kept, `bit ${bit} of byte ${offset}`).toEqual(records.filter((record) => record !== hit));
        expect(found.damage).toMatchObject([{ from: hit.from, bytes: hit.to - hit.from }]);
        expect(found.damage[0]!.kind).toBe(hit === records.at(-1) ? "torn-tail" : "skipped");
      }
    }
  });

  test("with any bit of its header flipped, nothing is lost: the header stands twice", async () => {
    for (let bit = 0; bit < HEADER_BYTES * 8; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const { found, kept } = await recover(damaged);
      expect([kept, found.damage]).toEqual([records, []]);
    }
  });

  test("zeros behind the last record are unwritten space, not damage", async () => {
    const { found, kept } = await recover(Buffer.concat([bytes, Buffer.alloc(5000)]));
    expect([kept, found.damage, found.end]).toEqual([records, [], bytes.length]);
  });

  test("the log opens on it, holds what is whole, takes new events, and finds them after the next start", async () => {
    const cuts = [records[2]!.to, records[3]!.from + 20, records[5]!.to - 1].map((length) => bytes.subarray(0, length));
    const flips = [records[1]!, records[4]!].map(({ from }) => {
      const damaged = Buffer.from(bytes);
      damaged[from + 30]! ^= 1;
      return damaged;
    });
    for (const journal of [...cuts, ...flips]) {
      using folder = testFolder();
      cpSync(whole.path, folder.path, { recursive: true });
      writeFileSync(join(folder.path, name), journal);
      const notices: LogNotice[] = [];
      const first = await openEmbeddedLog({ folder: folder.path, onNotice: (notice) => notices.push(notice) });
      const kept = drafts.filter((draft) => isWithin(journal, draft));
      for (const draft of drafts) {
        expect((await first.getEvent(draft.envelope.id)) !== undefined).toBe(kept.includes(draft));
      }
      const fresh = new Fixtures().draft(1, { id: "fresh" });
      await first.append(fresh);
      await first[Symbol.asyncDispose]();
      expect(notices.every((notice) => notice.kind === "damage")).toBe(true);
      const again = await openEmbeddedLog({ folder: folder.path, onNotice: (notice) => notices.push(notice) });
      expect((await again.getEnvelope("fresh"))?.rawBody).toEqual(fresh.envelope.rawBody);
      const listed = (await again.listEvents({ limit: 100 })).events.map((event) => event.id);
      for (const draft of kept) expect(listed).toContain(draft.envelope.id);
      await again[Symbol.asyncDispose]();
    }
  });

  function isWithin(journal: Buffer, draft: EventDraft): boolean {
    const record = records.find(({ meta }) => meta.includes(`"envelope":{"id":"${draft.envelope.id}"`))!;
    const piece = journal.subarray(record.from, record.to);
    return piece.equals(bytes.subarray(record.from, record.to));
  }
});

describe("a damaged record whose body is full of what looks like records of megabytes", () => {
  const BODY_BYTES = 2 * 1024 * 1024;

  /** Its event, and whole ones before and behind it; where it begins and ends. */
  async function hostileJournal(folder: string): Promise<{ path: string; from: number; to: number }> {
    const looksLikeRecord = Buffer.alloc(PREFIX_BYTES);
    MARK_BYTES.copy(looksLikeRecord);
    looksLikeRecord[2] = RECORD_EVENT;
    looksLikeRecord.writeUInt32LE(BODY_BYTES / 2, 4);
    const make = new Fixtures();
    const log = await openEmbeddedLog({ folder });
    const drafts = [
      make.draft(0),
      make.draft(0, { rawBody: Buffer.alloc(BODY_BYTES, looksLikeRecord) }),
      make.draft(0),
    ];
    for (const draft of drafts) await log.append(draft);
    await log[Symbol.asyncDispose]();
    const { path } = findSegments(folder).segments[0]!;
    const [first, hostile] = readAll(folder);
    return { path, from: first!.to, to: hostile!.to };
  }

  test.each(["torn", "flipped"])(
    "%s, it is passed over in seconds, and what is whole behind it is kept",
    async (how) => {
      using folder = testFolder();
      const { path, from, to } = await hostileJournal(folder.path);
      if (how === "torn") truncateSync(path, to - 1);
      else {
        const bytes = readFileSync(path);
        bytes[from + 30]! ^= 1;
        writeFileSync(path, bytes);
      }
      const startedAt = performance.now();
      const { damage } = inspectJournal(folder.path);
      // Summed up one by one it takes minutes, and hours with a body of the greatest size.
      expect(performance.now() - startedAt).toBeLessThan(20_000);
      const kind = how === "torn" ? "torn-tail" : "skipped";
      expect(damage).toEqual([{ path, from, bytes: how === "torn" ? to - 1 - from : to - from, kind }]);
      expect(readAll(folder.path)).toHaveLength(how === "torn" ? 1 : 2);
    },
  );
});

describe("what a damaged journal means for its index", () => {
  /** Three segments of one event each; the index is marked, to see whether it is built again. */
  async function threeSegments(folder: string): Promise<{ paths: readonly string[]; ids: readonly string[] }> {
    const make = new Fixtures();
    const log = await openEmbeddedLog({ folder, segmentBytes: HEADER_BYTES + 1 });
    const drafts = [make.draft(0), make.draft(0), make.draft(0)];
    for (const draft of drafts) await log.append(draft);
    await log[Symbol.asyncDispose]();
    inIndex(folder, (db) => db.exec("INSERT INTO meta VALUES ('marked', 1)"));
    const paths = findSegments(folder).segments.map(({ path }) => path);
    expect(paths).toHaveLength(3);
    return { paths, ids: drafts.map(({ envelope }) => envelope.id) };
  }

  function inIndex<T>(folder: string, work: (db: ReturnType<typeof openSqlite>) => T): T {
    const db = openSqlite(join(folder, "projection.sqlite"));
    try {
      return work(db);
    } finally {
      db.close();
    }
  }

  /** Opens it, appends one event, and says what was told, what is listed and whether the index is the one of before. */
  async function reopen(folder: string): Promise<{ damage: unknown[]; listed: readonly string[]; isKept: boolean }> {
    const damage: unknown[] = [];
    const onNotice = (notice: LogNotice): void => void damage.push("damage" in notice ? notice.damage : notice);
    const log = await openEmbeddedLog({ folder, onNotice });
    await log.append(new Fixtures().draft(0, { id: "fresh" }));
    const listed = (await log.listEvents({ limit: 100 })).events.map((event) => event.id);
    await log[Symbol.asyncDispose]();
    const isKept = inIndex(folder, (db) => db.prepare("SELECT 1 FROM meta WHERE name = 'marked'").get() !== undefined);
    return { damage, listed, isKept };
  }

  test("a torn tail of which it knows nothing leaves it as it is", async () => {
    using folder = testFolder();
    const { paths, ids } = await threeSegments(folder.path);
    const from = 2 * fileSize(paths[0]!) + fileSize(paths[2]!);
    appendFileSync(paths[2]!, "half a record");
    expect(await reopen(folder.path)).toEqual({
      damage: [{ kind: "torn-tail", path: paths[2], from, bytes: 13 }],
      listed: ["fresh", ...ids.toReversed()],
      isKept: true,
    });
  });

  test("a record that it has seen and that is gone has it built again", async () => {
    using folder = testFolder();
    const { paths, ids } = await threeSegments(folder.path);
    truncateSync(paths[2]!, fileSize(paths[2]!) - 1);
    const { listed, isKept } = await reopen(folder.path);
    expect({ listed, isKept }).toEqual({ listed: ["fresh", ids[1], ids[0]], isKept: false });
  });

  test.each([0, 20, HEADER_BYTES])("a segment that was never begun (%i bytes) is no damage", async (size) => {
    using folder = testFolder();
    const { paths, ids } = await threeSegments(folder.path);
    const end = paths.reduce((sum, path) => sum + fileSize(path), 0);
    const unbegun = segmentPath(folder.path, end);
    writeFileSync(unbegun, Buffer.alloc(size));
    expect(await reopen(folder.path)).toEqual({ damage: [], listed: ["fresh", ...ids.toReversed()], isKept: true });
    expect([existsSync(unbegun), existsSync(`${unbegun}.damaged`)]).toEqual([false, false]);
  });

  test("a segment that is missing is told, and what was in it is listed", async () => {
    using folder = testFolder();
    const { paths, ids } = await threeSegments(folder.path);
    const [from, bytes] = [fileSize(paths[0]!), fileSize(paths[1]!)];
    rmSync(paths[1]!);
    const told = { kind: "missing", path: paths[0], from, bytes };
    expect(await reopen(folder.path)).toEqual({
      damage: [told],
      listed: ["fresh", ...ids.toReversed()],
      isKept: true,
    });
    expect((await reopen(folder.path)).damage).toEqual([told]);
  });

  test("a segment whose header cannot be read is set aside, and the index forgets what was in it", async () => {
    using folder = testFolder();
    const { paths, ids } = await threeSegments(folder.path);
    const [from, bytes] = [fileSize(paths[0]!), fileSize(paths[1]!)];
    writeFileSync(paths[1]!, Buffer.alloc(bytes, "x"));
    expect(await reopen(folder.path)).toEqual({
      damage: [{ kind: "unreadable-segment", path: paths[1], from, bytes }],
      listed: ["fresh", ids[2], ids[0]],
      isKept: false,
    });
  });
});

describe("the segment header", () => {
  test("a journal of a newer format is refused with a clear message", async () => {
    using folder = testFolder();
    await (await openEmbeddedLog({ folder: folder.path }))[Symbol.asyncDispose]();
    const path = findSegments(folder.path).segments[0]!.path;
    const { encodeHeader, FORMAT } = await import("./segment-header.ts");
    const bytes = readFileSync(path);
    encodeHeader({ salt: 1, base: 0, createdAtMs: 0 }, FORMAT + 1).copy(bytes);
    writeFileSync(path, bytes);
    await expect(openEmbeddedLog({ folder: folder.path })).rejects.toMatchObject({
      code: "GTC_LOG_FORMAT",
      message: `${path} was written in format ${FORMAT + 1}, but this gtc reads up to ${FORMAT}.`,
    });
    // It was left as it is, and the folder is free again.
    expect(readFileSync(path)).toEqual(bytes);
  });
});

function readAll(folder: string): readonly Kept[] {
  const { segments } = findSegments(folder);
  return segments.flatMap((segment, index) => {
    const to = segments[index + 1]?.base ?? segment.base + fileSize(segment.path);
    const fd = openSync(segment.path, "r");
    const scan = new SegmentScan({ fd, salt: segment.salt, base: segment.base, from: segment.base + HEADER_BYTES, to });
    const kept: Kept[] = [];
    for (let record = scan.next(); record !== undefined; record = scan.next()) {
      kept.push({ from: record.position, to: scan.end, meta: record.meta.toString() });
    }
    closeSync(fd);
    return kept;
  });
}
