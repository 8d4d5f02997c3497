/** What would be larger than a record may be is refused: written, nobody would ever read it again. */
import { expect, test } from "vitest";
import { Fixtures } from "../event-log-fixtures.contract.ts";
import { openEmbeddedLog } from "./index.ts";
import { isTooLarge, MAX_META_BYTES } from "./record-format.ts";
import { testFolder } from "./test-folder.contract.ts";

const NO_BODY = new Uint8Array(0);

test("the bytes of a text count, not its characters", () => {
  const fits = "é".repeat(MAX_META_BYTES / 2);
  expect(isTooLarge(fits, NO_BODY)).toBe(false);
  expect(isTooLarge(`${fits}x`, NO_BODY)).toBe(true);
});

test("facts that are too large are refused, and the log goes on", async () => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path });
  const draft = new Fixtures().draft();
  await log.append(draft);
  const runId = draft.runs[0]!.id;
  const steps = ["x".repeat(MAX_META_BYTES), "{}"];
  const refused = { code: "GTC_RECORD_TOO_LARGE" };
  await expect(log.record([{ type: "written_steps", runId, steps }])).rejects.toMatchObject(refused);
  const definitionJson = '"'.repeat(MAX_META_BYTES / 2);
  await expect(log.record([{ type: "flow_stored", hash: "h", definitionJson }])).rejects.toMatchObject(refused);
  await log.record([{ type: "run_ended", runId, status: "succeeded", atMs: 1 }]);
  expect((await log.counts()).runs.succeeded).toBe(1);
}, 30_000);
