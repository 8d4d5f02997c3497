/** Counts of more tenants, flows and nodes than there are series. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { START_MS } from "../event-log-fixtures.contract.ts";
import { openProjectionFile } from "./projection-file.ts";
import { StatCounts } from "./stat-counts.ts";
import { testFolder } from "./test-folder.contract.ts";

test("what comes after the last series is still in the numbers of all tenants", () => {
  using folder = testFolder();
  const db = openProjectionFile(join(folder.path, "projection.sqlite"), 1);
  const counts = new StatCounts(db);
  const count = (): void => {
    for (let tenant = 0; tenant < 20_500; tenant++) counts.count("verified", `t${tenant}`, START_MS);
    db.transaction(() => counts.flush())();
  };
  count();
  // Also when it is begun with what was written before.
  counts.load();
  count();
  const series = db.prepare<[string], number>(
    "SELECT count FROM stat JOIN series ON series.id = stat.series WHERE tenant = ?",
  );
  expect(["t0", "t19999", "t20000", ""].map((tenant) => series.pluck().get(tenant))).toEqual([2, 2, undefined, 1000]);
  db.close();
});
