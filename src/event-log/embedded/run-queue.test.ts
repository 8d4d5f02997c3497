/** What fresh runs take in memory. */
import { expect, test } from "vitest";
import { systemClock } from "../../base/index.ts";
import { Fixtures } from "../event-log-fixtures.contract.ts";
import { WorkSignal } from "../work-signal.ts";
import { RunQueue } from "./run-queue.ts";

test.each([
  ["bodies", { rawBody: Buffer.alloc(5000) }],
  ["headers", { headers: Array.from({ length: 40 }, (_, n) => [`x-${n}`, "y".repeat(20)] as const) }],
  ["targets", { target: `/?${"x".repeat(5000)}` }],
])("large %s of events are kept up to a number of bytes, and read from the log behind it", (_what, large) => {
  const limits = { hotRuns: 1000, hotBytes: 20_000, waitingRuns: 10 };
  const queue = new RunQueue(limits, new WorkSignal(systemClock), false);
  const make = new Fixtures();
  const kept = Array.from({ length: 10 }, (_, seq) => {
    const envelope = make.envelope(large);
    const run = make.run(envelope);
    queue.addFresh({ run, envelope, attempts: 0, failedTries: 0, steps: [], answered: false }, seq);
    return queue.spilledAfter === undefined;
  });
  expect(kept.filter(Boolean).length).toBeGreaterThan(1);
  expect(kept.filter(Boolean).length).toBeLessThan(5);
});
