/** How long numbers for charts are kept: as long as the part of the journal that they follow from, and no longer. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { Fixtures, START_MS } from "../event-log-fixtures.contract.ts";
import type { EventLog, Fact } from "../event-log.ts";
import { openEmbeddedLog } from "./index.ts";
import { RefusalRing } from "./refusal-ring.ts";
import { openSqlite } from "./sqlite.ts";
import { testFolder } from "./test-folder.contract.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIDNIGHT_MS = Math.floor(START_MS / DAY_MS) * DAY_MS;

function minuteAt(minuteMs: number): Fact {
  const sample = { queued: 1, running: 0, waiting: 0, journalBytes: 1, projectionBytes: 1, freeBytes: 1 };
  return { type: "traffic_minute", minuteMs, tenants: [{ tenant: "demo", acknowledgements: [[2, 1]] }], sample };
}

/** How many buckets of a day tell of anything: requests, times of answers, samples. */
async function told(log: EventLog, dayMs: number, bucketMs: number): Promise<readonly number[]> {
  const buckets = await log.queries.traffic({ sinceMs: dayMs, untilMs: dayMs + DAY_MS, bucketMs });
  return [
    buckets.filter(({ verified }) => verified > 0).length,
    buckets.filter(({ acknowledgement }) => acknowledgement !== undefined).length,
    buckets.filter(({ gauges }) => gauges !== undefined).length,
  ];
}

test("minutes and hours go with the events of their day, and leave no row behind", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path, segmentBytes: 4000 });
  const make = new Fixtures();
  for (let hour = 0; hour < 48; hour++) {
    const atMs = MIDNIGHT_MS + hour * HOUR_MS + 30 * MINUTE_MS;
    await log.append(make.draft(0, { receivedAtMs: atMs }));
    await log.record([minuteAt(atMs)]);
  }
  const [first, second] = [MIDNIGHT_MS, MIDNIGHT_MS + DAY_MS];
  for (const bucketMs of [5 * MINUTE_MS, HOUR_MS]) expect(await told(log, first, bucketMs)).toEqual([24, 24, 24]);
  expect(await log.dropBefore(second)).toBeGreaterThan(18);
  const left = 24 - (48 - (await log.listEvents({ limit: 100 })).events.length);
  for (const bucketMs of [5 * MINUTE_MS, HOUR_MS]) {
    expect(await told(log, second, bucketMs)).toEqual([24, 24, 24]);
    for (const count of await told(log, first, bucketMs)) expect(count).toBeLessThanOrEqual(left + 1);
  }
  const db = openSqlite(join(folder.path, "projection.sqlite"), { readonly: true });
  const rows = (table: string): unknown => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  expect([rows("gauge"), rows("gauge_hour")]).toEqual([24 + left, 24 + left]);
  await log.dropBefore(second + 2 * DAY_MS);
  const tables = ["stat", "stat_hour", "gauge", "gauge_hour", "series", "traffic_fact"];
  expect(tables.map(rows)).toEqual(tables.map(() => 0));
  db.close();
});

test("samples of a gateway to which nothing is sent go as well", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path, segmentBytes: 4000 });
  for (let hour = 0; hour < 48; hour++) await log.record([minuteAt(MIDNIGHT_MS + hour * HOUR_MS)]);
  await log.dropBefore(MIDNIGHT_MS + DAY_MS);
  const [, , firstDay] = await told(log, MIDNIGHT_MS, HOUR_MS);
  expect(firstDay).toBeLessThan(20);
  expect((await told(log, MIDNIGHT_MS + DAY_MS, HOUR_MS))[2]).toBe(24);
});

test("what came while the clock stood a year ahead stays no longer than the rest, and takes no numbers along", async () => {
  using folder = testFolder();
  let nowMs = MIDNIGHT_MS;
  const clock = { now: () => nowMs, monotonic: () => 0 };
  await using log = await openEmbeddedLog({ folder: folder.path, segmentBytes: 2000, clock });
  const make = new Fixtures();
  for (let day = 0; day < 90; day++) {
    nowMs = MIDNIGHT_MS + day * DAY_MS;
    const isAhead = day >= 20 && day < 27;
    const aheadMs = isAhead ? 365 * DAY_MS : 0;
    await log.append(make.draft(0, { receivedAtMs: nowMs + aheadMs }));
    await log.record([minuteAt(nowMs + aheadMs)]);
    await log.dropBefore(nowMs - 30 * DAY_MS);
    const [events] = await told(log, nowMs + aheadMs, HOUR_MS);
    expect(events, `day ${day}`).toBe(1);
  }
  const { events } = await log.listEvents({ limit: 100 });
  expect(events.length).toBeLessThan(40);
  expect(events.at(-1)!.receivedAtMs).toBeGreaterThan(nowMs - 40 * DAY_MS);
});

test("counts of refused requests that were kept per minute alone are there per hour after the upgrade", async () => {
  using folder = testFolder();
  const path = join(folder.path, "refusals.sqlite");
  RefusalRing.open(path, 10, START_MS, false).close();
  const old = openSqlite(path);
  old.exec("DROP TABLE refused_hour; PRAGMA user_version = 2");
  old.exec("ALTER TABLE refusal DROP COLUMN accepted_as; ALTER TABLE refusal DROP COLUMN accepted_at");
  const insert = old.prepare("INSERT INTO refused_minute VALUES (?, 'demo', 'timestamp', 2)");
  for (const minute of [0, 1, 61]) insert.run(MIDNIGHT_MS / MINUTE_MS + minute);
  old.close();
  await using log = await openEmbeddedLog({ folder: folder.path });
  const buckets = await log.queries.traffic({
    sinceMs: MIDNIGHT_MS,
    untilMs: MIDNIGHT_MS + 2 * HOUR_MS,
    bucketMs: HOUR_MS,
  });
  expect(buckets.map(({ refusedBy }) => refusedBy)).toEqual([{ timestamp: 4 }, { timestamp: 2 }]);
});
