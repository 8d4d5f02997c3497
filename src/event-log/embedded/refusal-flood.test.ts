/** Refused requests that pour in: whoever sends them must not keep the operator from looking. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Fixtures } from "../event-log-fixtures.contract.ts";
import { openEmbeddedLog } from "./index.ts";
import { testFolder } from "./test-folder.contract.ts";

/** More than any question takes; the flood ends then, so that a question which waits for its end is found out. */
const LONGEST_FLOOD_MS = 20_000;

test.each([
  ["small ones", 1, 100],
  ["large ones", 20, 10_000],
])("questions are answered while refused requests pour in, %s", async (_name, perTurn, bodyBytes) => {
  using folder = testFolder();
  await using log = await openEmbeddedLog({ folder: folder.path });
  const make = new Fixtures();
  const bodyStart = Buffer.alloc(bodyBytes, "x");
  const endsAt = performance.now() + LONGEST_FLOOD_MS;
  let isPouring = true;
  const flood = (async () => {
    for (; isPouring; isPouring &&= performance.now() < endsAt) {
      for (let count = 0; count < perTurn; count++) log.refuse(make.refusal({ bodyStart, bodyBytes }));
      await nextTurn();
    }
  })();
  const envelope = make.envelope();
  await log.append({ envelope, runs: [] });
  const { items } = await log.queries.listEvents({ limit: 5 });
  const refused = await log.queries.listRefusals({ limit: 1, withoutBodies: true });
  const wasPouring = isPouring;
  isPouring = false;
  await flood;
  expect(wasPouring).toBe(true);
  expect(items.map(({ id }) => id)).toEqual([envelope.id]);
  expect(refused.items).toHaveLength(1);
});
