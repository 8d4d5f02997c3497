/** Numbers and dead letters over the admin API: what was measured is there after a restart, what was done again is told. */
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openEmbeddedLog } from "../../src/event-log/embedded/index.ts";
import { createTestBundle, type TestBundle } from "../support/test-bundle.ts";
import { TestGateway } from "../support/test-gateway.ts";

const bundles: TestBundle[] = [];
afterEach(async () => {
  await Promise.all(bundles.splice(0).map((bundle) => bundle.remove()));
});

async function newBundle(flows: Readonly<Record<string, string>>): Promise<TestBundle> {
  const bundle = await createTestBundle(flows);
  bundles.push(bundle);
  return bundle;
}

interface Overview {
  readonly backlog: number;
  readonly oldest_open_at: string | null;
  readonly buckets: readonly {
    readonly backlog: { readonly queued: number; readonly running: number; readonly waiting: number } | null;
    readonly storage: { readonly journal_bytes: number; readonly free_bytes: number } | null;
  }[];
}

const overviewOf = async (gateway: TestGateway): Promise<Overview> =>
  (await (await gateway.api("overview?bucket=1m")).json()) as Overview;

test("the backlog and the disk are in the overview's minutes, also after a restart", async () => {
  const later = `
config: { retry_policy: { max_attempts: 2, initial_delay: 1h } }
nodes: [{ id: fails, type: script, config: { script: "throw \\"no\\"" } }]
triggers: [{ type: event, event_type: later }]
`;
  const bundle = await newBundle({ "later.ygtc": later });
  {
    await using gateway = await TestGateway.start(bundle);
    await gateway.post("demo/later", "{}");
    for (;;) {
      const runs = (await (await gateway.api("runs?status=waiting")).json()) as { items: unknown[] };
      if (runs.items.length === 1) break;
    }
    const now = await overviewOf(gateway);
    expect(now.backlog).toBe(1);
    expect(Date.now() - Date.parse(now.oldest_open_at ?? "")).toBeLessThan(60_000);
    // No minute has ended yet: the newest bucket tells the present.
    expect(now.buckets.at(-1)?.backlog).toMatchObject({ queued: 0, running: 0, waiting: 1 });
    expect(now.buckets.at(-1)?.storage?.journal_bytes).toBeGreaterThan(100);
  }
  {
    // A gateway that ends leaves its last sample behind.
    await using log = await openEmbeddedLog({ folder: join(bundle.folder, "state", "log") });
    const untilMs = Date.now();
    const buckets = await log.queries.traffic({ sinceMs: untilMs - 300_000, untilMs, bucketMs: 300_000 });
    const sample = buckets.findLast(({ gauges }) => gauges !== undefined)?.gauges;
    // A minute that ended meanwhile may have seen the run before it came to wait; of two samples alike the first stays.
    const { queued = 0, running = 0, waiting = 0 } = sample ?? {};
    expect(queued + running + waiting).toBe(1);
    expect(sample?.oldestMs).toBeGreaterThan(0);
    expect(sample?.journalBytes).toBeGreaterThan(100);
    expect(sample?.freeBytes).toBeGreaterThan(0);
  }
  await using again = await TestGateway.start(bundle);
  const { buckets } = await overviewOf(again);
  for (const { backlog } of buckets.filter((bucket) => bucket.backlog !== null))
    expect(backlog).toMatchObject({ queued: 0, running: 0, waiting: 1, oldest_ms: expect.any(Number) as number });
  expect(buckets.at(-1)?.backlog).not.toBeNull();
});

test("a dead letter stays and says which replay did its work", async () => {
  const picky = `
config: { retry_policy: { max_attempts: 1 } }
nodes: [{ id: looks, type: script, config: { script: "if payload.n > 5 { throw \\"too many\\" }" } }]
triggers: [{ type: event, event_type: picky }]
`;
  await using gateway = await TestGateway.start(await newBundle({ "picky.ygtc": picky }));
  const eventId = String((await gateway.post("demo/picky", '{"n": 9}')).json()["event_id"]);
  await gateway.settled(eventId);
  const letters = async (query: string) =>
    ((await (await gateway.api(`runs?status=failed${query}`)).json()) as { items: Record<string, unknown>[] }).items;
  expect(await letters("&resolved=false")).toMatchObject([{ event_id: eventId, resolved_by: null }]);
  const edited = await gateway.api(`events/${eventId}/replay-edited`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ body: '{"n": 1}' }),
  });
  const { event_id: copyId } = (await edited.json()) as { event_id: string };
  await gateway.settled(copyId);
  expect(await letters("&resolved=false")).toEqual([]);
  const [letter] = await letters("");
  expect(letter).toMatchObject({ event_id: eventId, status: "failed", resolved_by: { event_id: copyId } });
  expect(await letters("&resolved=true")).toEqual([letter]);
  const { run_details } = (await (await gateway.api(`events/${eventId}`)).json()) as { run_details: unknown[] };
  expect(run_details).toMatchObject([{ resolved_by: letter?.["resolved_by"] }]);
  expect((await gateway.api("runs?resolved=maybe")).status).toBe(400);

  const other = String((await gateway.post("demo/picky", '{"n": 7}')).json()["event_id"]);
  await gateway.settled(other);
  const bulk = (selection: object) =>
    gateway.api("replays", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...selection, rate: 1000 }),
    });
  // What was done since is not done again.
  expect(await (await bulk({ dead_letters: { flow: "picky" } })).json()).toMatchObject({ total: 1 });
  expect((await bulk({ dead_letters: { flow: "none" } })).status).toBe(400);
  expect((await bulk({})).status).toBe(400);
  expect((await bulk({ event_ids: [other], dead_letters: {} })).status).toBe(400);
});
