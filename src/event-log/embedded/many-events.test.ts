/** What shows itself only with many events: full blocks, more kinds than there are, searches through the bytes. */
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMemoryLog } from "../memory/index.ts";
import { ended, Fixtures, started, START_MS, step } from "../event-log-fixtures.contract.ts";
import type { EventLog } from "../event-log.ts";
import type { EventQuery, Page, RunQuery } from "../event-queries.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

/** More than a block holds, and more kinds of event than are told apart. */
const EVENTS = 5000;

describe("a log of many events answers as the memory log does", () => {
  const folder = testFolder();
  const make = new Fixtures();
  let log: EventLog;
  let model: EventLog;

  beforeAll(async () => {
    log = await openEmbeddedLog({ folder: folder.path, segmentBytes: 1_000_000 });
    model = createMemoryLog();
    for (let from = 0; from < EVENTS; from += 500) await fill(from);
  }, 60_000);

  afterAll(async () => {
    await log[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  async function fill(from: number): Promise<void> {
    const drafts = Array.from({ length: 500 }, (_, index) => draft(from + index));
    const facts = drafts.flatMap(({ runs }, index) =>
      runs.flatMap((run) => [
        started(run),
        step(run, { outputJson: '"needle-4711"' }),
        ended(run, index % 50 === 1 ? "failed" : "succeeded"),
      ]),
    );
    for (const each of [log, model]) {
      await Promise.all(drafts.map((one) => each.append(one)));
      await each.record(facts);
    }
  }

  function draft(number: number) {
    const eventType = number % 10 === 0 ? "common" : `type-${number}`;
    const texts: Readonly<Record<number, string>> = {
      3: "has the needle-4711 in it",
      85: "the needle-4711 when it is packed",
      200: String.raw`gr\u00fc\u00dfe\/4711`,
      245: String.raw`packed gr\u00fc\u00dfe\/4711`,
      300: "Grüße/4711",
    };
    const text = texts[number % 700] ?? "has nothing";
    const body = Buffer.from(`{"number":${number},"text":"${text}","filler":"${"x".repeat(200)}"}`);
    const isPacked = number % 40 === 5;
    const envelope = make.keyed(`delivery-${number}`, {
      ...(isPacked && { headers: [["content-encoding", "gzip"]] }),
      ...(number % 90 === 7 && { target: `/hook?name=Gr%C3%BC%C3%9Fe+${number}&home=%7Eada` }),
      tenant: `t${number % 3}`,
      eventType,
      // The clock was set back for a while.
      receivedAtMs: START_MS + number - (number > 4300 && number < 4400 ? 3000 : 0),
      rawBody: isPacked ? gzipSync(body) : body,
    });
    return { envelope, runs: number % 3 === 0 ? [make.run(envelope, { flow: `flow-${number % 5000}` })] : [] };
  }

  const all = async <T>(ask: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> => {
    const items: T[] = [];
    for (let cursor: { cursor?: string } = {}; ;) {
      const page = await ask(cursor);
      items.push(...page.items);
      if (page.nextCursor === undefined) return items;
      cursor = { cursor: page.nextCursor };
    }
  };

  test.each<Omit<EventQuery, "limit">>([
    {},
    { tenant: "t1" },
    { eventType: "common" },
    { eventType: "type-101" },
    { eventType: "type-4999" },
    { eventType: "nothing" },
    { tenant: "t2", status: "unmatched" },
    { status: "failed" },
    { flow: "flow-3" },
    { flow: "flow-4995" },
    { deliveryId: "delivery-17" },
    { deliveryId: "delivery-4500" },
    { deliveryId: "delivery-4990", tenant: "t2" },
    { deliveryId: "delivery-5001" },
    { sinceMs: START_MS + 1300, untilMs: START_MS + 1400 },
    { sinceMs: START_MS + 4900 },
    { untilMs: START_MS + 50, tenant: "t0" },
    { text: "NEEDLE-4711" },
    { text: "needle-4711", tenant: "t0" },
    { text: "needle-4711", eventType: "type-703" },
    { text: "needle-4711", sinceMs: START_MS + 2000, untilMs: START_MS + 4000 },
    { text: "grüße" },
    { text: "GRÜßE/4711" },
    { text: "grüße 97" },
    { text: "when it is packed", tenant: "t1" },
    { text: "=~ADA" },
    { text: "not there" },
  ])("%o", async (query) => {
    const ids = async (each: EventLog, limits: object): Promise<string[]> =>
      (await all((cursor) => each.queries.listEvents({ limit: 3000, ...limits, ...query, ...cursor }))).map(
        (row) => row.id,
      );
    const expected = await ids(model, {});
    expect(await ids(log, {})).toEqual(expected);
    // Also when every page is cut by its time.
    expect(await ids(log, { timeLimitMs: expected.length < 100 ? 0 : 1000 })).toEqual(expected);
  });

  test.each<Omit<RunQuery, "limit">>([
    {},
    { status: "failed" },
    { status: "succeeded", tenant: "t0" },
    { flow: "flow-3" },
    { eventType: "type-4998" },
    { status: "failed", eventType: "common" },
    { status: "queued" },
    { sinceMs: START_MS + 4500 },
    { untilMs: START_MS + 200 },
    { sinceMs: START_MS + 4200, untilMs: START_MS + 4600, status: "succeeded" },
    { status: "succeeded", eventType: "type-51" },
    { resolved: false, tenant: "t0" },
    { resolved: true },
  ])("runs %o", async (query) => {
    const ids = async (each: EventLog): Promise<string[]> =>
      (await all((cursor) => each.queries.listRuns({ limit: 3000, ...query, ...cursor }))).map((row) => row.run.id);
    expect(await ids(log)).toEqual(await ids(model));
  });

  test("rows are the same, but for their sequence", async () => {
    const rows = async (each: EventLog): Promise<unknown> =>
      (await each.queries.listEvents({ limit: 50, status: "failed" })).items.map(
        ({ sequence: _sequence, ...row }) => row,
      );
    expect(await rows(log)).toEqual(await rows(model));
  });

  test("a question that is given up does not hold up others", async () => {
    const stop = new AbortController();
    const searched = log.queries.listEvents({ limit: 1, text: "not there", signal: stop.signal });
    const listed = log.queries.listEvents({ limit: 1 });
    stop.abort();
    await expect(searched).rejects.toMatchObject({ name: "AbortError" });
    expect((await listed).items.length).toBe(1);
  });

  test("the tail is told whole, in pages", async () => {
    const found = new Set<string>();
    let sequence = 0;
    for (;;) {
      const page = await log.queries.changesSince(sequence, 1000);
      for (const change of page.changes) if (change.type === "event_stored") found.add(change.eventId);
      if (page.sequence === sequence) break;
      sequence = page.sequence;
    }
    expect(found.size).toBe(EVENTS);
  });

  test("the use of sources and their secrets is told of all of them, also when events came and went", async () => {
    const uses = async (each: EventLog): Promise<unknown> =>
      (await each.queries.sourceUse()).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    expect(await uses(log)).toEqual(await uses(model));
    const late = draft(EVENTS + 1);
    for (const each of [log, model]) await each.append(late);
    expect(await uses(log)).toEqual(await uses(model));
    const dropped = await log.dropBefore(START_MS + 2000);
    expect(dropped).toBeGreaterThan(0);
    const counted = (await log.queries.sourceUse()).reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(EVENTS + 1 - dropped);
  });
});
