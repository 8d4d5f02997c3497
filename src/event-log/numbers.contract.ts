/** The contract of the queries: numbers for charts. */
import { describe, expect, test } from "vitest";
import { ended, failure, started, START_MS, step } from "./event-log-fixtures.contract.ts";
import type { GaugeSample } from "./event-log.ts";
import type { LogUnderTest } from "./log-under-test.contract.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** A whole minute. */
const NOON_MS = Math.floor(START_MS / MINUTE_MS) * MINUTE_MS;

export function numbersContract(on: LogUnderTest): void {
  describe("numbers", () => {
    test("of the traffic, per bucket, empty ones included", async () => {
      const at = (minute: number): { receivedAtMs: number } => ({ receivedAtMs: NOON_MS + minute * MINUTE_MS + 1 });
      const draft = on.make.draft(1, at(0));
      await on.log.append(draft);
      await on.log.append(on.make.draft(0, { ...at(0), verdict: { status: "unsigned" } }));
      for (let count = 0; count < 2; count++) await on.log.append({ envelope: on.make.keyed("k", at(2)), runs: [] });
      await on.log.append({ ...on.make.draft(0, at(2)), refusedBecause: "not JSON" });
      on.log.refuse(on.make.refusal({ ...at(2), reason: "timestamp" }));
      const run = draft.runs[0]!;
      const startedAt = { type: "run_started", runId: run.id, attempt: 1, atMs: NOON_MS } as const;
      await on.log.record([startedAt, { type: "run_ended", runId: run.id, status: "failed", atMs: NOON_MS + 100 }]);
      const entry = {
        tenant: "demo",
        acknowledgements: [
          [2, 98],
          [50, 2],
        ],
      } as const;
      await on.log.record([{ type: "traffic_minute", minuteMs: NOON_MS, tenants: [entry] }]);
      const query = { sinceMs: NOON_MS, untilMs: NOON_MS + 3 * MINUTE_MS, bucketMs: MINUTE_MS };
      const [first, second, third, ...rest] = await on.log.queries.traffic(query);
      expect(rest).toEqual([]);
      expect(first).toMatchObject({ startMs: NOON_MS, verified: 1, unsigned: 1, unmatched: 1, runsFailed: 1 });
      expect(first!.acknowledgement!.count).toBe(100);
      expect(first!.acknowledgement!.p50Ms).toBeCloseTo(2, 0);
      expect(Math.abs(first!.acknowledgement!.p99Ms - 50)).toBeLessThan(2.5);
      expect(Math.abs(first!.runs!.p50Ms - 100)).toBeLessThan(5);
      expect(second).toMatchObject({ startMs: NOON_MS + MINUTE_MS, verified: 0, refused: 0, refusedBy: {} });
      expect(third).toMatchObject({
        verified: 2,
        duplicates: 1,
        refused: 2,
        refusedBy: { content: 1, timestamp: 1 },
      });
      const none = await on.log.queries.traffic({ ...query, tenant: "nobody" });
      expect(none.map((bucket) => bucket.verified + bucket.refused)).toEqual([0, 0, 0]);
      expect((await on.log.queries.traffic({ ...query, bucketMs: 5 * MINUTE_MS })).length).toBeGreaterThanOrEqual(1);
    });

    test("of the backlog and the disk: the worst sample of each bucket, whatever tenant is asked for", async () => {
      const idle = { queued: 0, running: 0, waiting: 0, journalBytes: 10, projectionBytes: 5, freeBytes: 90 };
      const busy = { ...idle, queued: 7, running: 2, oldestMs: 9000, journalBytes: 20, freeBytes: 80 };
      const fuller = { ...idle, queued: 1, running: 3, oldestMs: 400, journalBytes: 30, freeBytes: 70 };
      const at = (minute: number, sample: GaugeSample) =>
        ({ type: "traffic_minute", minuteMs: NOON_MS + minute * MINUTE_MS, tenants: [], sample }) as const;
      await on.log.record([at(0, idle), at(1, busy), at(1, fuller), at(3, idle)]);
      if (on.durable) await on.reopen();
      const query = { sinceMs: NOON_MS, untilMs: NOON_MS + 4 * MINUTE_MS, bucketMs: MINUTE_MS, tenant: "demo" };
      const worst = { ...busy, journalBytes: 30, freeBytes: 70 };
      const minutes = await on.log.queries.traffic(query);
      expect(minutes.map(({ gauges }) => gauges)).toEqual([idle, worst, undefined, idle]);
      const hours = await on.log.queries.traffic({ ...query, bucketMs: HOUR_MS });
      expect(hours.flatMap(({ gauges }) => gauges ?? [])).toEqual([worst]);
    });

    test("of hours and days are those of their minutes", async () => {
      const hour = Math.floor(NOON_MS / HOUR_MS);
      for (let minute = 0; minute < 60 * 30; minute += 47) {
        const receivedAtMs = hour * HOUR_MS + minute * MINUTE_MS;
        const draft = on.make.draft(1, { receivedAtMs, tenant: minute % 2 === 0 ? "a" : "b" });
        const { id: runId } = draft.runs[0]!;
        await on.log.append(draft);
        await on.log.record([
          { type: "run_started", runId, attempt: 1, atMs: receivedAtMs },
          { type: "run_ended", runId, status: "succeeded", atMs: receivedAtMs + minute },
        ]);
        if (minute % 3 === 0) on.log.refuse(on.make.refusal({ receivedAtMs, reason: "timestamp" }));
      }
      const period = { sinceMs: hour * HOUR_MS, untilMs: (hour + 30) * HOUR_MS };
      const sums = async (bucketMs: number, tenant?: string) => {
        const asked = { ...period, bucketMs, ...(tenant !== undefined && { tenant }) };
        const sum = { verified: 0, refused: 0, runs: 0 };
        for (const { verified, refused, runs } of await on.log.queries.traffic(asked)) {
          sum.verified += verified;
          sum.refused += refused;
          sum.runs += runs?.count ?? 0;
        }
        return sum;
      };
      const expected = await sums(MINUTE_MS);
      expect(expected).toMatchObject({ verified: 39, runs: 39 });
      expect([await sums(HOUR_MS), await sums(6 * HOUR_MS)]).toEqual([expected, expected]);
      expect(await sums(HOUR_MS, "a")).toEqual(await sums(MINUTE_MS, "a"));
      const stats = await on.log.queries.flowStats({ flow: "on-push", ...period });
      expect(stats.runs.succeeded).toBe(39);
      // A period that begins and ends within hours: whole hours between, minutes at both ends.
      const odd = { sinceMs: period.sinceMs + 48 * MINUTE_MS, untilMs: period.sinceMs + 6 * HOUR_MS + 12 * MINUTE_MS };
      expect((await on.log.queries.flowStats({ flow: "on-push", ...odd })).runs.durations?.count).toBe(6);
    });

    test("of a flow and its nodes", async () => {
      const draft = on.make.draft(2);
      const [one, two] = [draft.runs[0]!, draft.runs[1]!];
      await on.log.append(draft);
      const failed = step(two, { node: "second", status: "failed", durationMs: 40, error: failure });
      await on.log.record([
        started(one),
        step(one, { next: "second" }),
        step(one, { ordinal: 1, node: "second" }),
        ended(one),
      ]);
      await on.log.record([started(two), step(two, { next: "second" }), failed, ended(two, "failed")]);
      const period = { sinceMs: NOON_MS, untilMs: NOON_MS + 10 * MINUTE_MS };
      const stats = await on.log.queries.flowStats({ flow: "on-push", ...period });
      expect(stats.runs).toMatchObject({ succeeded: 1, failed: 1, durations: { count: 2 } });
      const nodes = new Map(stats.nodes.map((node) => [node.node, node]));
      expect(nodes.get("start")).toMatchObject({ succeeded: 2, failed: 0, next: { second: 2 } });
      expect(nodes.get("second")).toMatchObject({ succeeded: 1, failed: 1, next: { "": 1 } });
      expect(nodes.get("second")!.durations!.p99Ms).toBeGreaterThan(36);
      const other = await on.log.queries.flowStats({ flow: "on-push", tenant: "nobody", ...period });
      expect(other).toEqual({ runs: { succeeded: 0, failed: 0 }, nodes: [] });
    });

    test("of sources and their secrets", async () => {
      const old = { status: "verified", scheme: "sha256", keyName: "old" } as const;
      const drafts = [on.make.draft(0), on.make.draft(1, { verdict: old }), on.make.draft(0, { verdict: old })];
      for (const draft of drafts) await on.log.append(draft);
      expect(await on.log.queries.sourceUse()).toEqual([
        expect.objectContaining({ verdict: "verified", keyName: "secret", count: 1 }),
        {
          tenant: "demo",
          eventType: "github",
          verdict: "verified",
          keyName: "old",
          count: 2,
          lastReceivedAtMs: drafts[2]!.envelope.receivedAtMs,
        },
      ]);
      expect((await on.log.queries.storage()).oldestEventAtMs).toBe(START_MS + 1);
    });
  });
}
