import { join } from "node:path";
import { expect, test } from "vitest";
import { Fixtures, START_MS } from "../event-log-fixtures.contract.ts";
import { RefusalReader } from "./refusal-reader.ts";
import { RefusalRing } from "./refusal-ring.ts";
import { openSqlite } from "./sqlite.ts";
import { testFolder } from "./test-folder.contract.ts";

test("the newest thousand keep their bodies, those before only the start of it", () => {
  using folder = testFolder();
  const path = join(folder.path, "refusals.sqlite");
  const make = new Fixtures();
  const large = make.refusal({ bodyStart: Buffer.alloc(64 * 1024, "x"), bodyBytes: 64 * 1024 });
  const others = Array.from({ length: 1000 }, () => make.refusal());
  const ring = RefusalRing.open(path, 10_000, START_MS, false);
  const reader = new RefusalReader(path);
  const keptBytes = (): number | undefined => reader.byId(large.id)?.bodyStart.length;
  const add = (refusals: typeof others): void =>
    ring.add(
      refusals.map((refusal) => ({ refusal, place: 0 })),
      [],
    );
  add([large]);
  add(others.slice(1));
  expect(keptBytes()).toBe(64 * 1024);
  add(others.slice(0, 1));
  expect(keptBytes()).toBe(16 * 1024);
  expect(reader.byId(large.id)?.bodyBytes).toBe(64 * 1024);
  reader.close();
  ring.close();
});

test("a ring that is to keep far fewer than it did lets the others go, and goes on", () => {
  using folder = testFolder();
  const path = join(folder.path, "refusals.sqlite");
  RefusalRing.open(path, 1_000_000, START_MS, false).close();
  const db = openSqlite(path);
  const first = Math.floor(START_MS / 1000);
  // As many as an operator kept who had much room.
  db.exec(`WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 200000)
    INSERT INTO refusal SELECT ${first} + n, 7, ${first} + n + 7, 'id-' || n, 'demo', 'github', 'r', 0, '{}', x'', NULL, NULL FROM number`);
  const ring = RefusalRing.open(path, 2, START_MS, false);
  ring.add([{ refusal: new Fixtures().refusal({ id: "fresh" }), place: 7 }], []);
  ring.close();
  expect(db.prepare("SELECT id FROM refusal ORDER BY seq").pluck().all()).toEqual(["id-200000", "fresh"]);
  expect(db.prepare("SELECT sequence FROM forgotten").pluck().get()).toBe(first + 199_999 + 7);
  db.close();
});
