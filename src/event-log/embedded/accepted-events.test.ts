import { expect, test } from "vitest";
import { Fixtures, START_MS } from "../event-log-fixtures.contract.ts";
import type { EventDraft, EventLog } from "../event-log.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

/** A busy machine gives the query less than all of its usual second. */
const NO_HURRY_MS = 30_000;
const HOUR_MS = 3_600_000;
/** More than a block holds. */
const EVENTS = 4200;

test("runs of events that were accepted long after their receipt are found by when they were queued", async () => {
  using folder = testFolder();
  const make = new Fixtures();
  const accepted = (): EventDraft => {
    const acceptedFrom = { refusalId: make.id(), atMs: START_MS + 2 * HOUR_MS };
    const envelope = make.envelope({ receivedAtMs: START_MS, acceptedFrom });
    return { envelope, runs: [make.run(envelope, { createdAtMs: acceptedFrom.atMs })] };
  };
  const append = async (log: EventLog): Promise<unknown> =>
    Promise.all(Array.from({ length: EVENTS / 2 }, () => log.append(accepted())));
  const open = (): Promise<EventLog> => openEmbeddedLog({ folder: folder.path });
  // Closed in the middle of a block: what it spans is worked out again.
  const first = await open();
  await append(first);
  await first[Symbol.asyncDispose]();
  await using log = await open();
  await append(log);
  const found = async (sinceMs: number, untilMs: number): Promise<number> =>
    (await log.queries.listRuns({ limit: 2 * EVENTS, timeLimitMs: NO_HURRY_MS, sinceMs, untilMs })).items.length;
  expect(await found(START_MS + HOUR_MS, START_MS + 3 * HOUR_MS)).toBe(EVENTS);
  expect(await found(START_MS - HOUR_MS, START_MS + HOUR_MS)).toBe(0);
  const early = await log.queries.listEvents({
    limit: 2 * EVENTS,
    timeLimitMs: NO_HURRY_MS,
    untilMs: START_MS + HOUR_MS,
  });
  expect(early.items.length).toBe(EVENTS);
});
