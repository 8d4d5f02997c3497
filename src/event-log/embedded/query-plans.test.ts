/** Every filter, alone and with every other, goes by an index: no statement reads or sorts a table that grows with the log. */
import { join } from "node:path";
import type Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ended, Fixtures, START_MS, started } from "../event-log-fixtures.contract.ts";
import type { EventQuery, RunQuery } from "../event-queries.ts";
import { openEmbeddedLog } from "./index.ts";
import { QueryDesk } from "./query-desk.ts";
import type { JournalView, Question } from "./query-protocol.ts";
import { openSqlite } from "./sqlite.ts";
import { testFolder } from "./test-folder.contract.ts";

const folder = testFolder();
const projectionPath = join(folder.path, "projection.sqlite");
const refusalsPath = join(folder.path, "refusals.sqlite");
const statements = new Set<string>();
let desk: QueryDesk;
let plans: Database.Database;
let view: JournalView;

beforeAll(async () => {
  {
    await using log = await openEmbeddedLog({ folder: folder.path });
    const make = new Fixtures();
    for (let count = 0; count < 40; count++) {
      const envelope = make.keyed(`d-${count}`, { tenant: `t${count % 3}`, eventType: `e${count % 5}` });
      const run = make.run(envelope);
      await log.append({ envelope, runs: [run] });
      await log.record([started(run), ended(run, count % 2 ? "failed" : "succeeded")]);
    }
  }
  desk = new QueryDesk({ projectionPath, refusalsPath }, (sql) => void statements.add(String(sql)));
  plans = openSqlite(projectionPath, { readonly: true });
  const path = join(folder.path, "0000000000000000.journal");
  view = { segments: [{ path, base: 0, salt: 0, createdAtMs: 0 }], end: Number.MAX_SAFE_INTEGER, generation: 0 };
});

afterAll(() => {
  desk.close();
  plans.close();
  folder[Symbol.dispose]();
});

/** The plans of all statements that a question ran. */
function plansOf(question: Question): readonly string[] {
  statements.clear();
  const steps = desk.answer(question, view);
  while (steps.next().done !== true);
  expect(statements.size).toBeGreaterThan(0);
  return [...statements].flatMap((sql) =>
    plans
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail),
  );
}

/** Tables whose size does not follow the number of events. */
const BOUNDED = /^SCAN (event_kind|run_kind|event_block|series|meta|counter)\b/;
/** A look at one end of an index. */
const ONE_END = /^SEARCH \w+( USING (COVERING )?INDEX \w+)?$/;

function faultsOf(question: Question): readonly string[] {
  return plansOf(question).filter((plan) => {
    if (plan.includes("TEMP B-TREE")) return true;
    return plan.startsWith("SCAN") && !BOUNDED.test(plan) && !ONE_END.test(plan);
  });
}

/** All ways to choose some of the members. */
function subsetsOf<T extends object>(filters: T): readonly Partial<T>[] {
  return Object.entries(filters).reduce<Partial<T>[]>(
    (subsets, [name, value]) => [...subsets, ...subsets.map((each) => ({ ...each, [name]: value }))],
    [{}],
  );
}

const EVENT_FILTERS: Omit<EventQuery, "limit"> = {
  tenant: "t1",
  eventType: "e1",
  providerType: "push",
  status: "failed",
  resolved: false,
  verdict: "verified",
  flow: "on-push",
  deliveryId: "d-7",
  sinceMs: START_MS,
  untilMs: START_MS + 30,
};

const RUN_FILTERS: Omit<RunQuery, "limit"> = {
  tenant: "t1",
  flow: "on-push",
  status: "failed",
  eventType: "e1",
  resolved: false,
  sinceMs: START_MS,
  untilMs: START_MS + 30,
};

test("every combination of the filters of events", () => {
  for (const filters of subsetsOf(EVENT_FILTERS)) {
    const found = faultsOf({ name: "listEvents", query: { limit: 10, cursor: "100000", ...filters } });
    expect([filters, found]).toEqual([filters, []]);
  }
});

test("every combination of the filters of runs", () => {
  for (const filters of subsetsOf(RUN_FILTERS)) {
    const found = faultsOf({ name: "listRuns", query: { limit: 10, cursor: "100000", ...filters } });
    expect([filters, found]).toEqual([filters, []]);
  }
});

test.each<Question>([
  { name: "listEvents", query: { limit: 10, text: "n" } },
  { name: "eventsById", ids: ["01900000-0000-7000-8000-000000000001"] },
  { name: "runsById", ids: ["01900000-0000-7000-8000-000000000002"] },
  { name: "traffic", query: { sinceMs: START_MS, untilMs: START_MS + 1e8, bucketMs: 60_000 } },
  { name: "traffic", query: { sinceMs: START_MS, untilMs: START_MS + 1e8, bucketMs: 3_600_000, tenant: "t1" } },
  { name: "flowStats", query: { flow: "on-push", sinceMs: START_MS, untilMs: START_MS + 1e8 } },
  { name: "sourceUse" },
  { name: "changesSince", sequence: 0, limit: 10 },
])("$name", (question) => {
  expect(faultsOf(question)).toEqual([]);
});
