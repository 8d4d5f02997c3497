/** Disks that fail: what was acknowledged stays, what was rejected never shows up, and the log goes on by itself. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Fixtures } from "../event-log-fixtures.contract.ts";
import type { EventLog } from "../event-log.ts";
import { openEmbeddedLog, type LogNotice } from "./index.ts";
import { openNodeJournalFile, type JournalFile, type OpenJournalFile } from "./journal-file.ts";
import { testFolder } from "./test-folder.contract.ts";

const BODY = { rawBody: Buffer.alloc(8192, "x") };

/** Collects notices and lets a test wait for one. */
class Notices {
  readonly kinds: LogNotice["kind"][] = [];
  #waiting: { kind: LogNotice["kind"]; resolve: () => void }[] = [];

  readonly take = (notice: LogNotice): void => {
    this.kinds.push(notice.kind);
    for (const each of this.#waiting.filter((waiter) => waiter.kind === notice.kind)) each.resolve();
    this.#waiting = this.#waiting.filter((waiter) => waiter.kind !== notice.kind);
  };

  next(kind: LogNotice["kind"]): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ kind, resolve }));
  }
}

interface Outcome {
  readonly stored: string[];
  readonly rejected: string[];
  readonly errors: unknown[];
}

/** Appends in waves of 16 until one is rejected; tells which were acknowledged. */
async function appendUntilRejected(log: EventLog, make: Fixtures, waves = 10_000): Promise<Outcome> {
  const outcome: Outcome = { stored: [], rejected: [], errors: [] };
  for (let wave = 0; wave < waves && outcome.rejected.length === 0; wave++) {
    const drafts = Array.from({ length: 16 }, () => make.draft(1, BODY));
    const settled = await Promise.allSettled(drafts.map((draft) => log.append(draft)));
    for (const [index, result] of settled.entries()) {
      const { id } = drafts[index]!.envelope;
      if (result.status === "fulfilled") outcome.stored.push(id);
      else {
        outcome.rejected.push(id);
        outcome.errors.push(result.reason);
      }
    }
  }
  return outcome;
}

async function storedIds(log: EventLog): Promise<Set<string>> {
  return new Set((await log.listEvents({ limit: 100_000 })).events.map((event) => event.id));
}

async function expectExactly(log: EventLog, ...outcomes: readonly Outcome[]): Promise<void> {
  const stored = outcomes.flatMap((outcome) => outcome.stored);
  expect(await storedIds(log)).toEqual(new Set(stored));
  for (const id of [stored[0]!, stored.at(-1)!]) expect((await log.getEnvelope(id))!.rawBody.byteLength).toBe(8192);
}

/** Files of one "disk" that can be told to fail. */
class FailingDisk {
  failWrites = false;
  failTruncate = false;
  /** Bytes of a failing write that reach the file all the same. */
  partialBytes = 0;
  /** When set, the disk has so many bytes left and answers ENOSPC after them. */
  bytesLeft = Infinity;

  readonly open: OpenJournalFile = async (path, create) => {
    if (this.failWrites && create) throw failure("EIO");
    const file = await openNodeJournalFile(path, create);
    return {
      write: (buffers, offset) => this.#write(file, buffers, offset),
      truncate: async (bytes) => {
        if (this.failTruncate) throw failure("EIO");
        await file.truncate(bytes);
      },
      close: () => file.close(),
    };
  };

