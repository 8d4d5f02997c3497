/** More segments than files are held open: what reads from one of them is never cut short for another. */
import { expect, test } from "vitest";
import { Fixtures } from "../event-log-fixtures.contract.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

const SEGMENTS = 50;
/** More than one read brings. */
const BODY = { rawBody: Buffer.alloc(40_000, "x") };

test("events of many segments are read at the same time, and a redelivery of each is known", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path, segmentBytes: 1000 });
  const make = new Fixtures();
  const events = Array.from({ length: SEGMENTS }, (_, n) => make.keyed(`key-${n}`, BODY));
  // One after the other: what is written together stands in one segment.
  for (const envelope of events) await log.append({ envelope, runs: [] });
  const readers = [...events, ...events, ...events].map(({ id }) => log.getEnvelope(id));
  const again = events.map((_, n) => log.append({ envelope: make.keyed(`key-${n}`), runs: [] }));
  for (const [index, read] of (await Promise.all(readers)).entries()) {
    expect(read?.id).toBe(events[index % SEGMENTS]!.id);
    expect(read?.rawBody.byteLength).toBe(BODY.rawBody.byteLength);
  }
  for (const [index, duplicate] of (await Promise.all(again)).entries())
    expect(duplicate).toMatchObject({ kind: "duplicate", duplicateOf: events[index]!.id });
});
