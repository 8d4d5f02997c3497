/** What the embedded log does with its folder: segments, retention, backlogs, inspection. */
import { chmodSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answered, ended, Fixtures, START_MS, step, waiting } from "../event-log-fixtures.contract.ts";
import type { EventLog } from "../event-log.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

const claim = (log: EventLog, limit: number, nowMs = START_MS + 100_000) =>
  log.claim({ limit, nowMs, leaseMs: 1_000_000, workerId: "w" });

const segmentsOf = (folder: string): number => readdirSync(folder).filter((name) => name.endsWith(".journal")).length;

test("retention drops whole segments up to the first that is still needed, and keeps flow definitions", async () => {
  using folder = testFolder();
  const options = { folder: folder.path, segmentBytes: 5000 };
  let log = await openEmbeddedLog(options);
  const make = new Fixtures();
  await log.record([{ type: "flow_stored", hash: "h", definitionJson: '{"v":1}' }]);
  const drafts = Array.from({ length: 60 }, (_, index) => make.draft(1, { receivedAtMs: START_MS + index }));
  for (const draft of drafts) await log.append(draft);
  const open = drafts[40]!;
  await log.record(drafts.filter((draft) => draft !== open).map((draft) => ended(draft.runs[0]!)));
  const before = segmentsOf(folder.path);

  const dropped = await log.dropBefore(START_MS + 1000);
  expect(dropped).toBeGreaterThan(30);
  expect(dropped).toBeLessThanOrEqual(40);
  expect(segmentsOf(folder.path)).toBeLessThan(before);
  const listed = (await log.listEvents({ limit: 100 })).events.map((event) => event.id);
  expect(listed).toEqual(
    drafts
      .slice(dropped)
      .map((draft) => draft.envelope.id)
      .reverse(),
  );
  expect((await log.counts()).events).toMatchObject({ received: 1, done: 59 - dropped });
  expect(await log.flowDefinition("h")).toBe('{"v":1}');

  await log.record([ended(open.runs[0]!)]);
  expect(await log.dropBefore(START_MS + 1000)).toBe(60 - dropped);
  await log[Symbol.asyncDispose]();
  log = await openEmbeddedLog(options);
  expect((await log.listEvents({ limit: 100 })).events).toEqual([]);
  expect(await log.flowDefinition("h")).toBe('{"v":1}');
  await log.append(drafts[0]!);
  expect((await log.listEvents({ limit: 100 })).events.length).toBe(1);
  await log[Symbol.asyncDispose]();
});

test("retention drops what is left where somebody has removed the oldest segment", async () => {
  using folder = testFolder();
  const make = new Fixtures();
  await using log = await openEmbeddedLog({ folder: folder.path, segmentBytes: 1000 });
  await log.record([{ type: "flow_stored", hash: "h", definitionJson: "{}" }]);
  for (let n = 0; n < 10; n++) await log.append({ envelope: make.envelope(), runs: [] });
  rmSync(join(folder.path, "0000000000000000.journal"));
  expect(await log.dropBefore(START_MS + 1000)).toBe(10);
  expect(segmentsOf(folder.path)).toBe(1);
  expect((await log.listEvents({ limit: 100 })).events).toEqual([]);
});

test("retention leaves a last segment alone that holds no events, however often a gateway starts", async () => {
  using folder = testFolder();
  for (let start = 0; start < 2; start++) {
    const log = await openEmbeddedLog({ folder: folder.path });
    await log.record([{ type: "flow_stored", hash: `h${start}`, definitionJson: "{}" }]);
    expect(await log.dropBefore(START_MS + 1000)).toBe(0);
    expect(readdirSync(folder.path).filter((name) => name.endsWith(".journal"))).toEqual(["0000000000000000.journal"]);
    await log[Symbol.asyncDispose]();
  }
});

test("what a log keeps is its owner's alone, also in a folder that others may look into", async () => {
  using folder = testFolder();
  // As a hand makes it that puts a copy back, and as volumes are mounted.
  chmodSync(folder.path, 0o755);
  const log = await openEmbeddedLog({ folder: folder.path });
  await log.append(new Fixtures().draft(1));
  const kept = readdirSync(folder.path).filter((name) => name !== "lock.pid");
  expect(kept).toContain("refusals.sqlite");
  expect(kept.filter((name) => (statSync(join(folder.path, name)).mode & 0o077) !== 0)).toEqual([]);
  await log[Symbol.asyncDispose]();
});

test("a lock whose file was damaged is taken all the same, and by one only", async () => {
  using folder = testFolder();
  const options = { folder: folder.path, lockWaitMs: 100 };
  writeFileSync(join(folder.path, "lock"), "no database, but long enough to be taken for a damaged one ".repeat(100));
  const log = await openEmbeddedLog(options);
  await expect(openEmbeddedLog(options)).rejects.toMatchObject({ code: "GTC_BUNDLE_LOCKED" });
  await log[Symbol.asyncDispose]();
});

