/** Archives of many events, on a log in memory. */
import { expect, test } from "vitest";
import type { Envelope } from "../../event/index.ts";
import { createMemoryLog } from "../../event-log/memory/index.ts";
import type { BundleView } from "./backend.ts";
import { EventPrinter } from "./event-printer.ts";
import { exportHar } from "./export-events.ts";

const START_MS = Date.UTC(2026, 10, 24);
const BUNDLE: BundleView = {
  folder: "/bundle",
  name: "test",
  tenants: ["demo"],
  publicBaseUrl: "https://hooks.example",
  flows: { all: [] } as unknown as BundleView["flows"],
  sources: [],
  sourceOf: () => undefined,
};

function envelopeOf(n: number): Envelope {
  return {
    id: `01930000-0000-7000-8000-${String(n).padStart(12, "0")}`,
    tenant: "demo",
    eventType: "orders",
    receivedAtMs: START_MS + n,
    method: "POST",
    target: "/events/webhook/demo/orders",
    headers: [["content-type", "application/json"]],
    rawBody: Buffer.from(`{"n":${n}}`),
    remoteAddress: "127.0.0.1",
    verdict: { status: "unsigned" },
  };
}

interface Exported {
  readonly ids: readonly string[];
  readonly comment: string | undefined;
  readonly cursor: string | undefined;
  /** How many events were read at the same time, at most. */
  readonly atOnce: number;
  readonly acts: readonly string[];
}

async function exported(count: number, limit: number, mostBytes?: number): Promise<Exported> {
  await using log = createMemoryLog();
  for (let n = 0; n < count; n++) await log.append({ envelope: envelopeOf(n), runs: [] });
  let [open, atOnce] = [0, 0];
  const acts: string[] = [];
  const watched: typeof log = Object.create(log, {
    getEvent: {
      value: async (id: string) => {
        atOnce = Math.max(atOnce, ++open);
        const detail = await log.getEvent(id);
        open -= 1;
        return detail;
      },
    },
  }) as typeof log;
  const backend = { log: watched, queries: log.queries, bundle: () => BUNDLE, version: "1", maskPaths: [] };
  const query = { limit, format: "har" as const };
  const audit = async (act: string, subject: string): Promise<void> => void acts.push(`${act} ${subject}`);
  await using printer = new EventPrinter();
  const { headers, body } = await exportHar(
    { query, backend, printer, audit, signal: new AbortController().signal },
    mostBytes,
  );
  const { log: har } = JSON.parse(Buffer.from(body).toString()) as {
    log: { entries: { _gtc: { event_id: string } }[]; comment?: string };
  };
  const ids = har.entries.map((entry) => entry._gtc.event_id);
  return { ids, comment: har.comment, cursor: headers["x-next-cursor"], atOnce, acts };
}

test("an archive of many events is made one event after the other, and the trail names them first", async () => {
  const { ids, comment, cursor, atOnce, acts } = await exported(250, 1000);
  expect(ids).toEqual(Array.from({ length: 250 }, (_, n) => envelopeOf(n).id));
  expect([comment, cursor, atOnce]).toEqual([undefined, undefined, 1]);
  expect(acts).toEqual(["export 100 event(s) as har", "export 100 event(s) as har", "export 50 event(s) as har"]);
});

test("it has as many as were asked for, the newest, and the cursor of the next one", async () => {
  const { ids, comment, cursor } = await exported(250, 120);
  expect([ids.length, ids[0], comment]).toEqual([120, envelopeOf(130).id, undefined]);
  expect(cursor).toBeDefined();
});

test("one that grows too large ends early and says where to go on", async () => {
  const { ids, comment, cursor } = await exported(250, 1000, 100);
  expect(ids).toHaveLength(100);
  expect(cursor).toBeDefined();
  expect(comment).toBe(`It ends before its limit; go on with cursor=${cursor}.`);
});
