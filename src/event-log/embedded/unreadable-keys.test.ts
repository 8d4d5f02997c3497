/** A place of the journal that the disk cannot read: whoever may be a redelivery of what stands there is asked to come again. */
import { mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventDraft } from "../event-log.ts";
import { Fixtures } from "../event-log-fixtures.contract.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

test("an event whose key cannot be compared is not stored: the log is unavailable for it, and for nobody else", async () => {
  using folder = testFolder();
  const make = new Fixtures();
  const keyed = (value: string): EventDraft => ({ envelope: make.keyed(value), runs: [] });
  const first = keyed("one");
  const options = { folder: folder.path, segmentBytes: 1, dedupeWindowMs: 1e12 };
  let log = await openEmbeddedLog(options);
  await log.append(first);
  await log[Symbol.asyncDispose]();

  log = await openEmbeddedLog(options);
  // The first one was closed before anything was written.
  const [, name] = readdirSync(folder.path).filter((file) => file.endsWith(".journal"));
  const path = join(folder.path, name!);
  renameSync(path, `${path}.away`);
  // A folder opens like a file, and every read of it fails.
  mkdirSync(path);
  const again = keyed("one");
  await expect(log.append(again)).rejects.toMatchObject({
    code: "GTC_LOG_UNAVAILABLE",
    details: { detail: expect.stringContaining("EISDIR") },
  });
  await expect(log.getEnvelope(first.envelope.id)).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
  expect(await log.append(keyed("two"))).toMatchObject({ kind: "stored" });

  rmdirSync(path);
  renameSync(`${path}.away`, path);
  await log[Symbol.asyncDispose]();
  log = await openEmbeddedLog(options);
  expect(await log.append(again)).toMatchObject({ kind: "duplicate", duplicateOf: first.envelope.id });
  await log[Symbol.asyncDispose]();
});