test("a backlog larger than the memory for it is handed out in order, once each, also after a start", async () => {
  using folder = testFolder();
  const options = { folder: folder.path, hotRuns: 50, waitingRuns: 20 };
  let log = await openEmbeddedLog(options);
  const make = new Fixtures();
  const drafts = Array.from({ length: 1500 }, () => make.draft());
  const ids = drafts.map((draft) => draft.runs[0]!.id);
  await Promise.all(drafts.map((draft) => log.append(draft)));
  const first = await claim(log, 700);
  const second = await claim(log, 100);
  expect([...first, ...second].map((each) => each.run.id)).toEqual(ids.slice(0, first.length + second.length));
  await log[Symbol.asyncDispose]();

  log = await openEmbeddedLog(options);
  const all: string[] = [];
  for (let page = await claim(log, 400); page.length > 0; page = await claim(log, 400)) {
    all.push(...page.map((each) => each.run.id));
  }
  expect(all).toEqual(ids);
  // All wait, far more than are kept in memory, and come due one after the other.
  await log.record(drafts.map((draft, index) => waiting(draft.runs[0]!, START_MS + 200_000 + index)));
  expect(await claim(log, 2000, START_MS + 199_999)).toEqual([]);
  const due: string[] = [];
  for (let nowMs = START_MS + 200_000; nowMs <= START_MS + 201_500; nowMs += 300) {
    for (let page = await claim(log, 2000, nowMs); page.length > 0; page = await claim(log, 2000, nowMs)) {
      due.push(...page.map((each) => each.run.id));
    }
  }
  expect(due.sort()).toEqual(ids);
  await log[Symbol.asyncDispose]();
});

test("a log that is opened to inspect shows everything, the tail of a crash included, and writes nothing", async () => {
  using folder = testFolder();
  const make = new Fixtures();
  const draft = make.draft();
  const run = draft.runs[0]!;
  const writing = await openEmbeddedLog({ folder: folder.path });
  await writing.append(draft);
  await writing.record([step(run), answered(draft.envelope.id), ended(run)]);
  writing.refuse(make.refusal());
  await writing[Symbol.asyncDispose]();

  const log = await openEmbeddedLog({ folder: folder.path, mode: "inspect" });
  expect((await log.getEvent(draft.envelope.id))!.summary.status).toBe("done");
  expect((await log.listRefusals({ limit: 10 })).length).toBe(1);
  const refused = { code: "GTC_LOG_UNAVAILABLE" };
  await expect(log.append(make.draft())).rejects.toMatchObject(refused);
  await expect(log.record([])).rejects.toMatchObject(refused);
  await expect(claim(log, 1)).rejects.toMatchObject(refused);
  await expect(log.dropBefore(START_MS * 2)).rejects.toMatchObject(refused);
  await expect(openEmbeddedLog({ folder: folder.path, lockWaitMs: 0 })).rejects.toMatchObject({
    code: "GTC_BUNDLE_LOCKED",
  });
  await log[Symbol.asyncDispose]();
});

test("inspecting a folder in which no gateway ever ran shows an empty log", async () => {
  using folder = testFolder();
  const log = await openEmbeddedLog({ folder: folder.path, mode: "inspect" });
  expect(await log.listEvents({ limit: 10 })).toEqual({ events: [] });
  expect((await log.counts()).events.received).toBe(0);
  await log[Symbol.asyncDispose]();
  expect(segmentsOf(folder.path)).toBe(0);
});

test("a claim reads bodies of so many bytes and no more, in the order in which they came", async () => {
  using folder = testFolder();
  let log = await openEmbeddedLog({ folder: folder.path });
  const make = new Fixtures();
  const drafts = Array.from({ length: 4 }, () => make.draft(1, { rawBody: new Uint8Array(14 * 1024 * 1024) }));
  for (const draft of drafts) await log.append(draft);
  await log[Symbol.asyncDispose]();
  log = await openEmbeddedLog({ folder: folder.path });
  const ids: string[][] = [];
  for (let claims = 0; claims < 3; claims++) ids.push((await claim(log, 10)).map(({ run }) => run.id));
  const runs = drafts.map((draft) => draft.runs[0]!.id);
  expect(ids).toEqual([runs.slice(0, 2), runs.slice(2), []]);
  await log[Symbol.asyncDispose]();
});

test("what could not be opened is tried anew, and a run that could not be read stays in line", async () => {
  using folder = testFolder();
  let log = await openEmbeddedLog({ folder: folder.path });
  const draft = new Fixtures().draft(1);
  await log.append(draft);
  await log[Symbol.asyncDispose]();
  log = await openEmbeddedLog({ folder: folder.path });
  const [name] = readdirSync(folder.path).filter((each) => each.endsWith(".journal"));
  const segment = join(folder.path, name!);
  renameSync(segment, `${segment}.away`);
  await expect(log.getEnvelope(draft.envelope.id)).rejects.toThrow("ENOENT");
  await expect(claim(log, 10)).rejects.toThrow("ENOENT");
  renameSync(`${segment}.away`, segment);
  expect((await log.getEnvelope(draft.envelope.id))?.id).toBe(draft.envelope.id);
  expect((await claim(log, 10)).map(({ run }) => run.id)).toEqual([draft.runs[0]!.id]);
  await log[Symbol.asyncDispose]();
});
