/** Small bodies that unpack to megabytes, as anyone may send them: a search looks into them, and nobody else waits for it. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { EventLog } from "../event-log.ts";
import { Fixtures } from "../event-log-fixtures.contract.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

const BODY = gzipSync(Buffer.alloc(4 * 1024 * 1024, "x"));
const PACKED = [["content-encoding", "gzip"]] as const;
const COUNT = 40;
/** Less than all of them take. */
const TIME_MS = 200;

test.each<[name: string, fill: (log: EventLog, make: Fixtures) => Promise<void>, search: (log: EventLog) => unknown]>([
  [
    "refused requests",
    async (log, make) => {
      for (let count = 0; count < COUNT; count++)
        log.refuse(make.refusal({ headers: PACKED, bodyStart: BODY, bodyBytes: BODY.length }));
    },
    (log) => log.queries.listRefusals({ limit: 10, text: "needle", timeLimitMs: TIME_MS }),
  ],
  [
    "events",
    async (log, make) => {
      for (let count = 0; count < COUNT; count++)
        await log.append({ envelope: make.envelope({ headers: PACKED, rawBody: BODY }), runs: [] });
    },
    (log) => log.queries.listEvents({ limit: 10, text: "needle", timeLimitMs: TIME_MS }),
  ],
])("a list does not wait for a search of %s", async (_name, fill, search) => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path });
  await fill(log, new Fixtures());
  await log.queries.latestSequence();
  const ended: string[] = [];
  await Promise.all([
    Promise.resolve(search(log)).then(() => ended.push("search")),
    log.queries.listEvents({ limit: 1 }).then(() => ended.push("list")),
  ]);
  expect(ended).toEqual(["list", "search"]);
});
