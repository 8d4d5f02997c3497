/** The live tail over a long stretch of the journal in which no event came. */
import { expect, test } from "vitest";
import { ended, Fixtures, started, step } from "../event-log-fixtures.contract.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

test("the tail of many replays with large outputs goes on to its end, and tells nothing twice", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path });
  const make = new Fixtures();
  const draft = make.draft(0);
  await log.append(draft);
  const from = await log.queries.latestSequence();
  const outputJson = JSON.stringify("x".repeat(1024 * 1024));
  const runs = Array.from({ length: 40 }, () => make.run(draft.envelope));
  for (const run of runs) {
    await log.record([{ type: "run_queued", run }, started(run), step(run, { outputJson }), ended(run)]);
  }
  const told: string[] = [];
  const sequences: number[] = [];
  for (let sequence = from, pages = 0; pages < 200; pages++) {
    const page = await log.queries.changesSince(sequence, 7);
    expect(page.sequence).toBeGreaterThanOrEqual(sequence);
    for (const change of page.changes) {
      sequences.push(change.sequence);
      if (change.type === "run_changed") told.push(`${change.runId} ${change.status}`);
    }
    if (page.sequence === sequence) break;
    sequence = page.sequence;
  }
  expect(told.filter((each) => each.endsWith("succeeded"))).toEqual(runs.map(({ id }) => `${id} succeeded`));
  // Also for a viewer who comes again, from anywhere.
  for (const sequence of sequences.slice(0, -1)) {
    expect((await log.queries.changesSince(sequence, 7)).changes[0]?.sequence).toBeGreaterThan(sequence);
  }
});
