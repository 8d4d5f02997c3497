/** A search takes many turns, and the log goes on between them: what was there all the time is found all the same. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { Fixtures, ended } from "../event-log-fixtures.contract.ts";
import type { EventQuery, EventRowView, Page } from "../event-queries.ts";
import { openEmbeddedLog } from "./index.ts";
import { QueryDesk } from "./query-desk.ts";
import { findSegments } from "./segment-files.ts";
import { testFolder } from "./test-folder.contract.ts";

test.each<Omit<EventQuery, "limit">>([{ text: "needle" }, { text: "needle", tenant: "demo" }])("%o", async (query) => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path });
  const make = new Fixtures();
  const drafts = Array.from({ length: 450 }, () => make.draft(1, { rawBody: Buffer.from("needle") }));
  for (const draft of drafts) await log.append(draft);
  await log.record(drafts.filter((_, index) => index % 2).map(({ runs }) => ended(runs[0]!)));
  await log.counts();
  const desk = new QueryDesk({
    projectionPath: join(folder.path, "projection.sqlite"),
    refusalsPath: join(folder.path, "refusals.sqlite"),
  });
  const { segments } = findSegments(folder.path);
  const view = { segments, end: Number.MAX_SAFE_INTEGER, generation: 0 };
  const steps = desk.answer({ name: "listEvents", query: { limit: 1000, timeLimitMs: 60_000, ...query } }, view);
  let step = desk.inSnapshot(() => steps.next());
  for (let count = 0; step.done !== true; count++) {
    const at = drafts.length - count - 100;
    if (count % 20 === 5 && at > 0) {
      // A run ends of an event that is still to be looked at, and the next one is run again by another flow.
      const [ending, again] = [drafts[at - (at % 2)]!, drafts[at - (at % 2) + 1]!];
      const replay = make.run(again.envelope, { flow: `flow-${count}`, replayOf: again.envelope.id });
      await log.record([ended(ending.runs[0]!), { type: "run_queued", run: replay }]);
      await log.counts();
    }
    step = desk.inSnapshot(() => steps.next());
  }
  desk.close();
  const found = (step.value as Page<EventRowView>).items.map(({ id }) => id);
  expect(found).toEqual(drafts.map(({ envelope }) => envelope.id).reverse());
});