  async #write(file: JournalFile, buffers: Buffer[], offset: number): Promise<void> {
    const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    if (bytes > this.bytesLeft) {
      await file.write([Buffer.concat(buffers).subarray(0, this.bytesLeft)], offset);
      throw failure("ENOSPC");
    }
    this.bytesLeft -= bytes;
    if (!this.failWrites) return file.write(buffers, offset);
    await file.write([Buffer.concat(buffers).subarray(0, this.partialBytes)], offset);
    throw failure("EIO");
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: the disk failed`), { code });
}

test("a segment that somebody removes is not written on: nothing is acknowledged into a file without a name", async () => {
  using folder = testFolder();
  const notices = new Notices();
  const make = new Fixtures();
  let log = await openEmbeddedLog({ folder: folder.path, onNotice: notices.take });
  await log.append(make.draft(1));
  for (const name of readdirSync(folder.path)) if (name.endsWith(".journal")) rmSync(join(folder.path, name));
  const recovered = notices.next("recovered");
  await expect(log.append(make.draft(1))).rejects.toMatchObject({
    code: "GTC_LOG_UNAVAILABLE",
    message: expect.stringContaining("was removed while the log was open"),
  });
  await recovered;
  const after = make.draft(1);
  await log.append(after);
  await log[Symbol.asyncDispose]();
  log = await openEmbeddedLog({ folder: folder.path });
  expect(await storedIds(log)).toEqual(new Set([after.envelope.id]));
  await log[Symbol.asyncDispose]();
});

describe("a descriptor that fails (EIO)", () => {
  test.each([
    ["writes nothing", { partialBytes: 0, failTruncate: false }],
    ["writes a part", { partialBytes: 12_345, failTruncate: false }],
    ["writes everything and then reports the failure", { partialBytes: 10_000_000, failTruncate: false }],
    ["writes everything, and cannot be cut either", { partialBytes: 10_000_000, failTruncate: true }],
  ])("that %s costs nothing acknowledged, and nothing rejected shows up", async (_what, fault) => {
    using folder = testFolder();
    const disk = new FailingDisk();
    const notices = new Notices();
    const options = { folder: folder.path, openFile: disk.open, onNotice: notices.take };
    const make = new Fixtures();
    let log = await openEmbeddedLog(options);
    const before = await appendUntilRejected(log, make, 5);
    Object.assign(disk, fault, { failWrites: true });
    const during = await appendUntilRejected(log, make);
    expect([during.stored.length, during.rejected.length]).toEqual([0, 16]);
    for (const error of during.errors) {
      expect(error).toMatchObject({ code: "GTC_LOG_UNAVAILABLE", spec: { status: 503, retryable: true } });
    }
    expect(log.health()).toEqual({ status: "unavailable", because: "EIO: the disk failed" });
    // Reading goes on, and what comes meanwhile is refused at once.
    await expectExactly(log, before);
    await expect(log.record([])).resolves.toBeUndefined();
    expect((await appendUntilRejected(log, make)).rejected.length).toBe(16);

    const recovered = notices.next("recovered");
    Object.assign(disk, { failWrites: false, failTruncate: false });
    await recovered;
    expect(log.health().status).toBe("ready");
    const after = await appendUntilRejected(log, make, 5);
    expect(after.stored.length).toBe(80);
    await expectExactly(log, before, after);
    await log[Symbol.asyncDispose]();

    log = await openEmbeddedLog(options);
    await expectExactly(log, before, after);
    rmSync(join(folder.path, "projection.sqlite"));
    await log[Symbol.asyncDispose]();
    log = await openEmbeddedLog(options);
    await expectExactly(log, before, after);
    await log[Symbol.asyncDispose]();
    expect(notices.kinds).toEqual(["unavailable", "recovered"]);
  });

  test("a duplicate of an event that could not be stored is no duplicate", async () => {
    using folder = testFolder();
    const disk = new FailingDisk();
    const notices = new Notices();
    const log = await openEmbeddedLog({ folder: folder.path, openFile: disk.open, onNotice: notices.take });
    const make = new Fixtures();
    disk.failWrites = true;
    const tries = Array.from({ length: 3 }, () => log.append({ envelope: make.keyed("k"), runs: [] }));
    for (const result of await Promise.allSettled(tries)) expect(result.status).toBe("rejected");
    const recovered = notices.next("recovered");
    disk.failWrites = false;
    await recovered;
    expect((await log.append({ envelope: make.keyed("k"), runs: [] })).kind).toBe("stored");
    expect((await log.append({ envelope: make.keyed("k"), runs: [] })).kind).toBe("duplicate");
    await log[Symbol.asyncDispose]();
  });
});

describe("a full filesystem (ENOSPC)", () => {
  test("refuses, keeps what was acknowledged, and recovers when there is room again", async () => {
    using folder = testFolder();
    using small = smallDisk(folder.path);
    const notices = new Notices();
    const options = { folder: small.path, onNotice: notices.take, ...small.options };
    const make = new Fixtures();
    let log = await openEmbeddedLog(options);
    small.fill();
    const before = await appendUntilRejected(log, make);
    expect(before.stored.length).toBeGreaterThan(0);
    expect(log.health()).toMatchObject({ status: "unavailable", because: expect.stringContaining("ENOSPC") as string });
    expect((await log.getEnvelope(before.stored[0]!))?.rawBody.byteLength ?? 8192).toBe(8192);

    const recovered = notices.next("recovered");
    small.free();
    await recovered;
    const after = await appendUntilRejected(log, make, 5);
    expect(after.stored.length).toBe(80);
    await expectExactly(log, before, after);
    await log[Symbol.asyncDispose]();
    log = await openEmbeddedLog(options);
    await expectExactly(log, before, after);
    await log[Symbol.asyncDispose]();
  });

  test("where the index is gone as well, the log cannot be opened, says why, and can be once there is room", async ({
    skip,
  }) => {
    using folder = testFolder();
    using small = smallDisk(folder.path);
    if (!small.isReal) skip("the index is on the disk of the machine");
    const notices: LogNotice[] = [];
    const options = { folder: small.path, onNotice: (notice: LogNotice) => void notices.push(notice) };
    let log = await openEmbeddedLog(options);
    const before = await appendUntilRejected(log, new Fixtures(), 5);
    await log[Symbol.asyncDispose]();
    for (const name of readdirSync(small.path)) if (name.startsWith("projection")) rmSync(join(small.path, name));
    small.fill(0);
    await expect(openEmbeddedLog(options)).rejects.toMatchObject({
      code: "SQLITE_FULL",
      message: "the projection cannot be built or opened: database or disk is full",
    });
    expect(notices.at(-1)).toEqual({ kind: "projection-lost", because: "database or disk is full" });
    small.free();
    log = await openEmbeddedLog(options);
    await expectExactly(log, before);
    await log[Symbol.asyncDispose]();
  });

  test("an index that cannot be opened for want of room is left as it is", async ({ skip }) => {
    using folder = testFolder();
    using small = smallDisk(folder.path);
    if (!small.isReal) skip("the index is on the disk of the machine");
    const log = await openEmbeddedLog({ folder: small.path });
    await appendUntilRejected(log, new Fixtures(), 5);
    await log[Symbol.asyncDispose]();
    const path = join(small.path, "projection.sqlite");
    const before = readFileSync(path);
    small.fill(0);
    await expect(openEmbeddedLog({ folder: small.path })).rejects.toMatchObject({
      code: expect.stringMatching(/^SQLITE_(?:FULL|IOERR|CANTOPEN)/) as string,
    });
    expect(readFileSync(path)).toEqual(before);
  });
});

interface SmallDisk extends Disposable {
  readonly path: string;
  readonly isReal: boolean;
  readonly options: { readonly openFile?: OpenJournalFile };
  /** Leaves little room. */
  fill(bytesLeft?: number): void;
  free(): void;
}

/** A real filesystem of 12 MB where mounting is permitted, else files that refuse bytes beyond a limit. */
function smallDisk(parent: string): SmallDisk {
  const path = join(parent, "small");
  mkdirSync(path);
  try {
    execFileSync("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", path], { stdio: "pipe" });
  } catch {
    process.stderr.write(
      "mounting is not permitted here: the full filesystem is imitated by files that refuse bytes\n",
    );
    const disk = new FailingDisk();
    return {
      path,
      isReal: false,
      options: { openFile: disk.open },
      fill: () => void (disk.bytesLeft = 500_000),
      free: () => void (disk.bytesLeft = Infinity),
      [Symbol.dispose]: () => undefined,
    };
  }
  const ballast = join(path, "ballast");
  return {
    path,
    isReal: true,
    options: {},
    fill: (bytesLeft = 1_500_000) => {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - bytesLeft));
    },
    free: () => rmSync(ballast),
    [Symbol.dispose]: () => void execFileSync("/usr/bin/umount", [path]),
  };
}
