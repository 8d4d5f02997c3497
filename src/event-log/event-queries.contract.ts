/** What every adapter's queries must do, run by each of them. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../base/index.ts";
import type { ContractSubject } from "./event-log.contract.ts";
import { answered, ended, failure, Fixtures, started, START_MS, step, waiting } from "./event-log-fixtures.contract.ts";
import type { EventLog } from "./event-log.ts";
import type { Change, EventQuery, Page, RefusalQuery, RunQuery } from "./event-queries.ts";

const MINUTE_MS = 60_000;
/** A whole minute. */
const NOON_MS = Math.floor(START_MS / MINUTE_MS) * MINUTE_MS;

export interface QueriesSubjectOptions {
  readonly clock: Clock;
  readonly dedupeWindowMs: number;
  readonly refusalsKept: number;
}

export function eventQueriesContract(
  name: string,
  subjectFor: (options: QueriesSubjectOptions) => Promise<ContractSubject>,
): void {
  describe(`${name}: the contract of the log's queries`, () => {
    let subject: ContractSubject;
    let log: EventLog;
    let make: Fixtures;

    beforeEach(async () => {
      const clock: Clock = { now: () => START_MS, monotonic: () => START_MS };
      subject = await subjectFor({ clock, dedupeWindowMs: 1e9, refusalsKept: 20 });
      log = await subject.open();
      make = new Fixtures();
    });

    afterEach(async () => {
      await log[Symbol.asyncDispose]();
      await subject.clean();
    });

    const events = (query: Partial<EventQuery> = {}): Promise<string[]> =>
      allPages((cursor) => log.queries.listEvents({ limit: 2, ...query, ...cursor })).then(idsOf);
    const runs = (query: Partial<RunQuery> = {}): Promise<string[]> =>
      allPages((cursor) => log.queries.listRuns({ limit: 2, ...query, ...cursor })).then((rows) =>
        rows.map((row) => row.run.id),
      );
    const refusals = (query: Partial<RefusalQuery> = {}): Promise<string[]> =>
      allPages((cursor) => log.queries.listRefusals({ limit: 2, ...query, ...cursor })).then(idsOf);

    describe("lists of events", () => {
      test("are newest first, page by page, also when newer ones come in between", async () => {
        const drafts = [make.draft(), make.draft(), make.draft(), make.draft()];
        for (const draft of drafts) await log.append(draft);
        const ids = drafts.map((draft) => draft.envelope.id).reverse();
        const first = await log.queries.listEvents({ limit: 2 });
        await log.append(make.draft());
        const second = await log.queries.listEvents({ limit: 2, cursor: first.nextCursor! });
        expect([...idsOf(first.items), ...idsOf(second.items)]).toEqual(ids);
        expect(second.nextCursor).toBeUndefined();
      });

      test("are filtered by what all events of a kind have in common, alone and together", async () => {
        const unsigned = { verdict: { status: "unsigned" } } as const;
        const drafts = [
          make.draft(1, { tenant: "a", eventType: "x", providerType: "push" }),
          make.draft(1, { tenant: "b", eventType: "x", providerType: "ping" }),
          make.draft(1, { tenant: "a", eventType: "y", ...unsigned }),
          make.draft(1, { tenant: "b", eventType: "y", ...unsigned }),
        ];
        for (const draft of drafts) await log.append(draft);
        const [one, two, three, four] = drafts.map((draft) => draft.envelope.id);
        expect(await events({ tenant: "a" })).toEqual([three, one]);
        expect(await events({ eventType: "x" })).toEqual([two, one]);
        expect(await events({ providerType: "ping" })).toEqual([two]);
        expect(await events({ verdict: "unsigned" })).toEqual([four, three]);
        expect(await events({ verdict: "verified", tenant: "a" })).toEqual([one]);
        expect(await events({ tenant: "a", eventType: "x", providerType: "ping" })).toEqual([]);
        expect(await events({ tenant: "nobody" })).toEqual([]);
      });

      test("are filtered by status, as it is at that moment", async () => {
        const [open, done, failed, idle] = [make.draft(), make.draft(), make.draft(), make.draft(0)];
        for (const draft of [open, done, failed, idle]) await log.append(draft);
        const copies = [make.keyed("k"), make.keyed("k")];
        for (const envelope of copies) await log.append({ envelope, runs: [] });
        const refused = make.draft(0);
        await log.append({ ...refused, refusedBecause: "not JSON" });
        expect(await events({ status: "received" })).toEqual([failed, done, open].map((draft) => draft.envelope.id));
        await log.record([ended(done.runs[0]!), ended(failed.runs[0]!, "failed")]);
        expect(await events({ status: "received" })).toEqual([open.envelope.id]);
        expect(await events({ status: "done" })).toEqual([done.envelope.id]);
        expect(await events({ status: "failed" })).toEqual([failed.envelope.id]);
        expect(await events({ status: "unmatched" })).toEqual([copies[0]!.id, idle.envelope.id]);
        expect(await events({ status: "duplicate" })).toEqual([copies[1]!.id]);
        expect(await events({ status: "refused" })).toEqual([refused.envelope.id]);
      });

      test("are filtered by flow, that of a replay included", async () => {
        const one = make.draft(0);
        const two = make.draft(0);
        await log.append({
          ...one,
          runs: [make.run(one.envelope, { flow: "f" }), make.run(one.envelope, { flow: "g" })],
        });
        await log.append({ ...two, runs: [make.run(two.envelope, { flow: "g" })] });
        expect([await events({ flow: "f" }), await events({ flow: "g" })]).toEqual([
          [one.envelope.id],
          [two.envelope.id, one.envelope.id],
        ]);
        await log.record([{ type: "run_queued", run: make.run(two.envelope, { flow: "f" }) }]);
        expect(await events({ flow: "f" })).toEqual([two.envelope.id, one.envelope.id]);
      });

      test("are filtered by time, the end excluded", async () => {
        const drafts = [1, 2, 3, 4].map((second) => make.draft(0, { receivedAtMs: START_MS + second * 1000 }));
        for (const draft of drafts) await log.append(draft);
        const ids = drafts.map((draft) => draft.envelope.id);
        expect(await events({ sinceMs: START_MS + 2000, untilMs: START_MS + 4000 })).toEqual([ids[2], ids[1]]);
        expect(await events({ untilMs: START_MS })).toEqual([]);
        expect(await events({ sinceMs: START_MS + 5000 })).toEqual([]);
      });

      test("find a delivery by the sender's own id", async () => {
        const [one, two, other] = [
          make.keyed("d-1", { tenant: "a" }),
          make.keyed("d-1", { tenant: "b" }),
          make.keyed("d-2"),
        ];
        for (const envelope of [one, two, other]) await log.append({ envelope, runs: [] });
        expect(await events({ deliveryId: "d-1" })).toEqual([two.id, one.id]);
        expect(await events({ deliveryId: "d-1", tenant: "a" })).toEqual([one.id]);
        expect(await events({ deliveryId: "d-3" })).toEqual([]);
      });

      test("rows tell the delivery, the method, the answer and the runs", async () => {
        const envelope = make.keyed("d-1", { providerType: "push", method: "PUT" });
        const run = make.run(envelope);
        await log.append({ envelope, runs: [run] });
        await log.record([answered(envelope.id)]);
        const [row] = await log.queries.eventsById([envelope.id, "unknown"]);
        expect(row).toMatchObject({
          id: envelope.id,
          tenant: "demo",
          eventType: "github",
          providerType: "push",
          receivedAtMs: envelope.receivedAtMs,
          verdict: envelope.verdict,
          status: "received",
          method: "PUT",
          deliveryId: "d-1",
          answer: { status: 200, by: "flow", durationMs: 4.25 },
          bodyBytes: envelope.rawBody.byteLength,
          runs: [{ id: run.id, flow: "on-push", status: "queued" }],
        });
        expect((await log.queries.eventsById([envelope.id, envelope.id])).length).toBe(2);
      });

      test("an aborted one rejects with the reason", async () => {
        await log.append(make.draft());
        const reason = new Error("gone");
        await expect(log.queries.listEvents({ limit: 1, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      });
    });

    describe("a search", () => {
      test("looks into header values and payloads, whatever the case", async () => {
        const bodies = ['{"name":"Ada"}', '{"name":"GRÜSSE"}', '{"path":"C:\\\\temp"}', "\u0000\u00ff binary"];
        const drafts = bodies.map((body) => make.draft(0, { rawBody: Buffer.from(body) }));
        const headed = make.draft(0, { headers: [["x-note", 'say "Hello" to Zoë']], rawBody: Buffer.from("{}") });
        for (const draft of [...drafts, headed]) await log.append(draft);
        const found = (text: string): Promise<number[]> =>
          events({ text }).then((ids) =>
            ids.map((id) => [...drafts, headed].findIndex((each) => each.envelope.id === id)),
          );
        expect(await found("ada")).toEqual([0]);
        expect(await found('"NAME":"')).toEqual([1, 0]);
        expect(await found("grüsse")).toEqual([1]);
        expect(await found("c:\\\\TEMP")).toEqual([2]);
        expect(await found('"hello" to zoË')).toEqual([4]);
        expect(await found("a.a")).toEqual([]);
        // Neither a header's name nor what our own records say is a header's value.
        expect([await found("x-note"), await found("receivedAtMs")]).toEqual([[], []]);
      });

      test("goes together with filters and pages", async () => {
        const drafts = Array.from({ length: 9 }, (_, index) =>
          make.draft(0, { tenant: index % 2 ? "a" : "b", rawBody: Buffer.from(`number ${index % 3}`) }),
        );
        for (const draft of drafts) await log.append(draft);
        const expected = drafts
          .filter((_, index) => index % 2 === 1 && index % 3 === 0)
          .map((each) => each.envelope.id);
        expect(await events({ text: "number 0", tenant: "a" })).toEqual(expected.reverse());
      });

      test("also reads what a flow said as no part of an event", async () => {
        const draft = make.draft(1, { rawBody: Buffer.from("{}") });
        await log.append(draft);
        await log.record([step(draft.runs[0]!, { outputJson: '"needle"' })]);
        expect(await events({ text: "needle" })).toEqual([]);
      });

      test("that runs out of time says how far it came, and goes on from there", async () => {
        const drafts = Array.from({ length: 5 }, () => make.draft(0, { rawBody: Buffer.from("needle") }));
        for (const draft of drafts) await log.append(draft);
        expect(await events({ text: "needle", timeLimitMs: 0, limit: 1 })).toEqual(
          drafts.map((draft) => draft.envelope.id).reverse(),
        );
      });
    });

    describe("lists of runs", () => {
      test("are filtered by tenant, flow, type, status and time", async () => {
        const one = make.draft(1, { tenant: "a", eventType: "x" });
        const two = make.draft(2, { tenant: "b", eventType: "y" });
        for (const draft of [one, two]) await log.append(draft);
        const later = make.run(one.envelope, { flow: "other", createdAtMs: START_MS + 5000 });
        await log.record([{ type: "run_queued", run: later }]);
        const [first, second, third] = [one.runs[0]!, two.runs[0]!, two.runs[1]!];
        await log.record([started(second), waiting(second, START_MS + 9000), started(third), ended(third, "failed")]);
        expect(await runs()).toEqual([later.id, third.id, second.id, first.id]);
        expect(await runs({ tenant: "a" })).toEqual([later.id, first.id]);
        expect(await runs({ flow: "other" })).toEqual([later.id]);
        expect(await runs({ eventType: "y" })).toEqual([third.id, second.id]);
        expect(await runs({ status: "failed" })).toEqual([third.id]);
        expect(await runs({ status: "queued" })).toEqual([later.id, first.id]);
        expect(await runs({ status: "waiting", tenant: "b" })).toEqual([second.id]);
        expect(await runs({ status: "succeeded" })).toEqual([]);
        expect(await runs({ sinceMs: START_MS + 5000 })).toEqual([later.id]);
        const [row, resumes] = await log.queries.runsById([third.id, second.id, "unknown"]);
        expect(row).toEqual({
          run: third,
          eventType: "y",
          status: "failed",
          attempts: 1,
          error: failure,
          startedAtMs: START_MS + 1,
          endedAtMs: START_MS + 9,
        });
        expect(resumes).toMatchObject({ status: "waiting", resumeAtMs: START_MS + 9000, error: failure });
      });
    });

    describe("refusals", () => {
      test("are filtered and found by id", async () => {
        const all = [
          make.refusal({ tenant: "a", reason: "signature-mismatch" }),
          make.refusal({ tenant: "b", eventType: "stripe", reason: "timestamp" }),
          make.refusal({ tenant: "a", headers: [["x-id", "Needle-7"]], receivedAtMs: START_MS + 9000 }),
          make.refusal({ tenant: "b", bodyStart: Buffer.from("some needle") }),
        ];
        for (const refusal of all) log.refuse(refusal);
        const [one, two, three, four] = all.map((refusal) => refusal.id);
        expect(await refusals()).toEqual([four, three, two, one]);
        expect(await refusals({ tenant: "a" })).toEqual([three, one]);
        expect(await refusals({ eventType: "stripe" })).toEqual([two]);
        expect(await refusals({ reason: "timestamp" })).toEqual([two]);
        expect(await refusals({ text: "NEEDLE" })).toEqual([four, three]);
        expect(await refusals({ sinceMs: START_MS + 9000 })).toEqual([three]);
        const found = await log.queries.getRefusal(two!);
        expect({ ...found, bodyStart: Buffer.from(found!.bodyStart) }).toEqual(all[1]);
        expect(await log.queries.getRefusal("unknown")).toBeUndefined();
      });
    });

    describe("numbers", () => {
      test("of the traffic, per bucket, empty ones included", async () => {
        const at = (minute: number): { receivedAtMs: number } => ({ receivedAtMs: NOON_MS + minute * MINUTE_MS + 1 });
        const draft = make.draft(1, at(0));
        await log.append(draft);
        await log.append(make.draft(0, { ...at(0), verdict: { status: "unsigned" } }));
        for (let count = 0; count < 2; count++) await log.append({ envelope: make.keyed("k", at(2)), runs: [] });
        await log.append({ ...make.draft(0, at(2)), refusedBecause: "not JSON" });
        log.refuse(make.refusal({ ...at(2), reason: "timestamp" }));
        const run = draft.runs[0]!;
        const startedAt = { type: "run_started", runId: run.id, attempt: 1, atMs: NOON_MS } as const;
        await log.record([startedAt, { type: "run_ended", runId: run.id, status: "failed", atMs: NOON_MS + 100 }]);
        const entry = {
          tenant: "demo",
          acknowledgements: [
            [2, 98],
            [50, 2],
          ],
        } as const;
        await log.record([{ type: "traffic_minute", minuteMs: NOON_MS, tenants: [entry] }]);
        const query = { sinceMs: NOON_MS, untilMs: NOON_MS + 3 * MINUTE_MS, bucketMs: MINUTE_MS };
        const [first, second, third, ...rest] = await log.queries.traffic(query);
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
        const none = await log.queries.traffic({ ...query, tenant: "nobody" });
        expect(none.map((bucket) => bucket.verified + bucket.refused)).toEqual([0, 0, 0]);
        expect((await log.queries.traffic({ ...query, bucketMs: 5 * MINUTE_MS })).length).toBeGreaterThanOrEqual(1);
      });

      test("of a flow and its nodes", async () => {
        const draft = make.draft(2);
        const [one, two] = [draft.runs[0]!, draft.runs[1]!];
        await log.append(draft);
        const failed = step(two, { node: "second", status: "failed", durationMs: 40, error: failure });
        await log.record([
          started(one),
          step(one, { next: "second" }),
          step(one, { ordinal: 1, node: "second" }),
          ended(one),
        ]);
        await log.record([started(two), step(two, { next: "second" }), failed, ended(two, "failed")]);
        const period = { sinceMs: NOON_MS, untilMs: NOON_MS + 10 * MINUTE_MS };
        const stats = await log.queries.flowStats({ flow: "on-push", ...period });
        expect(stats.runs).toMatchObject({ succeeded: 1, failed: 1, durations: { count: 2 } });
        const nodes = new Map(stats.nodes.map((node) => [node.node, node]));
        expect(nodes.get("start")).toMatchObject({ succeeded: 2, failed: 0, next: { second: 2 } });
        expect(nodes.get("second")).toMatchObject({ succeeded: 1, failed: 1, next: { "": 1 } });
        expect(nodes.get("second")!.durations!.p99Ms).toBeGreaterThan(36);
        const other = await log.queries.flowStats({ flow: "on-push", tenant: "nobody", ...period });
        expect(other).toEqual({ runs: { succeeded: 0, failed: 0 }, nodes: [] });
      });

      test("of sources and their secrets", async () => {
        const old = { status: "verified", scheme: "sha256", keyName: "old" } as const;
        const drafts = [make.draft(0), make.draft(1, { verdict: old }), make.draft(0, { verdict: old })];
        for (const draft of drafts) await log.append(draft);
        expect(await log.queries.sourceUse()).toEqual([
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
        expect((await log.queries.storage()).oldestEventAtMs).toBe(START_MS + 1);
      });
    });

    describe("the live tail", () => {
      const told = async (from: number, limit = 100): Promise<Change[]> => {
        const all: Change[] = [];
        for (let sequence = from; ;) {
          const page = await log.queries.changesSince(sequence, limit);
          expect(page.gap).toBe(false);
          all.push(...page.changes);
          if (page.sequence === sequence) return all;
          sequence = page.sequence;
        }
      };

      async function busyMinute(): Promise<{ ids: string[]; refused: string[] }> {
        const drafts = [make.draft(), make.draft()];
        const refused = [make.refusal(), make.refusal(), make.refusal()];
        log.refuse(refused[0]!);
        await log.append(drafts[0]!);
        log.refuse(refused[1]!);
        log.refuse(refused[2]!);
        await log.append(drafts[1]!);
        const run = drafts[0]!.runs[0]!;
        await log.record([started(run), answered(drafts[0]!.envelope.id), ended(run)]);
        return { ids: drafts.map((draft) => draft.envelope.id), refused: refused.map(({ id }) => id) };
      }

      test("tells everything once and in order, in pages of any size", async () => {
        const from = await log.queries.latestSequence();
        const { ids, refused } = await busyMinute();
        const inWords = (changes: readonly Change[]): string[] =>
          changes.map((change) => `${change.type} ${"refusalId" in change ? change.refusalId : change.eventId}`);
        const all = inWords(await told(from));
        expect(all).toEqual([
          `refused ${refused[0]}`,
          `event_stored ${ids[0]}`,
          `refused ${refused[1]}`,
          `refused ${refused[2]}`,
          `event_stored ${ids[1]}`,
          `event_answered ${ids[0]}`,
          `run_changed ${ids[0]}`,
        ]);
        // A run that changed twice is told twice when a page ends between the two.
        const small = inWords(await told(from, 1));
        expect(small).toEqual([...all.slice(0, 5), `run_changed ${ids[0]}`, ...all.slice(5)]);
        expect(await told(await log.queries.latestSequence())).toEqual([]);
      });

      test("goes on from any change, and its sequences only grow", async () => {
        const from = await log.queries.latestSequence();
        await busyMinute();
        const all = await told(from);
        const sequences = all.map((change) => change.sequence);
        expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
        for (const [index, sequence] of sequences.entries()) {
          expect(await told(sequence)).toEqual(all.slice(index + 1));
        }
        const rows = await log.queries.listEvents({ limit: 10 });
        const stored = all.filter((change) => change.type === "event_stored").map((change) => change.sequence);
        expect(rows.items.map((row) => row.sequence).reverse()).toEqual(stored);
      });

      test("goes on after the log was opened again", async () => {
        if (!subject.durable) return;
        const from = await log.queries.latestSequence();
        await busyMinute();
        const before = await told(from);
        await log[Symbol.asyncDispose]();
        log = await subject.open();
        expect(await told(from)).toEqual(before);
        const again = await log.queries.latestSequence();
        const draft = make.draft();
        await log.append(draft);
        expect(await told(before[2]!.sequence)).toEqual([...before.slice(3), ...(await told(again))]);
      });

      test("says when it does not know any more what came first", async () => {
        const from = await log.queries.latestSequence();
        for (let count = 0; count < 30; count++) log.refuse(make.refusal());
        // The memory log keeps changes apart from refusals; a log on disk keeps the newest 20 refusals alone.
        expect((await log.queries.changesSince(from, 10)).gap).toBe(subject.durable);
        const ahead = (await log.queries.latestSequence()) + 1000;
        expect(await log.queries.changesSince(ahead, 10)).toMatchObject({ changes: [], gap: true });
      });

      test("calls its listeners, until they are released", async () => {
        let heard = 0;
        let wake = (): void => undefined;
        const called = new Promise<void>((resolve) => (wake = resolve));
        const release = log.queries.onChange(() => {
          heard += 1;
          wake();
        });
        await log.append(make.draft());
        await called;
        release();
        const before = heard;
        const other = new Promise<void>((resolve) => log.queries.onChange(resolve));
        log.refuse(make.refusal());
        await other;
        expect(heard).toBe(before);
      });
    });

    test("a closed log answers no query", async () => {
      if (!subject.durable) return;
      await log[Symbol.asyncDispose]();
      await expect(log.queries.latestSequence()).rejects.toMatchObject({ code: "GTC_LOG_UNAVAILABLE" });
    });

    test("retention takes the numbers of dropped events with them", async () => {
      const old = make.draft(0, { tenant: "old" });
      await log.append(old);
      await log.dropBefore(START_MS + 5000);
      expect([await log.queries.sourceUse(), await events({ tenant: "old" })]).toEqual([[], []]);
    });
  });
}

async function allPages<T>(ask: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: { cursor?: string } = {}; ;) {
    const page = await ask(cursor);
    items.push(...page.items);
    if (page.nextCursor === undefined) return items;
    cursor = { cursor: page.nextCursor };
  }
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map((row) => row.id);
}
