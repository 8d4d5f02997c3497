import { join } from "node:path";
import { expect, test } from "vitest";
import { Fixtures, START_MS } from "../event-log-fixtures.contract.ts";
import { RefusalReader } from "./refusal-reader.ts";
import { RefusalRing } from "./refusal-ring.ts";
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
